from datetime import timedelta

from odoo import api, fields, models


class MarketplaceHold(models.Model):
    """What the desk shows beside a hold, so that it can be decided without opening anything else."""

    _inherit = "marketplace.hold"

    evidence_html = fields.Html("What We Know", compute="_compute_evidence_html", sanitize=False)
    summary = fields.Char("Why", compute="_compute_summary", help="The note in one line.")
    urgency = fields.Selection(
        [("overdue", "Overdue"), ("today", "Due Today")],
        compute="_compute_urgency",
        help="Overdue: the deadline has passed. Due today: it passes within a day.",
    )
    partner_id = fields.Many2one(related="order_id.partner_id", string="Buyer")
    partner_shipping_id = fields.Many2one(related="order_id.partner_shipping_id", string="Delivery Address")
    order_line_ids = fields.One2many(related="order_id.order_line", string="Items")
    order_date = fields.Datetime(related="order_id.date_order", string="Ordered")
    order_amount = fields.Monetary(
        related="order_id.amount_total", currency_field="order_currency_id", string="Order Total"
    )
    order_currency_id = fields.Many2one(related="order_id.currency_id", string="Currency of the Order")
    buyer_note = fields.Text(related="order_id.marketplace_buyer_note")
    warehouse_id = fields.Many2one(related="order_id.warehouse_id")
    other_hold_ids = fields.Many2many("marketplace.hold", string="Also Held For", compute="_compute_other_hold_ids")
    buyer_history = fields.Char("Buyer So Far", compute="_compute_buyer_history")

    @api.depends("note")
    def _compute_summary(self):
        for hold in self:
            hold.summary = " ".join((hold.note or "").split("\n"))

    @api.depends("evidence")
    def _compute_evidence_html(self):
        for hold in self:
            rows = hold.evidence or []
            hold.evidence_html = self.env["ir.qweb"]._render("marketplace_review.evidence_table", {"rows": rows})

    @api.depends("deadline", "state")
    def _compute_urgency(self):
        now = fields.Datetime.now()
        for hold in self:
            left = hold.deadline - now if hold.deadline and hold.state == "open" else None
            if left is None or left >= timedelta(days=1):
                hold.urgency = False
            else:
                hold.urgency = "today" if left >= timedelta() else "overdue"

    @api.depends("order_id.marketplace_hold_ids.state")
    def _compute_other_hold_ids(self):
        for hold in self:
            holds = hold.order_id.marketplace_hold_ids
            hold.other_hold_ids = holds.filtered(lambda other, hold=hold: other.state == "open") - hold

    @api.depends("order_id.partner_id")
    def _compute_buyer_history(self):
        """Other orders of the same buyer, as far as the user may see them."""
        Order = self.env["sale.order"]
        domain = [("partner_id", "in", self.partner_id.ids), ("marketplace_shop_id", "!=", False)]
        orders_by_buyer = Order.search_fetch(domain, ["partner_id", "state"]).grouped("partner_id")
        for hold in self:
            others = orders_by_buyer.get(hold.partner_id, Order) - hold.order_id
            hold.buyer_history = hold._describe_history(others) if hold.order_id else False

    def _describe_history(self, orders):
        if not orders:
            return self.env._("First order of this buyer")
        cancelled = len(orders.filtered(lambda order: order.state == "cancel"))
        returns = self.env["marketplace.return"].search_count([("order_id", "in", orders.ids)])
        return self.env._(
            "%(orders)s other orders, %(cancelled)s cancelled, %(returns)s with a return",
            orders=len(orders),
            cancelled=cancelled,
            returns=returns,
        )
