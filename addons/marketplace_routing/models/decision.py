from odoo import api, fields, models
from odoo.tools import SQL


class MarketplaceRoutingDecision(models.Model):
    """Where an order ships from, and why: the rules that applied, what they knew, and what else was possible.

    Reasons are stored as codes with values, and become words in the reader's language when they are shown.
    """

    _name = "marketplace.routing.decision"
    _description = "Routing Decision"
    _order = "id desc"
    # A decision never changes, and it says itself when it was taken.
    _log_access = False
    _rec_name = "order_id"

    order_id = fields.Many2one("sale.order", required=True, readonly=True, ondelete="cascade", index=True)
    shop_id = fields.Many2one(related="order_id.marketplace_shop_id")
    company_id = fields.Many2one(related="order_id.company_id")
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
    decided_at = fields.Datetime(required=True, readonly=True, index=True)
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
    trail = fields.Json(
        readonly=True, prefetch=False, help="Rules that applied with what they did, and those that did not with why."
    )
    inputs = fields.Json(
        readonly=True, prefetch=False, help="What the rules knew of the order, and the stock as it was."
    )
    alternatives = fields.Json(readonly=True, prefetch=False, help="All options, the chosen one first.")

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
            "ruleset_id": ruleset.id,
            "rule_id": decision.rule.id if decision.rule else None,
            "decided_at": now,
            "warehouse_id": main_id,
            "carrier_id": carriers[main_id],
            "parcel_count": len(shipments),
            "distance_km": option.distance_km or 0.0,
            "freight": float(option.freight or 0),
            "promise": {True: "kept", False: "broken", None: "unknown"}[option.promise],
            "waits": bool(option.missing),
            "merge": decision.merge,
            "held": decision.hold is not None,
            "note": "\n".join(decision.notes) or None,
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
        """An option as plain values."""
        values = {"missing": option.missing} if option.missing else option.values
        return {
            "shipments": [self._prepare_shipment(decision, option, shipment) for shipment in option.shipments],
            "reason": option.reason,
            "values": values,
            "promise": option.promise,
        }

    def _prepare_shipment(self, decision, option, shipment):
        """A shipment as plain values, without those that are not known."""
        quote = shipment.quote
        vals = {"warehouse": shipment.warehouse_id}
        if shipment.distance_km is not None:
            vals["km"] = round(shipment.distance_km)
        if quote:
            vals |= {"freight": str(quote.amount), "quoted": quote.carrier_id, "days": quote.days_max}
        if shipment.refusals:
            vals["refusals"] = [
                [refusal.carrier_id, refusal.code, _as_text(refusal.values)] for refusal in shipment.refusals
            ]
        if option is decision.option:
            vals["lines"] = [line.line_id for line in shipment.lines]
            vals["carrier"] = decision.get_carrier(shipment)
            vals["weight"] = sum(line.weight_kg for line in shipment.lines)
            vals["chargeable"] = float(quote.chargeable_kg) if quote else 0.0
        return vals

    def _get_carriers(self):
        """Carrier of each warehouse that ships the order.

        :return: ``{warehouse id: carrier id or None}``
        """
        self.ensure_one()
        if self.parcel_count == 1:
            return {self.warehouse_id.id: self.carrier_id.id or None}
        return {shipment["warehouse"]: shipment["carrier"] for shipment in self.alternatives[0]["shipments"]}

    def _plan_parcels(self):
        """Keep what the parcels are thought to cost, to compare it with what they will. Transfers must exist."""
        if not self:
            return
        # The database takes these few values out of the long alternatives, which need not be read whole then.
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT decision.order_id, shipment.*
                  FROM marketplace_routing_decision decision
                 CROSS JOIN jsonb_to_recordset(decision.alternatives -> 0 -> 'shipments')
                       AS shipment(warehouse int, quoted int, weight float, chargeable float, freight float)
                 WHERE decision.id IN %s AND shipment.freight IS NOT NULL
                 ORDER BY decision.id
                """,
                tuple(self.ids),
            )
        )
        names = {
            "warehouse": "warehouse_id",
            "quoted": "carrier_id",
            "chargeable": "chargeable_weight",
            "freight": "estimated_freight",
        }
        if vals_list := [{names.get(name, name): value for name, value in row.items()} for row in rows]:
            self.env["marketplace.routing.parcel"]._create_planned(vals_list)

    def action_open_order(self):
        self.ensure_one()
        return self.order_id._get_records_action()


def _as_text(values):
    """Values of a refusal for storage; the place is known from the order, and personal."""
    return {name: str(value) for name, value in values.items() if name != "place"}
