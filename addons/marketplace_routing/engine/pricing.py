"""What the options cost, and whether they keep the promise."""

from ..freight import Parcel

HOURS_PER_DAY = 24


class Pricing:
    """Asks the rate tables.

    :param book: ``freight.RateBook``, or None where there are no rate tables
    """

    def __init__(self, book):
        self._book = book
        self._facts, self._answers = None, {}

    def quote(self, facts, option, carrier_id=None, keep_promise=False):
        """Give each shipment of an option its cheapest quote, and say whether the promise is kept.

        :param carrier_id: the only carrier to ask, if one is set
        :param bool keep_promise: prefer the cheapest quote that arrives in time
        """
        for shipment in option.shipments:
            self._quote_shipment(facts, shipment, carrier_id, keep_promise)
        option.promise = self._is_promise_kept(facts, option)

    def _quote_shipment(self, facts, shipment, carrier_id, keep_promise):
        if self._book is None:
            return
        quotes, refusals = self._ask(facts, shipment, carrier_id)
        if keep_promise:
            quotes = [quote for quote in quotes if self._is_in_time(facts, quote.days_max) is not False] or quotes
        shipment.quote, shipment.refusals = (quotes[0] if quotes else None), tuple(refusals)

    def _ask(self, facts, shipment, carrier_id):
        """Quotes and refusals for a shipment.

        An order is asked for several times: for each warehouse, and once more for the one that is taken.
        """
        if facts is not self._facts:
            self._facts, self._answers = facts, {}
        lines = shipment.lines
        origin = shipment.warehouse_id if self._book.has_origins else None
        key = (origin, carrier_id, *(line.line_id for line in lines))
        if key not in self._answers:
            parcel = Parcel(sum(line.weight_kg for line in lines), sum(line.volume_m3 for line in lines))
            carriers = [carrier_id] if carrier_id else None
            self._answers[key] = self._book.quotes(shipment.warehouse_id, facts.destination, parcel, carriers)
        return self._answers[key]

    def _is_in_time(self, facts, days):
        if facts.hours_to_deliver is None or days is None:
            return None
        return days * HOURS_PER_DAY <= facts.hours_to_deliver

    def _is_promise_kept(self, facts, option):
        """False as soon as one parcel is late; None while any is unknown."""
        kept = [self._is_in_time(facts, shipment.days) for shipment in option.shipments]
        if False in kept:
            return False
        return None if None in kept else True
