from odoo import fields, models
from odoo.tools import SQL

_COLUMNS = ("company_id", "state", "order_id", "account_id", "provider", "shop_id", "country_id", "user_id")


class ProfitOrder(models.Model):
    """What an order earned, from sales to profit. What is shared to SKUs only, such as storage, is not in it."""

    _name = "profit.order"
    _description = "Profit of an Order"
    _inherit = "profit.measures"
    _auto = False
    _order = "day desc, id desc"
    _rec_name = "order_id"
    _depends = {"profit.entry": [*_COLUMNS, "day", "level", "group", "amount", "units"]}

    order_id = fields.Many2one("sale.order", readonly=True)
    order_ref = fields.Char("Marketplace Order", related="order_id.marketplace_ref")
    date_order = fields.Datetime(related="order_id.date_order")
    day = fields.Date("First Booking", readonly=True)
    account_id = fields.Many2one("marketplace.account", "Marketplace Account", readonly=True)
    provider = fields.Char("Channel", readonly=True)
    shop_id = fields.Many2one("marketplace.shop", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True, help="Where the buyer is.")
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)

    def _get_dimensions(self):
        """The order and whose it is."""
        return {column: SQL.identifier("entry", column) for column in _COLUMNS}

    def _get_aggregates(self):
        """When the order first earned or cost something."""
        return {"day": SQL("MIN(entry.day)")}

    @property
    def _table_query(self):
        return self._get_rows_query(SQL("entry.order_id IS NOT NULL"))


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def action_profit_margins(self):
        """Open the order's margins, booked and estimated."""
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("marketplace_profit.action_profit_orders"),
            "domain": [("order_id", "in", self.ids)],
            "context": {},
        }
