"""Walmart's Marketplace API behind the marketplace contract. Plain Python."""

from .auth import Credentials
from .connector import WalmartConnector
from .shipments import CARRIERS
from .webhooks import HEADER

__all__ = ["CARRIERS", "HEADER", "Credentials", "WalmartConnector"]
