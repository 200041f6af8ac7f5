"""17TRACK as the simulator plays it: no warehouse, but reached as those are."""

from ...site import depot_channel
from .site import TrackSite, credentials

CHANNEL = depot_channel("track17", TrackSite, credentials)
