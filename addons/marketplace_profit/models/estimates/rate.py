from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine.rate_card import Limits, Rate

BASIS_NAMES = [
    ("item", "Price of the Goods"),
    ("item_shipping", "Goods and Shipping"),
    ("total", "All That the Buyer Pays, Tax Included"),
]
# Fields that limit a size tier, and their names in the engine.
_LIMITS = {
    "max_longest": "longest",
    "max_median": "median",
    "max_shortest": "shortest",
    "max_girth": "girth",
    "weight_above": "above",
    "max_weight": "weight",
    "volume_divisor": "divisor",
}
_AMOUNTS = ("percentage", "minimum", "per_item", "per_order", "step_amount", "step_weight", "price_from", "price_to")


class ProfitRate(models.Model):
    """A row of a rate card: what a marketplace, carrier or payment provider will charge. Estimates go by it until the
    settlement comes."""

    _name = "profit.rate"
    _description = "Rate Card"
    _check_company_auto = True
    _order = "provider, shop_id, kind_id, country_id, category_id, max_longest, max_shortest, max_weight, id"
    _rec_name = "name"

    name = fields.Char(required=True, help="As the card calls it, e.g. the size tier.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        compute="_compute_company_id",
        store=True,
        precompute=True,
        readonly=False,
        help="Empty: all companies.",
    )
    provider = fields.Char("Marketplace", help="As in the account's field Provider, e.g. amazon. Empty: all.")
    shop_id = fields.Many2one("marketplace.shop", check_company=True, ondelete="cascade", help="Empty: all shops.")
    country_id = fields.Many2one("res.country", help="Of the shop. Empty: all countries.")
    category_id = fields.Many2one(
        "product.category", "Product Category", ondelete="cascade", help="With its subcategories. Empty: all products."
    )
    fulfilment = fields.Selection(
        [("merchant", "Us"), ("marketplace", "Marketplace")], "Shipped By", help="Empty: no matter who ships."
    )
    kind_id = fields.Many2one("marketplace.fee.kind", "Fee", required=True, ondelete="restrict", index=True)
    basis = fields.Selection(BASIS_NAMES, "Percentage Of", required=True, default="item")
    percentage = fields.Float("Rate (%)", digits=(16, 4), aggregator=None)
    currency_id = fields.Many2one(
        "res.currency", help="Of the amounts below. Orders in other currencies do not use it."
    )
    minimum = fields.Monetary("Minimum per Item", help="Least percentage fee for a unit.", aggregator=None)
    per_item = fields.Monetary(help="For each unit.", aggregator=None)
    per_order = fields.Monetary(help="Once per order.", aggregator=None)
    step_amount = fields.Monetary("Per Further Weight", help="For each started step of weight.", aggregator=None)
    step_weight = fields.Float(
        "Step (kg)", digits=(16, 4), aggregator=None, help="Counted from the tier's lower limit."
    )
    max_longest = fields.Float("Longest Side (cm)", aggregator=None, help="Up to and including; 0: no limit.")
    max_median = fields.Float("Median Side (cm)", aggregator=None)
    max_shortest = fields.Float("Shortest Side (cm)", aggregator=None)
    max_girth = fields.Float(
        "Length and Girth (cm)", aggregator=None, help="Longest side and twice the sum of the other two."
    )
    weight_above = fields.Float("Above (kg)", digits=(16, 4), aggregator=None)
    max_weight = fields.Float("Weight (kg)", digits=(16, 4), aggregator=None, help="Up to and including; 0: no limit.")
    volume_divisor = fields.Float(
        "Volume Divisor (cm³/kg)",
        aggregator=None,
        help="The greater of weight and volume / divisor counts, e.g. 5000. 0: only the weight.",
    )
    price_from = fields.Float(digits="Product Price", aggregator=None, help="Of a unit, tax included.")
    price_to = fields.Float("Price Below", digits="Product Price", aggregator=None, help="0: no limit.")
    valid_from = fields.Date()
    valid_to = fields.Date()
    source = fields.Text(help="Where the row is from: page or contract, and its date.")
    is_default = fields.Boolean(
        "Comes With the Suite", readonly=True, help="A published rate. Check it against your contract."
    )
    learned = fields.Boolean(
        readonly=True, help="Measured on your settlements of the last 90 days. Rows that you state come first."
    )
    order_count = fields.Integer("Orders Measured", readonly=True, aggregator=None)
    spread = fields.Float(
        digits=(16, 4),
        readonly=True,
        aggregator=None,
        help="Standard deviation among the orders, in the unit of the rate: 0 means that all are charged alike.",
    )
    is_tier = fields.Boolean(compute="_compute_is_tier", store=True)
    estimate_count = fields.Integer(compute="_compute_estimate_count")

    _learned_uniq = models.UniqueIndex(
        "(company_id, shop_id, kind_id, COALESCE(category_id, 0)) WHERE learned IS TRUE",
        "This rate is measured already.",
    )

    @api.depends("shop_id")
    def _compute_company_id(self):
        for rate in self:
            rate.company_id = rate.shop_id.company_id or rate.company_id

    @api.depends(*_LIMITS)
    def _compute_is_tier(self):
        for rate in self:
            rate.is_tier = any(rate[name] for name in _LIMITS)

    def _compute_estimate_count(self):
        counts = dict(self.env["profit.estimate"]._read_group([("rate_id", "in", self.ids)], ["rate_id"], ["__count"]))
        for rate in self:
            rate.estimate_count = counts.get(rate, 0)

    @api.constrains(
        "name", "currency_id", "minimum", "per_item", "per_order", "step_amount", "step_weight", "percentage"
    )
    def _check_amounts(self):
        for rate in self:
            amounts = (rate.minimum, rate.per_item, rate.per_order, rate.step_amount)
            if any(amounts) and not rate.currency_id:
                raise ValidationError(self.env._("Choose the currency of the amounts of '%s'.", rate.name))
            if not any(amounts) and not rate.percentage:
                raise ValidationError(self.env._("State a percentage or an amount for '%s'.", rate.name))
            if bool(rate.step_amount) != bool(rate.step_weight):
                raise ValidationError(
                    self.env._("'%s': a fee per further weight needs the amount and the step in kg.", rate.name)
                )

    # === FINDING === #

    @api.model
    def _get_cards(self, company):
        """Rows that hold in a company, by fee; one query.

        :return: ``{id of the kind: [Rate]}``; the keys of the rates are ids
        """
        cards = {}
        rows = self.sudo().search_fetch(
            [("company_id", "in", (False, company.id))], [name for name, field in self._fields.items() if field.store]
        )
        for row in rows:
            cards.setdefault(row.kind_id.id, []).append(row._to_rate())
        return cards

    def _to_rate(self):
        amounts = {name: to_decimal(self[name]) for name in _AMOUNTS}
        return Rate(
            key=self.id,
            kind=str(self.kind_id.id),
            provider=self.provider or "",
            shop=self.shop_id.id,
            country=self.country_id.id,
            category=self.category_id.id,
            fulfilment=self.fulfilment or "",
            basis=self.basis,
            limits=Limits(**{name: to_decimal(self[field]) for field, name in _LIMITS.items()}),
            currency=self.currency_id.id,
            valid_from=self.valid_from or None,
            valid_to=self.valid_to or None,
            learned=self.learned,
            **amounts,
        )

    def action_view_estimates(self):
        """What was estimated by the row."""
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_profit.action_estimates")
        action.update(domain=[("rate_id", "in", self.ids)], context={})
        return action


def to_decimal(value):
    """A float of the database, by its shortest text, which is what people typed."""
    return Decimal(repr(value or 0.0)).normalize() + 0
