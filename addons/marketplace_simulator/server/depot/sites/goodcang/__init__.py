"""GoodCang as the simulator plays it."""

from ...site import depot_channel
from .site import GoodcangSite, credentials

CHANNEL = depot_channel("goodcang", GoodcangSite, credentials)
