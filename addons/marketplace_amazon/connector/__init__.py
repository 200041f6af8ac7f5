"""Amazon's Selling Partner API behind the marketplace contract. Plain Python."""

from .auth import Credentials, TokenCache
from .connector import AmazonConnector
from .regions import ENDPOINTS, MARKETPLACES
from .shipments import CARRIERS

__all__ = ["CARRIERS", "ENDPOINTS", "MARKETPLACES", "AmazonConnector", "Credentials", "TokenCache"]
