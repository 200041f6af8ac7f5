"""Lazada's Open Platform behind the marketplace contract. Plain Python."""

from .auth import Credentials
from .connector import LazadaConnector
from .countries import COUNTRIES

__all__ = ["COUNTRIES", "Credentials", "LazadaConnector"]
