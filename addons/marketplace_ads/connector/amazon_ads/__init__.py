"""Amazon Ads: advertisers and daily reports (offline reporting version 3)."""

from .api import ENDPOINTS, AmazonAdsApi
from .auth import BearerAuth
from .connector import AmazonAdsConnector
from .reports import LOOKBACK, MOST_DAYS, REPORTS

__all__ = ["ENDPOINTS", "LOOKBACK", "MOST_DAYS", "REPORTS", "AmazonAdsApi", "AmazonAdsConnector", "BearerAuth"]
