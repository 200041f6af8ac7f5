from odoo import api, fields, models
from odoo.tools import SQL

_COLUMNS = (
    "company_id", "state", "account_id", "provider", "shop_id", "country_id", "product_id", "template_id",
    "category_id", "user_id", "developer_id",
)  # fmt: skip
FACT_COLUMNS = ["day", "level", "group", "amount", "units"]


class ProfitMargin(models.Model):
    """What a SKU earned in a shop and month, from sales to profit. Sums of facts, so they equal the ledger."""

    _name = "profit.margin"
    _description = "Margin"
    _inherit = "profit.measures"
    _auto = False
    _order = "month desc, profit, id"
    _rec_name = "product_id"
    _depends = {"profit.entry": [*_COLUMNS, *FACT_COLUMNS]}

    month = fields.Date(readonly=True, help="Its first day.")
    account_id = fields.Many2one("marketplace.account", "Marketplace Account", readonly=True)
    provider = fields.Char("Channel", readonly=True)
    shop_id = fields.Many2one("marketplace.shop", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True, help="Where the buyers are.")
    product_id = fields.Many2one("product.product", "SKU", readonly=True)
    template_id = fields.Many2one("product.template", "Parent Product", readonly=True)
    category_id = fields.Many2one("product.category", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    developer_id = fields.Many2one("res.users", "Product Developer", readonly=True)

    def _get_dimensions(self):
        """Month, SKU, shop, country and persons."""
        return {
            "month": SQL("date_trunc('month', entry.day)::date"),
            **{column: SQL.identifier("entry", column) for column in _COLUMNS},
        }

    @api.depends("product_id", "shop_id")
    def _compute_display_name(self):
        for margin in self:
            names = [margin.product_id.display_name, margin.shop_id.name or margin.account_id.display_name]
            margin.display_name = " · ".join(filter(None, names)) or self.env._("Company")
