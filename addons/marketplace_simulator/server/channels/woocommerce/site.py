"""The protocol of WooCommerce over the simulator's one world."""

from ..site import ChannelSite


class WooCommerceSite(ChannelSite):
    """Its operations, and how it checks who asks. Another channel's site is the example."""

    operations = ()

    def authorise(self, call):
        raise NotImplementedError("fill in authorise: check the signature as WooCommerce does, set call.region")


def credentials(site):
    """What the connector needs to speak to this site."""
    return {"endpoint": site.url, "key_id": "training-key", "secret": "training-secret"}
