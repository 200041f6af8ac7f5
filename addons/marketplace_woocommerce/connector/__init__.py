"""WooCommerce's REST API v3 behind the marketplace contract. Plain Python."""

from .auth import Credentials
from .connector import WooCommerceConnector

__all__ = ["Credentials", "WooCommerceConnector"]
