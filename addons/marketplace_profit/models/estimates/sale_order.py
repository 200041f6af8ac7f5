from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    profit_estimate_ids = fields.One2many("profit.estimate", "order_id", readonly=True)
    profit_estimate_count = fields.Integer(compute="_compute_profit_estimate_count")

    def _compute_profit_estimate_count(self):
        counts = dict(
            self.env["profit.estimate"]._read_group([("order_id", "in", self.ids)], ["order_id"], ["__count"])
        )
        for order in self:
            order.profit_estimate_count = counts.get(order, 0)

    def action_estimate_profit(self):
        """Estimate the order now, and show what it will bring and cost."""
        self.check_access("read")
        self.env["profit.estimate"]._estimate(self.filtered("marketplace_shop_id"))
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_profit.action_estimates")
        action.update(domain=[("order_id", "in", self.ids)], context={})
        return action
