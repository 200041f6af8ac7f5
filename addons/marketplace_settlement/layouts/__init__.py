"""Settlements of marketplaces without a connector, by a mapping of columns. Plain Python, no Odoo."""

from .mapped import Header, Layout, Meaning, parse_mapped

__all__ = ["Header", "Layout", "Meaning", "parse_mapped"]
