"""What a shop offers, kept for a while: some marketplaces take quantities by item number and have no search by SKU."""

from collections import defaultdict

from ..contract import Fulfilment

# Numbers of SKUs hardly change: they are looked up again after this time, or for SKUs not seen before.
OFFERS_LIVE = 3_600
OFFERS_REST = 60


class OfferIndex:
    """Which offers carry a SKU, as last read from the shop.

    :param fetch: shop id → offers, each with a ``listing``
    :param clock: returns epoch seconds
    """

    def __init__(self, fetch, clock):
        self._fetch = fetch
        self._clock = clock
        self._read = {}

    def find(self, shop_id, skus):
        """``{sku: [offer]}`` of merchant-fulfilled offers."""
        now = self._clock()
        read_at, offers = self._read.get(shop_id, (None, {}))
        age = None if read_at is None else now - read_at
        if age is None or age > OFFERS_LIVE or (age > OFFERS_REST and any(sku not in offers for sku in skus)):
            offers = defaultdict(list)
            for offer in self._fetch(shop_id):
                if offer.listing.fulfilment is Fulfilment.MERCHANT:
                    offers[offer.listing.sku].append(offer)
            self._read[shop_id] = (now, offers)
        return {sku: offers[sku] for sku in skus if sku in offers}
