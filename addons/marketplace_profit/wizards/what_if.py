from decimal import Decimal

from dateutil.relativedelta import relativedelta
from odoo import Command, api, fields, models

from ..engine.what_if import FIELDS, ZERO, Case, InvalidCase, evaluate, explain
from .what_if_measure import measure

DAYS_OF_MONTH = 30
ASSUMPTIONS = [
    ("price", "Price without Tax"),
    ("exchange_rate", "Exchange Rate"),
    ("refund_rate", "Refunds"),
    ("commission_rate", "Commission and Selling Fees"),
    ("fulfilment", "Fulfilment"),
    ("purchase", "Purchase"),
    ("freight", "Freight"),
    ("duty_rate", "Duty"),
    ("storage", "Storage"),
    ("other", "Other Costs"),
    ("ads_rate", "Advertising"),
]


class ProfitWhatIf(models.TransientModel):
    """What a SKU would earn in a shop at another price, fee, freight, duty, rate or with other advertising.

    Starts from the facts of the last days. What no fact tells is named, and counts as 0 until it is entered.
    """

    _name = "profit.what.if"
    _description = "What If"

    product_id = fields.Many2one("product.product", "SKU", required=True)
    shop_id = fields.Many2one("marketplace.shop", required=True)
    company_id = fields.Many2one(related="shop_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    shop_currency_id = fields.Many2one(related="shop_id.currency_id", string="Currency of the Shop")
    days = fields.Integer(
        "From the Last Days", compute="_compute_days", store=True, readonly=False, help="Of which facts are taken."
    )
    line_ids = fields.One2many(
        "profit.what.if.line", "what_if_id", "Assumptions", compute="_compute_line_ids", store=True, readonly=False
    )
    units_now = fields.Float("Units a Month Now", compute="_compute_line_ids", store=True, readonly=False)
    units = fields.Float(
        "Units a Month Then",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        help="Another price sells another number of units: enter what you expect.",
    )
    missing = fields.Char("Not Known", compute="_compute_missing")
    message = fields.Char(compute="_compute_results")

    margin_now = fields.Monetary("Margin of a Unit Now", compute="_compute_results")
    margin_then = fields.Monetary("Margin of a Unit Then", compute="_compute_results")
    margin_rate_now = fields.Float("Margin Now (%)", compute="_compute_results", digits=(16, 2))
    margin_rate_then = fields.Float("Margin Then (%)", compute="_compute_results", digits=(16, 2))
    profit_now = fields.Monetary("Margin of a Month Now", compute="_compute_results")
    profit_then = fields.Monetary("Margin of a Month Then", compute="_compute_results")
    break_even_price_now = fields.Monetary(
        "Break-Even Price Now", "shop_currency_id", compute="_compute_results", help="0: no price covers the costs."
    )
    break_even_price_then = fields.Monetary(
        "Break-Even Price Then", "shop_currency_id", compute="_compute_results", help="0: no price covers the costs."
    )
    break_even_ads_now = fields.Float(
        "Break-Even Advertising Now (%)",
        compute="_compute_results",
        digits=(16, 2),
        help="Part of net sales that advertising may take before a unit earns nothing.",
    )
    break_even_ads_then = fields.Float("Break-Even Advertising Then (%)", compute="_compute_results", digits=(16, 2))

    @api.model
    def _open(self, product, shop):
        """The window of a SKU in a shop."""
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("marketplace_profit.action_what_if"),
            "context": {"dialog_size": "extra-large", "default_product_id": product.id, "default_shop_id": shop.id},
        }

    @api.depends("shop_id")
    def _compute_days(self):
        for what_if in self:
            what_if.days = (what_if.company_id or self.env.company).profit_window_days

    @api.depends("product_id", "shop_id", "days")
    def _compute_line_ids(self):
        for what_if in self:
            values, units = what_if._measure()
            what_if.units_now = what_if.units = units
            what_if.line_ids = [Command.clear()] + [
                Command.create({"field": name, "source": source, "now": float(value), "then": float(value)})
                for name, (value, source) in values.items()
            ]

    def _measure(self):
        """Assumptions as they are now.

        :return: ``({field: (Decimal, source)}, units a month)``
        """
        if not (self.product_id and self.shop_id and self.days > 0):
            return {}, 0
        today = fields.Date.context_today(self)
        facts = self.env["profit.entry"]._read_group(
            [
                ("company_id", "=", self.company_id.id),
                ("product_id", "=", self.product_id._origin.id),
                ("shop_id", "=", self.shop_id._origin.id),
                ("day", ">", today - relativedelta(days=self.days)),
                ("day", "<=", today),
                ("level", "!=", "own"),
            ],
            ["state", "kind_id", "currency_id"],
            ["amount:sum", "amount_currency:sum", "units:sum"],
        )
        rate = self.env["res.currency"]._get_conversion_rate(
            self.shop_currency_id, self.currency_id, self.company_id, today
        )
        values, units = measure(facts, self.shop_currency_id, Decimal(str(rate)), self._get_stock_costs())
        return values, float(units) / self.days * DAYS_OF_MONTH

    def _get_stock_costs(self):
        """What a unit in stock cost: ``{component: Decimal}``, empty without stock."""
        components = ("purchase", "freight", "duty", "insurance", "preparation", "other")
        ((units, *amounts),) = (
            self.env["cost.layer"]
            .sudo()
            ._read_group(
                [
                    ("company_id", "=", self.company_id.id),
                    ("product_id", "=", self.product_id._origin.id),
                    ("quantity", ">", 0),
                ],
                [],
                ["quantity:sum", *(f"{component}:sum" for component in components)],
            )
        )
        if not units:
            return {}
        return {
            component: Decimal(str(amount or 0)) / Decimal(str(units))
            for component, amount in zip(components, amounts, strict=True)
        }

    @api.depends("line_ids.source", "line_ids.now", "line_ids.then")
    def _compute_missing(self):
        for what_if in self:
            unknown = what_if.line_ids.filtered(lambda line: line.source == "missing" and not line.then)
            what_if.missing = ", ".join(line._get_name() for line in unknown)

    # === RESULTS === #

    def _get_case(self, column):
        """The assumptions of one column, ``now`` or ``then``.

        :raise InvalidCase: no sale can have them
        """
        known = {line.field: Decimal(str(line[column])) for line in self.line_ids}
        return Case(**{name: known.get(name, ZERO) for name in FIELDS}).check()

    @api.depends("line_ids.then", "line_ids.now", "units", "units_now")
    def _compute_results(self):
        for what_if in self:
            what_if.message = False
            for column, units in (("now", what_if.units_now), ("then", what_if.units)):
                try:
                    result = evaluate(what_if._get_case(column)) if what_if.line_ids else None
                except InvalidCase as error:
                    result = None
                    if column == "then":
                        what_if.message = self.env._(
                            "%s cannot be so: enter a value that a sale can have.",
                            what_if.line_ids.filtered(lambda line, name=error.field: line.field == name)._get_name(),
                        )
                what_if.update(what_if._prepare_results(column, result, units))

    def _prepare_results(self, column, result, units):
        return {
            f"margin_{column}": float(result.margin) if result else 0,
            f"margin_rate_{column}": float(result.margin_rate or 0) if result else 0,
            f"profit_{column}": float(result.margin) * units if result else 0,
            f"break_even_price_{column}": float(result.break_even_price or 0) if result else 0,
            f"break_even_ads_{column}": float(result.break_even_ads or 0) if result else 0,
        }


