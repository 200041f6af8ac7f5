from odoo import api, fields, models

KINDS = [
    ("unlogged", "Moves that the cost log does not have"),
    ("account", "Capitalised costs are not what the layers hold"),
    ("draft", "Bills and entries not posted"),
    ("unbilled", "Received, but not billed"),
    ("free", "Receipts that cost nothing"),
    ("short", "Sold before it came"),
    ("journey", "Journeys without a cost"),
    ("clearing", "Costs to capitalise: not divided, or not billed"),
]
BLOCKING = {"unlogged", "account"}  # what a snapshot would keep wrong for good


class CostClosingItem(models.Model):
    """One kind of thing that a month lacks, with the way to it."""

    _name = "cost.closing.item"
    _description = "Missing in a Month"
    _order = "is_blocking desc, id"
    _rec_name = "kind"

    closing_id = fields.Many2one("cost.closing", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one(related="closing_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(KINDS, "What", required=True, readonly=True)
    is_blocking = fields.Boolean(
        "Blocks", compute="_compute_is_blocking", store=True, help="The month cannot be closed with it."
    )
    count = fields.Integer("How Many", readonly=True)
    amount = fields.Monetary(readonly=True)
    advice = fields.Text("What to Do", compute="_compute_advice")
    res_model = fields.Char(required=True, readonly=True)
    domain = fields.Json(readonly=True)

    @api.depends("kind")
    def _compute_is_blocking(self):
        for item in self:
            item.is_blocking = item.kind in BLOCKING

    @api.depends("kind")
    def _compute_advice(self):
        advice = self._get_advice()
        for item in self:
            item.advice = advice.get(item.kind)

    @api.depends("kind", "count")
    def _compute_display_name(self):
        names = dict(self._fields["kind"]._description_selection(self.env))
        for item in self:
            item.display_name = f"{names.get(item.kind)} ({item.count})"

    @api.model
    def _get_advice(self):
        """What to do about each kind."""
        return {
            "unlogged": self.env._(
                "These goods moved without being costed, as an import past the usual ways does. Take each back by a "
                "return and move it again, or ask who made it."
            ),
            "account": self.env._(
                "Somebody else posted on the account of capitalised costs. Reverse these entries; only cost layers "
                "post there."
            ),
            "draft": self.env._("Post them, or move them to the open month."),
            "unbilled": self.env._(
                "Until the bill comes, the order's price is an estimate. Enter the bill, or accept the estimate: the "
                "difference counts in the open month."
            ),
            "free": self.env._("Enter the vendor's bill, or set the value of the receipt."),
            "short": self.env._(
                "Deliveries without goods cost nothing until the goods come. Enter the missing receipts, or count the "
                "stock."
            ),
            "journey": self.env._("Divide the freight and duty of these journeys over their goods, or estimate them."),
            "clearing": self.env._(
                "A debit: bills that are not divided over goods yet. A credit: costs that are divided but not billed."
            ),
        }

    def action_open(self):
        """Open what is missing."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": self.res_model,
            "view_mode": "list,form",
            "domain": self.domain,
            "context": {"create": False},
        }
