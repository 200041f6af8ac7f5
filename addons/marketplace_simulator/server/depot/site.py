"""What the sites of all operators of warehouses share beyond those of sales channels."""

from functools import partial

from ..channels.channel import Channel
from ..channels.site import ChannelSite
from . import hands
from .depot import Depot, Refusal


def depot_channel(name, site, credentials):
    """Return the channel of an operator: it sells nothing, so it has no markets.

    :param site: subclass of :class:`DepotSite`
    :param credentials: ``site -> dict`` of what a seller's software needs to connect, as JSON
    """
    return Channel(name, (), site, credentials)


class DepotSite(ChannelSite):
    """One operator's protocol over its depot."""

    #: :class:`.depot.Place` of the operator.
    places = ()
    #: ``{code: name}`` of its ways to ship.
    services = {}

    def __init__(self, channel, simulator):
        super().__init__(channel, simulator)
        self.depot = Depot(self.world, self.name, self.places, self.services)

    def tick(self, everything=False):
        """Let the people in the warehouse work; return how many steps they did."""
        return hands.work(self.depot, everything)

    def play(self, event, body):
        """Play the people in the warehouse: ``put_stock``, ``receive``, ``ship`` or ``bring_back``.

        :param body: arguments of the method of :class:`.depot.Depot`; ``reference`` may stand for ``number``
        :raise Refusal: what the depot does not allow, ``not found`` for an unknown event, notice or order
        """
        if event not in ("put_stock", "receive", "ship", "bring_back"):
            raise Refusal("not found", f"nobody can {event} here")
        body = dict(body)
        if "reference" in body:
            record = self.depot.by_reference("inbound" if event == "receive" else "outbound", body.pop("reference"))
            if record is None:
                raise Refusal("not found", "there is no such notice or order")
            body["number"] = record["number"]
        with self.world.store.transaction():
            return partial(getattr(self.depot, event), **body)()

