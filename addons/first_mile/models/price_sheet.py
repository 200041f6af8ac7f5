from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import Break, Fee, PriceSheet, WeightRule, get_default_rule

MODES = [
    ("sea_fcl", "Sea, full container"),
    ("sea_lcl", "Sea, part of a container"),
    ("air", "Air"),
    ("rail", "Rail"),
    ("truck", "Truck"),
    ("express", "Express"),
]
CONTAINERS = [("20GP", "20' standard"), ("40GP", "40' standard"), ("40HQ", "40' high cube"), ("45HQ", "45' high cube")]


def to_decimal(number):
    """A float field as the Decimal that a person sees."""
    return Decimal(str(number))


class FirstMileTariff(models.Model):
    """What a forwarder asks on a lane in a mode, and how it weighs."""

    _name = "first.mile.tariff"
    _description = "Forwarder Price Sheet"
    _order = "lane_id, mode, partner_id, valid_from desc, id"
    _check_company_auto = True
    _rec_names_search = ["partner_id", "lane_id"]

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    active = fields.Boolean(default=True)
    partner_id = fields.Many2one("res.partner", string="Forwarder", required=True)
    lane_id = fields.Many2one("first.mile.lane", required=True, check_company=True, index=True)
    mode = fields.Selection(MODES, required=True, default="sea_lcl")
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id, help="All prices are in it."
    )
    basis = fields.Selection(
        [("kg", "Chargeable kg"), ("cbm", "m³"), ("revenue_ton", "Revenue ton"), ("container", "Container")],
        required=True, default="revenue_ton",
        help="What the price is for. A revenue ton is 1 m³ or 1,000 kg, whichever is more.",
    )  # fmt: skip
    divisor = fields.Float(help="cm³ that count as 1 kg, for example 6000 by air; 0: only the actual weight counts.")
    per_carton = fields.Boolean(help="Each carton is weighed, raised and rounded by itself, as with express.")
    carton_minimum = fields.Float(string="Least per Carton (kg)", help="What a carton counts at least.")
    weight_minimum = fields.Float(string="Least Weight (kg)", help="Chargeable weight of a shipment at least.")
    step = fields.Float(string="Rounded up to (kg)", help="Weights are raised to multiples of this; 0: not rounded.")
    least = fields.Float(string="Least Units", help="Units of the basis that are billed at least.")
    minimum_charge = fields.Monetary(help="The freight is at least this.")
    fuel_percent = fields.Float(string="Fuel (%)", help="Fuel surcharge in percent of the freight.")
    valid_from = fields.Date(help="First day of loading at these prices.")
    valid_to = fields.Date(help="Last day of loading at these prices.")
    days_min = fields.Integer(string="Days at least")
    days_max = fields.Integer(string="Days at most")
    break_ids = fields.One2many("first.mile.tariff.break", "tariff_id", string="Prices", copy=True)
    fee_ids = fields.One2many("first.mile.tariff.fee", "tariff_id", string="Fees", copy=True)

    _amounts_positive = models.Constraint(
        "CHECK(divisor >= 0 AND step >= 0 AND least >= 0 AND minimum_charge >= 0 AND fuel_percent >= 0)",
        "Prices, weights and percentages of a price sheet cannot be negative.",
    )
    _dates_in_order = models.Constraint("CHECK(valid_from <= valid_to)", "The last day is before the first day.")

    @api.depends("partner_id", "lane_id", "mode")
    def _compute_display_name(self):
        modes = dict(self._fields["mode"]._description_selection(self.env))
        for sheet in self:
            sheet.display_name = f"{sheet.partner_id.name or ''}, {sheet.lane_id.name or ''}, {modes.get(sheet.mode)}"

    @api.onchange("mode")
    def _onchange_mode(self):
        rule = get_default_rule(self.mode)
        self.divisor, self.per_carton, self.step = float(rule.divisor), rule.per_carton, float(rule.step)
        self.basis = {"sea_fcl": "container", "sea_lcl": "revenue_ton"}.get(self.mode, "kg")

    @api.constrains("break_ids", "basis")
    def _check_breaks(self):
        for sheet in self:
            by_container = sheet.basis == "container"
            if any(bool(line.container_type) != by_container for line in sheet.break_ids):
                raise ValidationError(
                    self.env._("Prices per container need the type of container, all others must have none.")
                )

    def _to_engine(self):
        """The sheets as :class:`~..engine.PriceSheet`, keyed by record id."""
        return [
            PriceSheet(
                key=sheet.id,
                forwarder=sheet.partner_id.name,
                lane=sheet.lane_id.id,
                mode=sheet.mode,
                currency=sheet.currency_id.name,
                basis=sheet.basis,
                weight_rule=sheet._get_weight_rule(),
                breaks=tuple(
                    Break(to_decimal(line.start), to_decimal(line.price))
                    for line in sheet.break_ids
                    if not line.container_type
                ),
                containers={
                    line.container_type: to_decimal(line.price) for line in sheet.break_ids if line.container_type
                },
                least=to_decimal(sheet.least),
                minimum_charge=to_decimal(sheet.minimum_charge),
                fuel_percent=to_decimal(sheet.fuel_percent),
                fees=tuple(
                    Fee(fee.name, fee.kind, to_decimal(fee.amount), to_decimal(fee.minimum)) for fee in sheet.fee_ids
                ),
                valid_from=sheet.valid_from or None,
                valid_to=sheet.valid_to or None,
                days_min=sheet.days_min or None,
                days_max=sheet.days_max or None,
                unit=to_decimal(sheet.currency_id.rounding),
            )
            for sheet in self
        ]

    def _get_weight_rule(self):
        self.ensure_one()
        return WeightRule(
            to_decimal(self.divisor),
            self.per_carton,
            to_decimal(self.carton_minimum),
            to_decimal(self.weight_minimum),
            to_decimal(self.step),
        )


class FirstMileTariffBreak(models.Model):
    """A price from a number of units on, or of a container."""

    _name = "first.mile.tariff.break"
    _description = "Forwarder Price"
    _order = "tariff_id, container_type, start, id"

    tariff_id = fields.Many2one("first.mile.tariff", required=True, ondelete="cascade", index=True)
    currency_id = fields.Many2one(related="tariff_id.currency_id")
    container_type = fields.Selection(CONTAINERS, string="Container")
    start = fields.Float(string="From", help="Units of the basis from which the price holds.")
    price = fields.Float(required=True, digits=(16, 4), help="For one unit of the basis, or one container.")

    _positive = models.Constraint("CHECK(start >= 0 AND price >= 0)", "Prices cannot be negative.")


class FirstMileTariffFee(models.Model):
    """What a forwarder asks on top of the freight."""

    _name = "first.mile.tariff.fee"
    _description = "Forwarder Fee"
    _order = "tariff_id, id"

    tariff_id = fields.Many2one("first.mile.tariff", required=True, ondelete="cascade", index=True)
    name = fields.Char(required=True)
    kind = fields.Selection(
        [
            ("shipment", "Per shipment"),
            ("chargeable_kg", "Per chargeable kg"),
            ("actual_kg", "Per actual kg"),
            ("cbm", "Per m³"),
            ("carton", "Per carton"),
            ("container", "Per container"),
            ("freight_percent", "Percent of the freight"),
        ],
        required=True,
        default="shipment",
    )
    amount = fields.Float(required=True, digits=(16, 4))
    minimum = fields.Float(string="At least", digits=(16, 4))
