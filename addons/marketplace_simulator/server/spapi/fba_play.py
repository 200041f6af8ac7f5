"""What happens at Amazon without its API: the seller's acts in Seller Central, and buyers' parcels."""

from . import fba_removals, fba_returns
from .fba_stock import SELLABLE


def play(world, event, body):
    """Let ``removal`` or ``return`` happen.

    :param dict body: ``removal``: ``{region, sku, units, type, disposition}``; ``return``: ``{order, sku, units,
        disposition}``; disposition is ``SELLABLE`` if absent
    :return: number of the removal order, or licence plate of the units
    :raise ValueError: it cannot happen
    :raise KeyError: there is no such event, or the body lacks something
    """
    happen = _EVENTS[event]
    with world.store.transaction():
        return happen(world, body)


def _removal(world, body):
    return fba_removals.order(world, body.get("region", world.regions[0]), body["sku"], body["units"],
                              body.get("type", "Return"), body.get("disposition", SELLABLE))


def _return(world, body):
    order = world.get_order(body["order"])
    if order is None:
        raise ValueError(f"there is no order {body['order']}")
    return fba_returns.receive(world, order, body["sku"], body.get("units", 1), body.get("disposition", SELLABLE))


_EVENTS = {"removal": _removal, "return": _return}
