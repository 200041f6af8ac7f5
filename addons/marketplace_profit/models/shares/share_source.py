from odoo import api, fields, models

from .share_rule import DRIVERS


class ProfitShareSource(models.Model):
    """Costs of one kind, shop and account of the ledger that name no SKU, and how they are shared."""

    _name = "profit.share.source"
    _description = "Cost to Share"
    _order = "amount, id"
    _rec_name = "kind_id"

    share_id = fields.Many2one("profit.share", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="share_id.company_id", store=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    kind_id = fields.Many2one("marketplace.fee.kind", required=True, ondelete="restrict")
    account_id = fields.Many2one("marketplace.account", "Marketplace Account", ondelete="restrict")
    shop_id = fields.Many2one("marketplace.shop", ondelete="restrict")
    country_id = fields.Many2one("res.country", ondelete="restrict")
    ledger_account_id = fields.Many2one("account.account", ondelete="restrict")
    currency_id = fields.Many2one("res.currency", "Document Currency", required=True)
    amount = fields.Monetary(currency_field="company_currency_id", help="Costs are negative.")
    amount_currency = fields.Monetary("Amount in Currency", help="In the documents' currency.")
    fact_count = fields.Integer("Facts", help="Profit entries that the amount is the sum of.")
    day = fields.Date("Last Day", help="Of these costs; their parts count on it.")
    rule_id = fields.Many2one("profit.share.rule", ondelete="set null")
    driver = fields.Selection([*DRIVERS, ("percentage", "Fixed Percentages")], "Shared By")
    is_shared = fields.Boolean("Shared")
    part_count = fields.Integer("Parts")
    problem = fields.Char("Why It Is Not Shared", compute="_compute_problem")
    line_ids = fields.One2many("profit.share.line", "source_id", "Who Gets It", readonly=True)

    @api.depends("is_shared", "rule_id", "driver")
    def _compute_problem(self):
        drivers = dict(self._fields["driver"]._description_selection(self.env))
        for source in self:
            source.problem = False
            if source.is_shared:
                continue
            if not source.rule_id:
                source.problem = self.env._("No rule covers it: it stays where it is.")
            elif not source.driver:
                source.problem = self.env._(
                    "The fee tree names no driver for %s: name one there or in a rule.", source.kind_id.name
                )
            else:
                source.problem = self.env._(
                    "%(driver)s: zero everywhere in %(where)s. It stays where it is.",
                    driver=drivers[source.driver],
                    where=source.shop_id.name or source.account_id.display_name or source.company_id.name,
                )

    def action_open_facts(self):
        """Open the facts that are shared."""
        self.ensure_one()
        month = self.share_id.month
        domain = [
            ("company_id", "=", self.company_id.id),
            ("day", ">=", month),
            ("day", "<=", fields.Date.end_of(month, "month")),
            ("state", "=", "booked"),
            ("origin", "!=", "share"),
            ("product_id", "=", False),
            ("order_id", "=", False),
        ]
        columns = ("kind_id", "account_id", "shop_id", "country_id", "ledger_account_id", "currency_id")
        domain += [(column, "=", self[column].id) for column in columns]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Costs to Share"),
            "res_model": "profit.entry",
            "view_mode": "list,pivot",
            "domain": domain,
        }
