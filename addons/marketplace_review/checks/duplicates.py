"""Orders that were probably placed twice."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Purchase:
    """What makes two orders the same.

    :param order: any key of the order
    :param account: marketplace account whose buyer keys can be compared with each other
    :param str buyer: anonymous key of the buyer; empty if nobody in particular
    :param str place: key of recipient and address; empty if the marketplace hides it
    :param items: frozenset of (product, units)
    """

    order: object
    account: object
    buyer: str
    place: str
    items: frozenset
    ordered_at: datetime

    def is_same_buyer(self, other):
        """Same key in one account; keys of two accounts say nothing, then the recipient's address must do."""
        if self.account == other.account and self.buyer and other.buyer:
            return self.buyer == other.buyer and (self.place == other.place or not (self.place and other.place))
        return bool(self.place) and self.place == other.place


def find_duplicates(purchases, others, hours):
    """Earlier orders of the same buyer, to the same address, with the same items.

    :param purchases: :class:`Purchase` to judge
    :param others: :class:`Purchase` of all orders around them; may contain ``purchases``
    :param float hours: how far apart they may lie
    :return: ``{order: [earlier Purchase, …]}``, only of those that have any; of two, the later one is the duplicate
    """
    by_items = defaultdict(list)
    for other in others:
        by_items[other.items].append(other)
    found = {}
    for purchase in purchases:
        earlier = [
            other
            for other in by_items[purchase.items]
            if _is_before(other, purchase, timedelta(hours=hours)) and purchase.is_same_buyer(other)
        ]
        if purchase.items and earlier:
            found[purchase.order] = sorted(earlier, key=lambda other: (other.ordered_at, other.order))
    return found


def _is_before(other, purchase, limit):
    earlier = (other.ordered_at, other.order) < (purchase.ordered_at, purchase.order)
    return earlier and purchase.ordered_at - other.ordered_at <= limit
