from odoo import api, fields, models


class MarketplaceRoutingDecision(models.Model):
    """Where an order ships from, and why: the rules that applied, what they knew, and what else was possible.

    Reasons are stored as codes with values, and become words in the reader's language when they are shown.
    """

    _name = "marketplace.routing.decision"
    _description = "Routing Decision"
    _order = "id desc"
    _rec_name = "order_id"

    order_id = fields.Many2one("sale.order", required=True, readonly=True, ondelete="cascade", index=True)
    shop_id = fields.Many2one("marketplace.shop", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    ruleset_id = fields.Many2one(
        "marketplace.routing.ruleset", string="Rule Set", required=True, readonly=True, ondelete="restrict", index=True
    )
    rule_id = fields.Many2one(
        "marketplace.routing.rule",
        string="Decided By",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        help="The rule that chose the warehouse. Empty: none did, so the shop's own warehouse ships.",
    )
    decided_at = fields.Datetime(required=True, readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", required=True, readonly=True, help="It ships most lines.")
    carrier_id = fields.Many2one("delivery.carrier", readonly=True)
    parcel_count = fields.Integer("Parcels", readonly=True)
    distance_km = fields.Float("Distance (km)", digits=(16, 0), aggregator="avg", readonly=True)
    freight = fields.Monetary("Estimated Freight", readonly=True, help="0 when no rate table has a rate.")
    promise = fields.Selection(
        [("kept", "Kept"), ("broken", "Broken"), ("unknown", "Unknown")],
        readonly=True,
        help="Whether the carrier delivers by the promised time, by its rate table.",
    )
    waits = fields.Boolean("Waits for Stock", readonly=True, help="Something was missing in the chosen warehouse.")
    merge = fields.Boolean("To Merge", readonly=True, help="Leaves with other orders of the buyer.")
    held = fields.Boolean(readonly=True, help="A rule held the order.")
    note = fields.Text("Notes for the Warehouse", readonly=True)
    trail = fields.Json(readonly=True, help="Rules that applied with what they did, and those that did not with why.")
    inputs = fields.Json(readonly=True, help="What the rules knew of the order, and the stock as it was.")
    alternatives = fields.Json(readonly=True, help="All options, the chosen one first.")

    _shop_idx = models.Index("(shop_id, decided_at)")

    # === VALUES === #

    @api.model
    def _prepare_vals(self, ruleset, decision, now):
        """Values of a record from an :class:`~..engine.Decision`."""
        facts, option = decision.facts, decision.option
        shipments = option.shipments
        main_id = decision.main_warehouse_id
        carriers = {shipment.warehouse_id: decision.get_carrier(shipment) for shipment in shipments}
        return {
            "order_id": facts.order_id,
            "shop_id": facts.shop_id,
            "company_id": ruleset.company_id.id,
            "ruleset_id": ruleset.id,
            "rule_id": decision.rule.id if decision.rule else False,
            "decided_at": now,
            "warehouse_id": main_id,
            "carrier_id": carriers[main_id] or False,
            "parcel_count": len(shipments),
            "distance_km": option.distance_km or 0.0,
            "freight": float(option.freight or 0),
            "promise": {True: "kept", False: "broken", None: "unknown"}[option.promise],
            "waits": bool(option.missing),
            "merge": decision.merge,
            "held": decision.hold is not None,
            "note": "\n".join(decision.notes) or False,
            "trail": {"applied": decision.trail, "skipped": decision.skipped},
            "inputs": self._prepare_inputs(decision),
            "alternatives": [
                self._prepare_option(decision, chosen_or_not) for chosen_or_not in (option, *decision.alternatives)
            ],
        }

    def _prepare_inputs(self, decision):
        """Facts as plain values. The postcode is the only personal one; it is erased with the buyer."""
        facts = decision.facts
        return {
            "country": facts.destination.country,
            "state": facts.destination.state,
            "postcode": facts.destination.postcode,
            "weight": facts.weight_kg,
            "value": facts.value,
            "business": facts.is_business,
            "service": facts.service_level,
            "tags": sorted(facts.tag_ids),
            "hours_to_ship": facts.hours_to_ship,
            "hours_to_deliver": facts.hours_to_deliver,
            "needs": list(facts.needs.items()),
            "stock": decision.stock,
        }

    def _prepare_option(self, decision, option):
        """An option as plain values, by position to keep them small: see ``_read_option``."""
        shipments = [
            [
                shipment.warehouse_id,
                None if shipment.distance_km is None else round(shipment.distance_km),
                str(shipment.quote.amount) if shipment.quote else None,
                shipment.quote.carrier_id if shipment.quote else None,
                shipment.days,
                len(shipment.lines),
                decision.get_carrier(shipment) if option is decision.option else None,
                [[refusal.carrier_id, refusal.code, _as_text(refusal.values)] for refusal in shipment.refusals],
            ]
            for shipment in option.shipments
        ]
        values = {"missing": option.missing} if option.missing else option.values
        return {"shipments": shipments, "reason": option.reason, "values": values, "promise": option.promise}

    def _get_carriers(self):
        """Carrier of each warehouse that ships the order.

        :return: ``{warehouse id: carrier id or None}``
        """
        self.ensure_one()
        return {shipment[0]: shipment[6] for shipment in self.alternatives[0]["shipments"]}

    def action_open_order(self):
        self.ensure_one()
        return self.order_id._get_records_action()


def _as_text(values):
    """Values of a refusal for storage; the place is known from the order, and personal."""
    return {name: str(value) for name, value in values.items() if name != "place"}
