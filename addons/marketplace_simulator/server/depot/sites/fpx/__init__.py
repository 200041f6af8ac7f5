"""4PX's fulfilment service (FB4) as fields.json and operations.json of the specification describe it."""

from ...site import depot_channel
from .site import APP_KEY, APP_SECRET, FpxSite


def credentials(site):
    """What the settings of an account ask for."""
    return {"app_key": APP_KEY, "app_secret": APP_SECRET}


CHANNEL = depot_channel("fpx", FpxSite, credentials)
