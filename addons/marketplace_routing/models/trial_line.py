from decimal import Decimal

from odoo import api, fields, models
from odoo.addons.marketplace.contract import share

OUTCOMES = [
    ("decided", "Decided"),
    ("waits", "Waits for stock"),
    ("own", "No rule: the shop's own warehouse"),
    ("own_waits", "No rule: the shop's own warehouse, which waits for stock"),
]


class MarketplaceRoutingTrialLine(models.Model):
    """What a dry run found of one order line."""

    _name = "marketplace.routing.trial.line"
    _description = "Routing Dry Run Line"
    _order = "trial_id desc, order_id desc, id"
    _rec_name = "order_id"

    trial_id = fields.Many2one(
        "marketplace.routing.trial", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="trial_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    order_id = fields.Many2one("sale.order", required=True, ondelete="cascade", index=True, readonly=True)
    order_line_id = fields.Many2one("sale.order.line", ondelete="cascade", index=True, readonly=True)
    shop_id = fields.Many2one("marketplace.shop", ondelete="cascade", readonly=True)
    product_id = fields.Many2one("product.product", ondelete="cascade", readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True)
    warehouse_before_id = fields.Many2one("stock.warehouse", string="Ships From", readonly=True)
    warehouse_after_id = fields.Many2one("stock.warehouse", string="Would Ship From", readonly=True)
    carrier_before_id = fields.Many2one("delivery.carrier", string="Carrier", readonly=True)
    carrier_after_id = fields.Many2one("delivery.carrier", string="Carrier Then", readonly=True)
    rule_before_id = fields.Many2one("marketplace.routing.rule", string="Rule", ondelete="set null", readonly=True)
    rule_after_id = fields.Many2one("marketplace.routing.rule", string="Rule Then", ondelete="set null", readonly=True)
    outcome_before = fields.Selection([*OUTCOMES, ("by_hand", "Changed by hand")], readonly=True)
    outcome_after = fields.Selection(OUTCOMES, readonly=True)
    reason_before = fields.Char("Why", compute="_compute_reasons")
    reason_after = fields.Char("Why Then", compute="_compute_reasons")
    freight_before = fields.Monetary(
        "Freight",
        readonly=True,
        help="By weight. An order that joins the parcel of another one costs what that costs more with it.",
    )
    freight_after = fields.Monetary(
        "Freight Then",
        readonly=True,
        help="By weight. An order that joins the parcel of another one costs what that costs more with it.",
    )
    promise_before = fields.Selection(
        [("kept", "Kept"), ("broken", "Broken"), ("unknown", "Unknown")], string="Promise", readonly=True
    )
    promise_after = fields.Selection(
        [("kept", "Kept"), ("broken", "Broken"), ("unknown", "Unknown")], string="Promise Then", readonly=True
    )
    is_changed = fields.Boolean("Changes", readonly=True, help="Another warehouse or carrier.")
    is_split_after = fields.Boolean("Would Be Split", readonly=True)
    is_held_after = fields.Boolean("Would Be Held", readonly=True)

    @api.depends("rule_before_id", "rule_after_id", "outcome_before", "outcome_after")
    @api.depends_context("lang")
    def _compute_reasons(self):
        for line in self:
            for side in ("before", "after"):
                rule, outcome = line[f"rule_{side}_id"], line[f"outcome_{side}"]
                words = dict(line._fields[f"outcome_{side}"]._description_selection(self.env)).get(outcome, "")
                line[f"reason_{side}"] = words if not rule else rule.name + (f": {words}" if outcome == "waits" else "")

    @api.model
    def _create_from_results(self, trial, results):
        """One record per order line, in one create().

        :param list results: :class:`~.trial_run.Result`
        """
        vals_list = [vals for result in results for vals in self._prepare_vals_list(trial, result)]
        return self.create(vals_list)

    @api.model
    def _prepare_vals_list(self, trial, result):
        before = self._prepare_side(result.before, result.get_carrier_before)
        after = self._prepare_side(result.decision.option, result.get_carrier_after)
        changed = result.changed_lines
        quantities = {line.id: line.product_uom_qty for line in result.order.order_line}
        shared = {
            "trial_id": trial.id,
            "order_id": result.order.id,
            "shop_id": result.order.marketplace_shop_id.id,
            "rule_after_id": result.decision.rule.id if result.decision.rule else False,
            "outcome_after": self._get_outcome_after(result.decision),
            "promise_before": _get_promise(result.before),
            "promise_after": _get_promise(result.decision.option),
            "is_split_after": len(result.decision.option.shipments) > 1,
            "is_held_after": result.decision.hold is not None,
            **self._prepare_past(result),
        }
        return [
            {
                **shared,
                "order_line_id": line.line_id,
                "product_id": line.product_id,
                "quantity": quantities.get(line.line_id, 0),
                "is_changed": line.line_id in changed,
                **dict(
                    zip(
                        ("warehouse_before_id", "carrier_before_id", "freight_before"),
                        before[line.line_id],
                        strict=True,
                    )
                ),
                **dict(
                    zip(("warehouse_after_id", "carrier_after_id", "freight_after"), after[line.line_id], strict=True)
                ),
            }
            for line in result.decision.facts.lines
        ]

    def _prepare_side(self, option, get_carrier):
        """``{line id: (warehouse id, carrier id or None, share of the freight)}``"""
        places = {}
        for shipment in option.shipments:
            amount = shipment.quote.amount if shipment.quote else Decimal(0)
            shares = share(amount, [line.weight_kg for line in shipment.lines])
            for line, part in zip(shipment.lines, shares, strict=True):
                places[line.line_id] = (shipment.warehouse_id, get_carrier(shipment), float(part))
        return places

    def _prepare_past(self, result):
        """The rule that decided, unless a person has changed it since."""
        past = result.past
        if not past:
            return {"outcome_before": "own"}
        stored = {part["warehouse"] for part in past.alternatives[0]["shipments"]}
        if stored != set(result.before.warehouse_ids):
            return {"outcome_before": "by_hand"}
        if not past.rule_id:
            return {"outcome_before": "own_waits" if past.waits else "own"}
        return {"rule_before_id": past.rule_id.id, "outcome_before": "waits" if past.waits else "decided"}

    def _get_outcome_after(self, decision):
        if decision.rule is None:
            return "own_waits" if decision.option.missing else "own"
        return "waits" if decision.option.missing else "decided"

    def action_open_order(self):
        self.ensure_one()
        return self.order_id._get_records_action()


def _get_promise(option):
    return {True: "kept", False: "broken", None: "unknown"}[option.promise]
