"""Operators of third-party warehouses: a package each, with a ``CHANNEL``."""
