"""Checks of addresses, amounts and duplicates, in plain Python."""
