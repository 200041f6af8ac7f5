"""The risk score of an order, in plain Python on scikit-learn."""
