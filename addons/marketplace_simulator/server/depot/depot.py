"""The books of one operator of warehouses: products, stock, notices, orders, returns, events and charges.

All records are JSON objects (documents of the store), money is text, times are RFC 3339 text. A *reference* is the
seller's number of a notice or order, a *number* the operator's.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from . import fees
from .outbound import Outbound
from .records import Records, Refusal

__all__ = ["Depot", "Place", "Refusal"]


@dataclass(frozen=True)
class Place:
    """A warehouse.

    :param code: as the operator's protocol names it
    :param currency: what it charges in
    """

    code: str
    name: str
    country: str
    currency: str


class Depot(Outbound, Records):
    """One operator; orders are in :class:`.outbound.Outbound`.

    :param world: the simulator's world, for its store, clock and seed
    :param name: of the operator
    :param places: list of :class:`Place`
    :param services: ``{code: name}`` of ways to ship
    """

    def __init__(self, world, name, places, services):
        super().__init__(world, name)
        self.places = {place.code: place for place in places}
        self.services = dict(services)

    # --- products ---

    def put_product(self, card):
        """Make a product known or correct it; return it with its ``number``.

        :param card: ``{sku, name, weight_kg, length_cm, width_cm, height_cm, …}``, sizes as text; the site may keep
            more in it
        :raise Refusal: ``invalid`` without SKU, weight or size
        """
        missing = [name for name in ("weight_kg", "length_cm", "width_cm", "height_cm")
                   if not Decimal(card.get(name) or 0) > 0]
        if not card.get("sku") or missing:
            raise Refusal("invalid", f"{card.get('sku') or 'a product'} lacks {', '.join(missing) or 'a SKU'}")
        known = self.product(card["sku"])
        number = known["number"] if known else self.next_number()
        created = known["created"] if known else self.now()
        return self.keep("product", card["sku"], {**card, "number": number, "created": created, "updated": self.now()})

    def product(self, sku):
        """Return a product or ``None``."""
        return self.find("product", sku)

    def products(self):
        """Return all products, oldest first."""
        return self.all("product")

    # --- stock ---

    def put_stock(self, place, sku, sellable, damaged=0):
        """Let units be there, as at the start of a test; an unknown product becomes known."""
        if self.product(sku) is None:
            self.put_product({"sku": sku, "name": sku.title(), "weight_kg": "0.5", "length_cm": "20",
                              "width_cm": "15", "height_cm": "10", "barcode": sku})
        self._store_units(place, sku, sellable, damaged)

    def stock(self, place=None):
        """Return ``[{place, sku, on_hand, sellable, reserved, damaged, inbound}]`` sorted by place and SKU.

        ``on_hand`` units may be sold and are there, of which ``reserved`` are promised and ``sellable`` free.
        """
        reserved, inbound = self._promised(), self._on_the_way()
        lines = {(line["place"], line["sku"]): line for line in self.all("stock")}
        for key in inbound:
            lines.setdefault(key, {"place": key[0], "sku": key[1], "on_hand": 0, "damaged": 0})
        return [{**line, "reserved": reserved.get(key, 0), "inbound": inbound.get(key, 0),
                 "sellable": line["on_hand"] - reserved.get(key, 0)}
                for key, line in sorted(lines.items()) if place in (None, key[0])]

    def units(self, place, sku):
        """Return ``(on hand, damaged)``."""
        line = self.find("stock", f"{place}:{sku}")
        return (line["on_hand"], line["damaged"]) if line else (0, 0)

    def book(self, place, sku, kind, units, grade="sellable", record=None):
        """Change the stock, with an event.

        :param kind: ``inbound``, ``outbound``, ``return``, ``count``, ``adjustment``
        :param units: signed
        :param record: the notice, order or return that is the reason
        """
        if not units:
            return
        on_hand, damaged = self.units(place, sku)
        if grade == "sellable":
            self._store_units(place, sku, on_hand + units, damaged)
        else:
            self._store_units(place, sku, on_hand, damaged + units)
        number = self.next_number()
        self.keep("event", number, {
            "number": number, "place": place, "sku": sku, "kind": kind, "units": units, "grade": grade,
            "at": self.now(), "document": record["number"] if record else "",
            "reference": record["reference"] if record else ""})

    def events(self):
        """Return ``[{number, place, sku, kind, units, grade, at, document, reference}]``, oldest first."""
        return self.all("event")

    # --- notices ---

    def announce(self, notice):
        """Take a notice; return it with ``number``, ``status``, ``batches``, ``created`` and ``updated``.

        :param notice: ``{reference, place, cartons: [{number, contents: [[sku, units]], …}], …}``
        :raise Refusal: ``duplicate``, ``unknown place``, ``unknown product``, ``invalid``
        """
        self._check_new("inbound", notice)
        contents = [entry for carton in notice["cartons"] for entry in carton["contents"]]
        if not contents or any(units <= 0 for _sku, units in contents):
            raise Refusal("invalid", "a notice needs cartons with units")
        self.check_products(sku for sku, _units in contents)
        number = self.next_number()
        self.plan("arrive", number)
        return self.keep("inbound", number, {**notice, "number": number, "status": "announced", "batches": [],
                                             "created": self.now(), "updated": self.now()})

    def inbound(self, number=None, reference=None):
        """Return a notice by either number, or ``None``."""
        return self.find("inbound", number) if number else self.by_reference("inbound", reference)

    def inbounds(self):
        """Return all notices, oldest first."""
        return self.all("inbound")

    def receive(self, number, counts, finished):
        """Count goods of a notice, on top of what was counted before; return the notice.

        :param counts: ``{sku: (sellable, damaged)}`` more units
        :raise Refusal: ``too late`` if it is cancelled or finished
        """
        notice = self.find("inbound", number)
        if notice["status"] not in ("announced", "receiving"):
            raise Refusal("too late", f"the notice is {notice['status']}")
        for sku, (sellable, damaged) in counts.items():
            self.book(notice["place"], sku, "inbound", sellable, record=notice)
            self.book(notice["place"], sku, "inbound", damaged, "damaged", record=notice)
            notice["batches"].append({"sku": sku, "sellable": sellable, "damaged": damaged, "at": self.now()})
        notice["status"] = "received" if finished else "receiving"
        if finished:
            self.charge(fees.receiving(sum(sum(units) for units in counted(notice).values())), notice)
        return self._touch("inbound", notice)

    def change_inbound(self, number, **values):
        """Expect a notice of which nothing arrived otherwise; return it.

        :param values: what changes, e.g. ``eta`` and ``tracking``
        :raise Refusal: ``not found``, ``too late``
        """
        notice = self.find("inbound", number)
        if notice["status"] != "announced":
            raise Refusal("too late", f"the notice is {notice['status']}")
        notice.update(values)
        return self._touch("inbound", notice)

    def cancel_inbound(self, number):
        """Withdraw a notice; one that is withdrawn already stays so.

        :raise Refusal: ``too late`` once goods have arrived
        """
        notice = self.find("inbound", number)
        if notice["status"] not in ("announced", "cancelled"):
            raise Refusal("too late", f"the notice is {notice['status']}")
        notice["status"] = "cancelled"
        return self._touch("inbound", notice)

    # --- money ---

    def charge(self, lines, record=None, **more):
        """Write charges down.

        :param lines: ``[(kind, amount)]`` as of :mod:`.fees`
        :param record: the notice, order or return they are for; without one say ``place``
        """
        place = self.places[record["place"] if record else more["place"]]
        for kind, amount in lines:
            number = self.next_number()
            self.keep("bill", number, {
                "number": number, "kind": kind, "amount": str(amount), "currency": place.currency, "at": self.now(),
                "document": record["number"] if record else "", "reference": record["reference"] if record else "",
                **more, "place": place.code})

    def bills(self):
        """Return ``[{number, kind, amount, currency, at, place, document, reference, …}]``, oldest first.

        Storage also has ``sku``, ``units``, ``volume`` (m³, text) and ``day`` (ISO date).
        """
        return self.all("bill")

    def charge_storage(self):
        """Charge yesterday's storage of everything that is there."""
        day = (self.world.clock.now() - timedelta(days=1)).date().isoformat()
        for line in self.stock():
            units = line["on_hand"] + line["damaged"]
            if units:
                volume = fees.volume(self.product(line["sku"])) * units
                self.charge(fees.storage(volume), place=line["place"], sku=line["sku"], units=units,
                            volume=str(volume.normalize()), day=day)

    # --- inside ---

    def _store_units(self, place, sku, on_hand, damaged):
        line = {"place": place, "sku": sku, "on_hand": on_hand, "damaged": damaged}
        self.keep("stock", f"{place}:{sku}", line)

    def _on_the_way(self):
        waiting = {}
        for notice in self.all("inbound"):
            if notice["status"] not in ("announced", "receiving"):
                continue
            arrived = counted(notice)
            for sku, units in expected(notice).items():
                key = (notice["place"], sku)
                waiting[key] = waiting.get(key, 0) + max(0, units - sum(arrived.get(sku, (0, 0))))
        return waiting


def expected(notice):
    """Return ``{sku: units}`` of a notice."""
    units = {}
    for carton in notice["cartons"]:
        for sku, quantity in carton["contents"]:
            units[sku] = units.get(sku, 0) + quantity
    return units


def counted(notice):
    """Return ``{sku: (sellable, damaged)}`` counted so far."""
    units = {}
    for batch in notice["batches"]:
        sellable, damaged = units.get(batch["sku"], (0, 0))
        units[batch["sku"]] = (sellable + batch["sellable"], damaged + batch["damaged"])
    return units
