"""Winit's overseas warehouses as fields.json and operations.json of the specification describe them."""

from ...site import depot_channel
from .site import APP_KEY, CLIENT_ID, CLIENT_SECRET, PLATFORM, TOKEN, WinitSite


def credentials(site):
    """What the settings of an account ask for."""
    return {
        "app_key": APP_KEY,
        "token": TOKEN,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "platform": PLATFORM,
    }


CHANNEL = depot_channel("winit", WinitSite, credentials)
