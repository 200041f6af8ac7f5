"""Downloads of advertising systems that are read by layouts: plain Python, no Odoo."""

from .mapped import Layout, Meaning, parse_mapped

__all__ = ["Layout", "Meaning", "parse_mapped"]
