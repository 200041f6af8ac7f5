"""Shopify's way to state lists, ids and amounts in JSON."""

from ...marketplace.contract import Payload


class Node(Payload):
    """A received JSON object: connections instead of arrays, global ids, money bags."""

    __slots__ = ()

    def nodes(self, key, required=False):
        """Array of objects; an absent one is empty. A connection gives what is in its ``nodes``."""
        if isinstance(self.data.get(key), dict):
            return self.node(key).nodes("nodes")
        return super().nodes(key, required)

    def number(self, key="id", required=True):
        """The last part of a global id: ``gid://shopify/Order/42`` is ``42``."""
        return self.text(key, required).partition("?")[0].rpartition("/")[2]

    def bag(self, key, side="shopMoney"):
        """Amount of a money bag in the shop's currency, or the buyer's (``presentmentMoney``); ``None`` if absent."""
        return self.node(key).amount(side) if key in self else None

    def amount(self, key):
        """Amount with currency.

        :raise InvalidPayload: missing, or not exact
        """
        return self.node(key).as_money("amount", "currencyCode")


def gid(kind, number):
    """Global id of an object; a global id stays as it is."""
    return number if number.startswith("gid://") else f"gid://shopify/{kind}/{number}"
