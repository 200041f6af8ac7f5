"""An operator that runs ECCANG's WMS, as the simulator plays it."""

from ...site import depot_channel
from .site import EccangSite, credentials

CHANNEL = depot_channel("eccang", EccangSite, credentials)
