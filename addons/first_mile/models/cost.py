from collections import defaultdict
from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.addons.marketplace.contract import share
from odoo.exceptions import UserError

from ..engine import CartonMeasures, FirstMileError, Portion, allocate, weigh
from ..engine import get_default_rule as get_rule
from .messages import refuse
from .price_sheet import to_decimal

BASES = [
    ("chargeable", "Chargeable weight"),
    ("weight", "Actual weight"),
    ("volume", "Volume of the products"),
    ("carton_volume", "Carton volume"),
    ("quantity", "Quantity"),
    ("value", "Declared value"),
    ("duty", "Duty by HS code"),
    ("hand", "By hand"),
]


class FirstMileCost(models.Model):
    """A cost of a shipment: estimated first, then billed, and divided over what is in its cartons."""

    _name = "first.mile.cost"
    _description = "First-Mile Cost"
    _order = "shipment_id, id"
    _check_company_auto = True

    shipment_id = fields.Many2one("first.mile.shipment", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="shipment_id.company_id", store=True, index=True)
    name = fields.Char(required=True)
    component = fields.Selection(
        [
            ("freight", "Freight"),
            ("duty", "Duty"),
            ("insurance", "Insurance"),
            ("preparation", "Preparation"),
            ("other", "Other"),
        ],
        required=True,
        default="freight",
    )
    basis = fields.Selection(BASES, required=True, default="chargeable", help="How the cost is divided over the goods.")
    date = fields.Date(
        required=True, default=fields.Date.context_today,
        help="An estimate is converted at the exchange rate of this day, a bill at its own.",
    )  # fmt: skip
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_currency_id", store=True, readonly=False, required=True, precompute=True
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    estimate = fields.Monetary()
    bill_line_id = fields.Many2one(
        "account.move.line", check_company=True, copy=False, index="btree_not_null",
        domain="[('move_id.move_type', 'in', ('in_invoice', 'in_refund')), ('display_type', '=', 'product'),"
        " ('company_id', '=', company_id)]",
        help="The line of a vendor bill, in any currency. The actual cost is its amount without tax.",
    )  # fmt: skip
    bill_part = fields.Monetary(
        "Part of the Bill Line", copy=False,
        help="What this cost bears of the line without tax, where the costs of several shipments share it. Together "
        "the parts are the line. 0: the line is for this cost alone.",
    )  # fmt: skip
    actual = fields.Monetary(compute="_compute_actual", store=True, readonly=False, copy=False)
    is_actual = fields.Boolean(string="Billed", compute="_compute_actual", store=True, readonly=False, copy=False)
    amount = fields.Monetary(compute="_compute_amount", help="The actual cost, or else the estimate.")
    company_amount = fields.Monetary(
        compute="_compute_amount", string="In Company Currency", currency_field="company_currency_id"
    )
    share_ids = fields.One2many("first.mile.cost.share", "cost_id", string="Allocation")

    @api.depends("bill_line_id.currency_id")
    def _compute_currency_id(self):
        for cost in self:
            known = cost.bill_line_id.currency_id or cost.currency_id
            cost.currency_id = known or cost.company_id.currency_id or self.env.company.currency_id

    @api.depends(
        "bill_part", "bill_line_id.first_mile_cost_ids", "bill_line_id.price_subtotal",
        "bill_line_id.move_id.move_type", "bill_line_id.parent_state",
    )  # fmt: skip
    def _compute_actual(self):
        for cost in self.filtered("bill_line_id"):
            line = cost.bill_line_id
            sign = -1 if line.move_id.move_type == "in_refund" else 1
            cost.is_actual = line.parent_state != "cancel"
            cost.actual = sign * cost._get_bill_part() if cost.is_actual else 0

    @api.depends(
        "actual", "is_actual", "estimate", "currency_id", "date", "company_id", "bill_line_id.balance",
        "bill_line_id.first_mile_cost_ids.bill_part",
    )  # fmt: skip
    def _compute_amount(self):
        for cost in self:
            cost.amount = cost.actual if cost.is_actual else cost.estimate
            cost.company_amount = cost._get_company_amount()

    def _get_company_amount(self):
        """What a bill books is its cost, at whatever exchange rate the bill has; without one the day's rate counts."""
        if self.is_actual and self.bill_line_id:
            return self._get_booked_amount()
        currency, own = self.currency_id, self.company_currency_id
        return currency._convert(self.amount, own, self.company_id, self.date) if currency and own else self.amount

    def action_allocate(self):
        """Divide the costs over the contents of the cartons; each sum is the cost to the cent."""
        for shipment, costs in self.grouped("shipment_id").items():
            portions, cartons = shipment._get_portions()
            shipment._check_rates(costs.filtered(lambda cost: not cost.bill_line_id).currency_id)
            for cost in costs:
                try:
                    cost._allocate(portions, cartons)
                except FirstMileError as error:
                    raise refuse(self.env, error) from error
        return True

    def _allocate(self, portions, cartons):
        by_hand = {share.line_id.id: to_decimal(share.amount) for share in self.share_ids}
        total = to_decimal(self.amount)
        amounts = allocate(total, self.basis, cartons, portions, to_decimal(self.currency_id.rounding), by_hand)
        if total:
            parts = share(
                to_decimal(self.company_amount),
                [abs(amount) for amount in amounts.values()],
                to_decimal(self.company_currency_id.rounding),
            )
        else:
            parts = [Decimal(0)] * len(amounts)
        self.share_ids = [
            Command.clear(),
            *(
                Command.create({"line_id": line, "amount": float(amount), "company_amount": float(part)})
                for (line, amount), part in zip(amounts.items(), parts, strict=True)
            ),
        ]

    def action_prepare_hand(self):
        """Lines to enter the amounts of a cost that is divided by hand."""
        self.ensure_one()
        if self.basis != "hand":
            raise UserError(self.env._("Choose the basis 'By hand' first."))
        lines = self.shipment_id.carton_ids.line_ids - self.share_ids.line_id
        self.share_ids = [Command.create({"line_id": line.id}) for line in lines]


