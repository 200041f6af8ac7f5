"""Rules, strategies and decisions of order routing, in plain Python."""
