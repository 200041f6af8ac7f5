"""Amazon Ads as the simulator plays it: no warehouse, but reached as those are."""

from ...site import depot_channel
from .site import AdsSite, credentials

CHANNEL = depot_channel("amazon_ads", AdsSite, credentials)
