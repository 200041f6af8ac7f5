"""Shopify's Admin GraphQL API behind the marketplace contract. Plain Python."""

from .api import VERSION
from .auth import SCOPES, Credentials, shop_domain
from .connector import ShopifyConnector

__all__ = ["SCOPES", "VERSION", "Credentials", "ShopifyConnector", "shop_domain"]
