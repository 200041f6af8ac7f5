from odoo import api, fields, models
from odoo.tools import SQL

from ..dimension import Dimension
from .measures import MEASURES, RATIOS

_COLUMNS = (
    "company_id", "state", "account_id", "provider", "shop_id", "country_id", "product_id", "template_id",
    "category_id", "user_id", "developer_id",
)  # fmt: skip


class ProfitMargin(models.Model):
    """What a SKU earned in a shop and month, from sales to profit. Sums of facts, so they equal the ledger.

    Made together with the facts of a month: a year of them is too many to be added up for each look at it.
    """

    _name = "profit.margin"
    _description = "Margin"
    _inherit = "profit.measures"
    _auto = True
    _log_access = False
    _order = "month desc, profit, id"
    _rec_name = "product_id"

    month = fields.Date(readonly=True, help="Its first day.")
    month_name = fields.Char("Year and Month", compute="_compute_month_name")
    account_id = Dimension("marketplace.account", "Marketplace Account", readonly=True)
    provider = fields.Char("Channel", readonly=True)
    shop_id = Dimension("marketplace.shop", readonly=True)
    country_id = Dimension("res.country", readonly=True, help="Where the buyers are.")
    product_id = Dimension("product.product", "SKU", readonly=True)
    template_id = Dimension("product.template", "Parent Product", readonly=True)
    category_id = Dimension("product.category", readonly=True)
    user_id = Dimension("res.users", "Salesperson", readonly=True)
    developer_id = Dimension("res.users", "Product Developer", readonly=True)

    _month_idx = models.Index("(company_id, month)")

    @api.model
    def _make(self, company, first, last):
        """Make the margins of a month anew from its facts; one statement."""
        names = (*self._get_dimensions(), *MEASURES, *RATIOS)
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM profit_margin WHERE company_id = %(company)s AND month = %(first)s;
                INSERT INTO profit_margin (%(names)s) SELECT %(names)s FROM (%(rows)s) AS made ORDER BY id
                """,
                company=company.id,
                first=first,
                names=SQL(", ").join(map(SQL.identifier, names)),
                rows=self._get_rows_query(
                    SQL("entry.company_id = %s AND entry.day BETWEEN %s AND %s", company.id, first, last)
                ),
            )
        )
        self.invalidate_model(flush=False)

    def _get_dimensions(self):
        """Month, SKU, shop, country and persons."""
        return {
            "month": SQL("date_trunc('month', entry.day)::date"),
            **{column: SQL.identifier("entry", column) for column in _COLUMNS},
        }

    @api.depends("month")
    def _compute_month_name(self):
        for margin in self:
            margin.month_name = f"{margin.month:%Y-%m}" if margin.month else False

    @api.depends("product_id", "shop_id")
    def _compute_display_name(self):
        for margin in self:
            names = [margin.product_id.display_name, margin.shop_id.name or margin.account_id.display_name]
            margin.display_name = " · ".join(filter(None, names)) or self.env._("Company")


class ProfitEntry(models.Model):
    _inherit = "profit.entry"

    @api.model
    def _insert_facts(self, company, first, last):
        """Override to make the margins of the month, too."""
        count = super()._insert_facts(company, first, last)
        self.env["profit.margin"]._make(company, first, last)
        return count
