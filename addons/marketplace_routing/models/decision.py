from odoo import api, fields, models
from odoo.tools import SQL
from psycopg2.extras import Json


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
    def _insert(self, vals_list):
        """Store decisions in one query, all with the same fields.

        The standard way converts each Json value several times, which would cost more than to decide. Nothing is
        computed or checked on this model when it is created, so nothing is lost.

        :return: the records, in the order of ``vals_list``
        """
        own_fields = [self._fields[name] for name in vals_list[0]]
        now = fields.Datetime.now()
        stamp = (self.env.uid, now, self.env.uid, now)
        rows = [(*(_to_column(field, vals[field.name]) for field in own_fields), *stamp) for vals in vals_list]
        columns = [*vals_list[0], "create_uid", "create_date", "write_uid", "write_date"]
        head = SQL(
            "INSERT INTO %s (%s) VALUES",
            SQL.identifier(self._table),
            SQL(", ").join(map(SQL.identifier, columns)),
        )
        query = f"{head.code} %s RETURNING id"
        ids = self.env.cr.execute_values(query, rows, page_size=len(rows), fetch=True)
        self.env["sale.order"].invalidate_model(["routing_decision_ids"], flush=False)
        return self.browse(row[0] for row in ids)

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
        return {shipment["warehouse"]: shipment["carrier"] for shipment in self.alternatives[0]["shipments"]}

    def _plan_parcels(self):
        """Keep what the parcels are thought to cost, to compare it with what they will. Transfers must exist."""
        vals_list = [
            {
                "order_id": decision.order_id.id,
                "warehouse_id": shipment["warehouse"],
                "carrier_id": shipment["quoted"],
                "weight": shipment["weight"],
                "chargeable_weight": shipment["chargeable"],
                "estimated_freight": float(shipment["freight"]),
            }
            for decision in self
            for shipment in decision.alternatives[0]["shipments"]
            if "freight" in shipment
        ]
        if vals_list:
            self.env["marketplace.routing.parcel"]._create_planned(vals_list)

    def action_open_order(self):
        self.ensure_one()
        return self.order_id._get_records_action()


def _to_column(field, value):
    """A value as the database takes it."""
    if field.type == "json":
        return Json(value)
    return None if value is False and field.type != "boolean" else value


def _as_text(values):
    """Values of a refusal for storage; the place is known from the order, and personal."""
    return {name: str(value) for name, value in values.items() if name != "place"}
