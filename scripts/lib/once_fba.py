"""Goods of the supply chain on their way into Amazon's warehouses: the inbound plan from the shipment's cartons to what
Amazon has received, by the queue's jobs."""

from scripts.lib.home import SetupError
from scripts.lib.once_chain import Chain, is_


class Inbound(Chain):
    """The inbound plan of a shipment. ``papers`` tells what came of it.

    :param shipment: id of the first mile's shipment, planned
    """

    def __init__(self, context, world, shipment: int):
        super().__init__(context, world)
        self._odoo.call("first.mile.shipment", "action_announce", [shipment])
        self._shipment = shipment
        self._notices = [("first_mile_shipment_id", "=", shipment)]
        notice = self._odoo.call("overseas.inbound", "search_read", self._notices, fields=["fba_inbound_id"])[0]
        self._plan = notice["fba_inbound_id"][0]
        self._odoo.call("fba.inbound", "write", [self._plan], {"take_proposals": True})
        self.papers = {}

    def choose_placement(self) -> None:
        """Take the cheapest of the placements that Amazon offers."""
        self._wait("Amazon offers placements", lambda: self._is("choice"))
        self._odoo.call("fba.inbound", "action_take_proposals", [self._plan])

    def arrange(self) -> None:
        """Await carriers and delivery windows, which are taken as proposed, and print the labels."""
        self._wait("Amazon's inbound plan is arranged", lambda: self._is("arranged"))
        shipments = self._shipments(["confirmation", "centre", "box_count"])
        plan = self._odoo.call("fba.inbound", "read", [self._plan], ["reference", "placement_cost"])[0]
        self.papers = {
            "plan": plan["reference"],
            "placement_cost": plan["placement_cost"],
            "centres": {row["centre"]: row["confirmation"] for row in shipments},
            "boxes": sum(row["box_count"] for row in shipments),
            "labels": self._print_labels([row["id"] for row in shipments]),
        }

    def _is(self, state: str) -> bool:
        told = self._odoo.call("fba.inbound", "read", [self._plan], ["state", "message"])[0]
        if told["state"] == "failed":
            raise SetupError(f"Amazon refuses the inbound plan: {told['message']}")
        return told["state"] == state

    def _shipments(self, fields: list[str]) -> list[dict]:
        return self._odoo.call("fba.inbound.shipment", "search_read", [("inbound_id", "=", self._plan)], fields=fields)

    def _print_labels(self, shipments: list[int]) -> int:
        """Print the units' and the boxes' labels; returns how many PDF files came."""
        actions = [self._odoo.call("fba.inbound", "action_print_item_labels", [self._plan])]
        actions += [self._odoo.call("fba.inbound.shipment", "action_print_labels", [one]) for one in shipments]
        return sum(self._odoo.download(action["url"]).startswith(b"%PDF") for action in actions)

    def send(self) -> None:
        """Tell Amazon the carrier's number of each box."""
        shipments = [row["id"] for row in self._shipments(["confirmation"])]
        for box in self._odoo.call("fba.inbound.box", "search", [("shipment_id", "in", shipments)]):
            self._odoo.call("fba.inbound.box", "write", [box], {"tracking": f"1ZCB{box:014d}"})
        self._odoo.call("fba.inbound.shipment", "action_send_tracking", shipments)
        untold = [("id", "in", shipments), ("tracking_state", "!=", "sent")]
        self._wait("Amazon knows the tracking numbers", lambda: not self._count("fba.inbound.shipment", untold))

    def receive(self) -> None:
        """Await what Amazon receives; what it has lost it pays, so that nothing more is to come."""
        open_notices = [*self._notices, ("state", "!=", "received")]
        self._exchange("Amazon receives the boxes", lambda: not self._count("overseas.inbound", open_notices))
        shortages = [("inbound_id.first_mile_shipment_id", "=", self._shipment), ("kind", "=", "shortage")]
        if short := self._odoo.call("overseas.difference", "search", [*shortages, is_("open")]):
            self._odoo.call("overseas.difference", "action_settle", short)
