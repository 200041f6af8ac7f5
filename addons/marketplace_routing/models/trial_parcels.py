from dataclasses import astuple, dataclass, replace
from decimal import Decimal

from ..freight import Parcel


@dataclass
class OpenParcel:
    """A parcel that may take more orders.

    :param float at: when its latest order came, in seconds
    :param float kg: its weight; ``m3`` its volume
    :param amount: its freight as Decimal, or None where no rate is known
    :param alone: id of its only order, as long as that is not counted among the orders that share a parcel
    """

    at: float
    kg: float
    m3: float
    amount: Decimal | None
    alone: int | None

    def __post_init__(self):
        self.amount = None if self.amount is None else Decimal(self.amount)


class SharedParcels:
    """The parcels of a dry run on one side, before or after. Whoever joins one pays what it costs more with him.

    Orders come in the order of their dates, in several batches.

    :param book: ``freight.RateBook``
    :param hours: how long after its latest order a parcel takes another one; None: always
    :param dict kept: what :meth:`keep` gave after the last batch
    """

    def __init__(self, book, hours=None, kept=None):
        self._book = book
        self._seconds = float("inf") if hours is None else hours * 3600
        self._open = {key: OpenParcel(*values) for key, values in (kept or {}).items()}
        self._sharing = set()
        self._latest = 0.0

    def add(self, key, order, shipment, carrier_id):
        """Put a shipment into the open parcel of a key, or begin one with it. Where it joins, its quote is lowered.

        :param order: ``(id, time in seconds, freight.Destination)``
        :return: whether it joins one, and how many orders are found thereby to share a parcel
        """
        order_id, at, destination = order
        self._latest = at
        kg, m3 = (sum(getattr(line, name) for line in shipment.lines) for name in ("weight_kg", "volume_m3"))
        parcel = self._open.get(key)
        if parcel is None or at - parcel.at > self._seconds:
            amount = shipment.quote.amount if shipment.quote else None
            self._open[key] = OpenParcel(at, kg, m3, amount, None if order_id in self._sharing else order_id)
            return False, 0
        parcel.at, parcel.kg, parcel.m3 = at, parcel.kg + kg, parcel.m3 + m3
        self._price(parcel, destination, shipment, carrier_id)
        return True, self._count(parcel.alone) + self._count(order_id)

    def keep(self):
        """The open parcels as JSON, for the next batch."""
        return {
            key: [None if value is None else str(value) if isinstance(value, Decimal) else value for value in values]
            for key, values in ((key, astuple(parcel)) for key, parcel in self._open.items())
            if self._latest - values[0] <= self._seconds
        }

    def _price(self, parcel, destination, shipment, carrier_id):
        if parcel.amount is None or shipment.quote is None:
            parcel.amount = None
            return
        carriers = [carrier_id] if carrier_id else None
        quotes, _refusals = self._book.quotes(
            shipment.warehouse_id, destination, Parcel(parcel.kg, parcel.m3), carriers
        )
        if quotes:
            shipment.quote = replace(shipment.quote, amount=quotes[0].amount - parcel.amount)
        parcel.amount += shipment.quote.amount

    def _count(self, order_id):
        if order_id is None or order_id in self._sharing:
            return 0
        self._sharing.add(order_id)
        for parcel in self._open.values():
            if parcel.alone == order_id:
                parcel.alone = None
        return 1
