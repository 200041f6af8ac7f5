"""Orders to ship, and what comes back."""

from decimal import Decimal

from . import fees
from .records import Refusal

OPEN = ("accepted", "picking", "exception")


class Outbound:
    """The part of a depot that ships."""

    def take_order(self, order):
        """Take an order and promise its units; return it with ``number``, ``status``, ``created`` and ``updated``.

        :param order: ``{reference, place, service, lines: [{sku, units, …}], address: {…}, …}``
        :raise Refusal: ``duplicate``, ``unknown place``, ``unknown service``, ``unknown product``, ``no stock``,
            ``invalid``
        """
        self._check_new("outbound", order)
        if order["service"] not in self.services:
            raise Refusal("unknown service", f"there is no service {order['service']}")
        if not order["lines"] or any(line["units"] <= 0 for line in order["lines"]):
            raise Refusal("invalid", "an order needs lines with units")
        self.check_products(line["sku"] for line in order["lines"])
        free = {line["sku"]: line["sellable"] for line in self.stock(order["place"])}
        for line in order["lines"]:
            free[line["sku"]] = free.get(line["sku"], 0) - line["units"]
            if free[line["sku"]] < 0:
                raise Refusal("no stock", f"not enough stock of {line['sku']}")
        number = self.next_number()
        self.plan("pick", number)
        return self.keep("outbound", number, {
            **order, "number": number, "status": "accepted", "message": "", "tracking": "", "carrier": "",
            "shipped": None, "weight_kg": None, "fees": [], "created": self.now(), "updated": self.now()})

    def outbound(self, number=None, reference=None):
        """Return an order by either number, or ``None``."""
        return self.find("outbound", number) if number else self.by_reference("outbound", reference)

    def outbounds(self):
        """Return all orders, oldest first."""
        return self.all("outbound")

    def pick(self, number):
        """Start to work on an order."""
        order = self.find("outbound", number)
        if order["status"] == "accepted":
            order["status"] = "picking"
            self._touch("outbound", order)
        return order

    def fall_short(self, number, message):
        """Let an order wait for an answer of the seller, since units were not found."""
        order = self.find("outbound", number)
        order["status"], order["message"] = "exception", message
        return self._touch("outbound", order)

    def ship(self, number):
        """Send an order off: tracking number, stock, charges; return it.

        :raise Refusal: ``too late`` unless it is open
        """
        order = self.find("outbound", number)
        if order["status"] not in OPEN:
            raise Refusal("too late", f"the order is {order['status']}")
        for line in order["lines"]:
            self.book(order["place"], line["sku"], "outbound", -line["units"], record=order)
        charges = self.quote(order["lines"])
        order |= {"status": "shipped", "message": "", "tracking": f"TRK{self.name[:2].upper()}{number}",
                  "carrier": "Simulated Express", "shipped": self.now(), "weight_kg": str(self._weight(order["lines"])),
                  "fees": [[kind, str(amount)] for kind, amount in charges]}
        self.charge(charges, order)
        self.plan("return", number)
        return self._touch("outbound", order)

    def cancel_outbound(self, number):
        """Stop an order; one that is stopped already stays so.

        :raise Refusal: ``too late`` once it has left
        """
        order = self.find("outbound", number)
        if order["status"] == "shipped":
            raise Refusal("too late", "the order has been shipped")
        order["status"] = "cancelled"
        return self._touch("outbound", order)

    def quote(self, lines):
        """Return ``[(kind, amount)]`` of what lines would cost."""
        return fees.shipping(self._weight(lines), sum(line["units"] for line in lines))

    def bring_back(self, number, damaged=0):
        """Let a shipped order come back, judged and put away; return the return.

        :param damaged: units of each line that are not to be sold any more, at most all
        """
        order = self.find("outbound", number)
        lines = []
        for line in order["lines"]:
            bad = min(damaged, line["units"])
            lines.append({"sku": line["sku"], "sellable": line["units"] - bad, "damaged": bad})
        key = self.next_number()
        back = {"number": key, "reference": f"RMA-{order['reference']}", "order": number,
                "order_reference": order["reference"], "place": order["place"], "status": "finished", "lines": lines,
                "tracking": f"BACK{key}", "reason": "changed mind", "created": self.now(), "updated": self.now()}
        for line in lines:
            self.book(order["place"], line["sku"], "return", line["sellable"], record=back)
            self.book(order["place"], line["sku"], "return", line["damaged"], "damaged", record=back)
        self.charge(fees.returning(sum(line["units"] for line in order["lines"])), back)
        return self.keep("return", key, back)

    def returns(self):
        """Return ``[{number, reference, order, order_reference, place, status, lines: [{sku, sellable, damaged}],
        tracking, reason, created, updated}]``, oldest first."""
        return self.all("return")

    def _weight(self, lines):
        return sum((Decimal(self.product(line["sku"])["weight_kg"]) * line["units"] for line in lines), Decimal(0))

    def _promised(self):
        promised = {}
        for order in self.all("outbound"):
            if order["status"] in OPEN:
                for line in order["lines"]:
                    key = (order["place"], line["sku"])
                    promised[key] = promised.get(key, 0) + line["units"]
        return promised
