from odoo import fields, models
from odoo.addons.marketplace_settlement.models.fee_kind import GROUPS
from odoo.tools import SQL

from .dimension import Dimension

LEVELS = [
    ("revenue", "Net Sales"),
    ("goods", "Cost of Goods"),
    ("selling", "Fees and Delivery"),
    ("ads", "Advertising"),
    ("own", "Own Costs"),
]
# Margin 1 is net sales less cost of goods; 2 less fees and delivery; 3 less advertising; profit less own costs.
LEVEL_OF_GROUP = {
    "sales": "revenue",
    "promotions": "revenue",
    "subsidies": "revenue",
    "refunds": "revenue",
    "liquidation": "revenue",
    "costs": "goods",
    "selling": "selling",
    "fulfilment": "selling",
    "inbound": "selling",
    "storage": "selling",
    "reimbursements": "selling",
    "ads": "ads",
    "tax": "own",
    "money": "own",
    "own": "own",
}


class ProfitEntry(models.Model):
    """One fact: what one source earned or cost one order line, SKU, shop or company on one day.

    Facts are derived. A month is made anew from its sources by :meth:`profit.month._rebuild`, with the same rows each
    time; nobody writes them otherwise. Booked facts add up to the result accounts of the ledger, estimated ones stand
    for what is not booked yet.
    """

    _name = "profit.entry"
    _description = "Profit Entry"
    _log_access = False
    _order = "day desc, id desc"
    _rec_name = "key"

    key = fields.Char(required=True, readonly=True, help="Names the source; the same after each rebuild.")
    company_id = Dimension("res.company", required=True, readonly=True)
    day = fields.Date(required=True, readonly=True)
    state = fields.Selection(
        [("booked", "Booked"), ("estimated", "Estimated")],
        required=True,
        readonly=True,
        help="Booked: in the ledger. Estimated: until the settlement or bill comes.",
    )
    origin = fields.Selection(
        [
            ("settlement", "Settlement"),
            ("document", "Invoice or Bill"),
            ("cost", "Cost Layers"),
            ("ledger", "Journal Item"),
            ("share", "Shared Cost"),
            ("estimate", "Estimate"),
        ],
        "Source",
        required=True,
        readonly=True,
    )
    kind_id = Dimension("marketplace.fee.kind", required=True, readonly=True)
    group = fields.Selection(GROUPS, required=True, readonly=True)
    level = fields.Selection(LEVELS, "Margin Level", required=True, readonly=True)
    account_id = Dimension("marketplace.account", "Marketplace Account", readonly=True)
    provider = fields.Char("Channel", readonly=True)
    shop_id = Dimension("marketplace.shop", readonly=True)
    country_id = Dimension("res.country", readonly=True, help="Where the buyer is.")
    order_id = fields.Many2one("sale.order", readonly=True, ondelete="cascade", index="btree_not_null")
    sale_line_id = fields.Many2one("sale.order.line", "Order Line", readonly=True, ondelete="cascade")
    product_id = Dimension("product.product", "SKU", readonly=True, index="btree_not_null")
    template_id = Dimension("product.template", "Parent Product", readonly=True)
    category_id = Dimension("product.category", readonly=True)
    user_id = Dimension("res.users", "Salesperson", readonly=True)
    developer_id = Dimension("res.users", "Product Developer", readonly=True)
    units = fields.Float(readonly=True, help="Sold; refunded ones are negative. On goods only, so that they add up.")
    currency_id = Dimension("res.currency", "Document Currency", required=True, readonly=True)
    amount_currency = fields.Monetary("Amount in Currency", readonly=True, help="In the document's currency.")
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(
        "Profit", "company_currency_id", required=True, readonly=True, help="Earned, or as a negative number: lost."
    )
    ledger_account_id = Dimension(
        "account.account",
        "Ledger Account",
        readonly=True,
        help="Result account that it is part of.",
    )
    move_line_id = fields.Many2one(
        "account.move.line", "Journal Item", readonly=True, ondelete="cascade", index="btree_not_null"
    )
    settlement_line_id = fields.Many2one(
        "marketplace.settlement.line", "Settlement Amount", readonly=True, ondelete="cascade", index="btree_not_null"
    )
    posting_id = fields.Many2one("cost.posting", "Cost Effect", readonly=True, ondelete="cascade")

    _key_uniq = models.Constraint("UNIQUE(company_id, key)", "A source gives a fact once.")
    _day_idx = models.Index("(company_id, day)")

    def _read_group_orderby(self, order, groupby_terms, query):
        """Override of `base`: levels come as in a statement of profit, from net sales to own costs."""
        if "level" not in groupby_terms:
            return super()._read_group_orderby(order, groupby_terms, query)
        level = groupby_terms["level"]
        levels = SQL(", ").join(SQL("%s", name) for name, _label in LEVELS)
        groupby_terms["level"] = SQL("ARRAY_POSITION(ARRAY[%s]::varchar[], %s)", levels, level)
        try:
            return super()._read_group_orderby(order, groupby_terms, query)
        finally:
            groupby_terms["level"] = level