class ProfitWhatIfLine(models.TransientModel):
    _name = "profit.what.if.line"
    _description = "Assumption of a What If"
    _order = "id"
    _rec_name = "field"

    what_if_id = fields.Many2one("profit.what.if", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="what_if_id.currency_id")
    field = fields.Selection(ASSUMPTIONS, "Assumption", required=True, readonly=True)
    unit = fields.Char(compute="_compute_unit")
    now = fields.Float(readonly=True, digits=(16, 4))
    then = fields.Float(digits=(16, 4))
    source = fields.Selection(
        [
            ("booked", "Booked"),
            ("estimated", "Partly Estimated"),
            ("stock", "Stock on Hand"),
            ("rate", "Today's Exchange Rate"),
            ("none", "Nothing Booked"),
            ("missing", "Not Known"),
        ],
        "Where Now Is From",
        readonly=True,
        help="Nothing booked: there were sales, but no amount of this kind. Not known: there was no sale to measure.",
    )
    effect = fields.Monetary(
        "Effect on a Unit",
        compute="_compute_effect",
        help="On the margin of a unit. Changes take effect one after the other, from above to below, so that they add "
        "up to the whole difference.",
    )

    @api.depends("field", "what_if_id.shop_id")
    def _compute_unit(self):
        for line in self:
            shop, company = line.what_if_id.shop_currency_id.name, line.what_if_id.currency_id.name
            line.unit = {
                "price": shop,
                "fulfilment": shop,
                "exchange_rate": self.env._("%(company)s for 1 %(shop)s", company=company, shop=shop),
                "refund_rate": self.env._("% of sales"),
                "commission_rate": self.env._("% of net sales"),
                "ads_rate": self.env._("% of net sales"),
                "duty_rate": self.env._("% of purchase"),
            }.get(line.field, company)

    @api.depends("what_if_id.line_ids.then", "what_if_id.line_ids.now")
    def _compute_effect(self):
        for what_if, lines in self.grouped("what_if_id").items():
            try:
                effects = {
                    effect.field: float(effect.margin)
                    for effect in explain(what_if._get_case("now"), what_if._get_case("then"))
                }
            except InvalidCase:
                effects = {}
            for line in lines:
                line.effect = effects.get(line.field, 0)

    def _get_name(self):
        """What the assumption is called."""
        self.ensure_one()
        return dict(self._fields["field"]._description_selection(self.env))[self.field]