class FirstMileCostShare(models.Model):
    """What the units of a product in a carton bear of a cost."""

    _name = "first.mile.cost.share"
    _description = "Allocated Cost"
    _order = "cost_id, line_id"

    cost_id = fields.Many2one("first.mile.cost", required=True, ondelete="cascade", index=True)
    shipment_id = fields.Many2one(related="cost_id.shipment_id", store=True, index=True)
    component = fields.Selection(related="cost_id.component", store=True)
    line_id = fields.Many2one(
        "first.mile.carton.line", string="Contents", required=True, ondelete="cascade", index=True
    )
    carton_id = fields.Many2one(related="line_id.carton_id", store=True, string="Carton")
    product_id = fields.Many2one(related="line_id.product_id", store=True)
    quantity = fields.Float(related="line_id.quantity", digits="Product Unit")
    currency_id = fields.Many2one(related="cost_id.currency_id")
    company_currency_id = fields.Many2one(related="cost_id.company_currency_id", string="Company Currency")
    amount = fields.Monetary()
    company_amount = fields.Monetary(string="In Company Currency", currency_field="company_currency_id", readonly=True)


class FirstMileShipment(models.Model):
    _inherit = "first.mile.shipment"

    def action_allocate_costs(self):
        """Divide all costs that are not divided by hand."""
        return self.cost_ids.filtered(lambda cost: cost.basis != "hand").action_allocate()

    def action_open_shares(self):
        """What each SKU and carton bears."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cost per SKU"),
            "res_model": "first.mile.cost.share",
            "view_mode": "pivot,list",
            "domain": [("shipment_id", "in", self.ids)],
        }

    def _get_carriage(self, component):
        """Sum of a component in the currency of the declaration, as Decimal."""
        costs = self.cost_ids.filtered(lambda cost: cost.component == component)
        if others := costs.currency_id - self.currency_id:
            self._check_rates(self.currency_id | others)
        amounts = [
            cost.currency_id._convert(cost.amount, self.currency_id, self.company_id, self.ship_date) for cost in costs
        ]
        return sum(map(to_decimal, amounts), Decimal(0))

    def _get_portions(self):
        """What can bear costs: :class:`~..engine.Portion` of each carton line, and the cartons' measures by number."""
        self.ensure_one()
        cartons = self.carton_ids
        lines = {line.product_id: line for line in self.line_ids}
        try:
            counted = weigh(cartons._to_boxes(), get_rule(self.mode)).by_carton
        except FirstMileError as error:
            raise refuse(self.env, error) from error
        boxes = zip(cartons, cartons._to_boxes(), counted, strict=True)
        measures = {
            carton.number: CartonMeasures(chargeable, box.weight_kg, box.volume_m3) for carton, box, chargeable in boxes
        }
        packed = defaultdict(Decimal)
        for content in cartons.line_ids:
            packed[content.product_id] += to_decimal(content.quantity)
        portions = []
        for content in cartons.line_ids:
            product, quantity = content.product_id, to_decimal(content.quantity)
            line = lines.get(product)
            portions.append(
                Portion(
                    content.id,
                    content.carton_id.number,
                    quantity,
                    weight=to_decimal(product.weight) * quantity,
                    volume=to_decimal(product.volume) * quantity,
                    value=to_decimal(line.unit_value) * quantity if line else Decimal(0),
                    duty=to_decimal(line.duty_amount) * quantity / packed[product] if line else Decimal(0),
                )
            )
        return portions, measures
