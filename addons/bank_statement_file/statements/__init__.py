"""Reads files of banks and wallets: OFX, CAMT and tables by a layout. Plain Python, no Odoo."""

from .model import Statement, Transaction
from .reader import read_statements
from .table import FeeMode, Layout, Meaning

__all__ = ["FeeMode", "Layout", "Meaning", "Statement", "Transaction", "read_statements"]
