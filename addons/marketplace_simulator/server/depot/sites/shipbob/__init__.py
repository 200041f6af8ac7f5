"""ShipBob as the simulator plays it."""

from ...site import depot_channel
from .site import ShipbobSite, credentials

CHANNEL = depot_channel("shipbob", ShipbobSite, credentials)
