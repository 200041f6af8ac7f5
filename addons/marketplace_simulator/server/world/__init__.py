"""The world behind every marketplace: catalogue, buyers, the order stream and what happens to orders."""
