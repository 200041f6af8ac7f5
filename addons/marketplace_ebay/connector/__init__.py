"""eBay's Sell APIs behind the marketplace contract. Plain Python."""

from .auth import Credentials
from .connector import EbayConnector
from .marketplaces import MARKETPLACES
from .shipments import CARRIERS
from .webhooks import verification_token

__all__ = ["CARRIERS", "MARKETPLACES", "Credentials", "EbayConnector", "verification_token"]
