"""Shopee's Open Platform v2 behind the marketplace contract. Plain Python."""

from .auth import HOSTS, Credentials
from .connector import ShopeeConnector

__all__ = ["HOSTS", "Credentials", "ShopeeConnector"]
