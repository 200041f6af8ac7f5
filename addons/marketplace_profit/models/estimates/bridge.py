from odoo import api, fields, models
from odoo.tools import SQL

from .bridge_query import FOLDED, FX_SHARE, QUERY
from .estimate_sources import get_rate_sql

_GOODS = ("principal", "order_payment")


class ProfitBridge(models.Model):
    """From what was estimated to what was settled: for each order and kind of amount, by line where the settlement
    names it, what differs and why."""

    _name = "profit.bridge"
    _description = "Estimated and Settled"
    _auto = False
    _order = "day desc, order_id desc, kind_id"
    _rec_name = "kind_id"
    _depends = {
        "profit.estimate": ["order_id", "kind_id", "amount_currency", "tax_currency", "amount", "rate_id"],
        "profit.rate": ["basis", "is_tier", "per_item"],
        "marketplace.settlement.line": ["order_id", "sale_line_id", "kind_id", "amount", "move_line_id", "date"],
        "marketplace.settlement": ["own_rate"],
        "marketplace.fee.kind": ["code", "group", "nature"],
        "account.move.line": ["balance", "amount_currency"],
        "sale.order": ["currency_id", "marketplace_shop_id"],
        "res.currency.rate": ["rate", "name"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    account_id = fields.Many2one("marketplace.account", "Marketplace Account", readonly=True)
    provider = fields.Char("Marketplace", readonly=True)
    shop_id = fields.Many2one("marketplace.shop", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True)
    sale_line_id = fields.Many2one(
        "sale.order.line", "Order Line", readonly=True, help="Empty: the settlement states it for the whole order."
    )
    product_id = fields.Many2one("product.product", "SKU", readonly=True)
    kind_id = fields.Many2one("marketplace.fee.kind", readonly=True)
    group = fields.Selection(related="kind_id.group", store=True)
    day = fields.Date("Settled On", readonly=True)
    estimate_id = fields.Many2one("profit.estimate", readonly=True)
    rate_id = fields.Many2one("profit.rate", "Row of the Rate Card", readonly=True)
    tier_id = fields.Many2one("profit.rate", "Charged As", readonly=True, help="The size tier whose fee was charged.")
    currency_id = fields.Many2one("res.currency", readonly=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    units = fields.Float(readonly=True, aggregator=None)
    estimated = fields.Monetary("Estimated in Currency", readonly=True)
    settled = fields.Monetary(
        "Settled in Currency", readonly=True, help="Empty: the settlement states it in other money than the order's."
    )
    difference_currency = fields.Monetary("Difference in Currency", readonly=True)
    company_estimated = fields.Monetary(
        "Estimated", "company_currency_id", readonly=True, help="Tax of sales included."
    )
    company_settled = fields.Monetary("Settled", "company_currency_id", readonly=True, help="Tax of sales included.")
    difference = fields.Monetary(currency_field="company_currency_id", readonly=True)
    percentage = fields.Float("Estimated Rate (%)", readonly=True, aggregator=None)
    base_currency = fields.Monetary("Estimated Base", readonly=True, aggregator=None)
    settled_percentage = fields.Float("Settled Rate (%)", readonly=True, aggregator=None)
    settled_base = fields.Monetary(readonly=True, aggregator=None, help="Goods and shipping as they were settled.")
    cause = fields.Selection(
        [
            ("none", "As Estimated"),
            ("not_charged", "Not Charged"),
            ("unexpected", "Charged and Not Expected"),
            ("refund", "Refunded"),
            ("rate", "Other Rate"),
            ("tier", "Other Size Tier"),
            ("base", "Other Base"),
            ("amount", "Other Amount of the Sale"),
            ("fx", "Exchange Rate"),
        ],
        readonly=True,
    )
    why = fields.Char(compute="_compute_why")

    @property
    def _table_query(self):
        company = SQL("COALESCE(NULLIF(split_part(company.parent_path, '/', 1), '')::integer, company.id)")
        pairs = SQL(", ").join(SQL("(%s, %s)", code, target) for code, target in FOLDED.items())
        return SQL(
            QUERY,
            folded=pairs,
            own_rate=get_rate_sql(SQL("company.currency_id"), company, SQL("line.date")),
            rate=get_rate_sql(SQL("line.currency_id"), company, SQL("line.date")),
            goods_of_order=_more(SQL("summed.order_id"), _GOODS),
            goods_of_line=_more(SQL("summed.order_id, line_id"), _GOODS),
            shipping_of_order=_more(SQL("summed.order_id"), ("shipping_credit",)),
            shipping_of_line=_more(SQL("summed.order_id, line_id"), ("shipping_credit",)),
            fx_share=SQL(FX_SHARE),
        )

    # === WHY === #

    @api.depends("cause")
    @api.depends_context("lang")
    def _compute_why(self):
        for row in self:
            row.why = row._describe() if row.cause else False

    def _describe(self):
        money = self.currency_id.format
        per_unit = self.units and -(self.settled or 0) / self.units
        match self.cause:
            case "not_charged":
                return self.env._("Expected %s, but the settlement has none.", money(self.estimated))
            case "unexpected":
                return self.env._("No rate card expects it: add a row, if it is charged again.")
            case "refund":
                return self.env._("Money back after the sale, which no estimate expects.")
            case "rate" if self.percentage:
                return self.env._(
                    "%(settled)s %% was charged, %(estimated)s %% was estimated.",
                    settled=f"{self.settled_percentage:g}",
                    estimated=f"{self.percentage:g}",
                )
            case "rate":
                return self.env._(
                    "%(settled)s was charged, %(estimated)s was estimated.",
                    settled=money(self.settled)
                    if self.settled
                    else self.company_currency_id.format(self.company_settled),
                    estimated=money(self.estimated),
                )
            case "tier":
                return self.env._(
                    "Charged as %(charged)s (%(fee)s a unit), estimated as %(estimated)s. Measure the package, or "
                    "claim the difference.",
                    charged=self.tier_id.name,
                    fee=money(per_unit),
                    estimated=self.rate_id.name,
                )
            case "base":
                return self.env._(
                    "The rate is the same, but of %(settled)s and not of %(estimated)s.",
                    settled=money(self.settled_base),
                    estimated=money(self.base_currency),
                )
            case "amount":
                return self.env._(
                    "The sale was settled with %(settled)s; the order says %(estimated)s.",
                    settled=money(self.settled)
                    if self.settled
                    else self.company_currency_id.format(self.company_settled),
                    estimated=money(self.estimated),
                )
            case "fx":
                return self.env._("The amount is the same; the exchange rate of the settlement is another one.")
        return self.env._("Settled as it was estimated.")

    def _format_settled(self):
        if self.settled:
            return self.currency_id.format(self.settled)
        return self.company_currency_id.format(self.company_settled)

    # === ACTIONS === #

    def action_view_estimates(self):
        """What was estimated."""
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_profit.action_estimates")
        domain = [("order_id", "=", self.order_id.id)]
        if self.sale_line_id:
            domain += [("sale_line_id", "=", self.sale_line_id.id)]
        action.update(domain=domain, context={"search_default_by_kind": 1})
        return action

    def action_view_settled(self):
        """The amounts of settlements for the order."""
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_settlement.action_settlement_lines")
        action.update(domain=[("order_id", "=", self.order_id.id)], context={})
        return action


def _more(partition, codes):
    """How much more of some kinds was settled than estimated."""
    return SQL(
        "sum(summed.settled - summed.estimated) FILTER (WHERE kind.code IN %s AND NOT is_other_money)"
        " OVER (PARTITION BY %s)",
        codes,
        partition,
    )
