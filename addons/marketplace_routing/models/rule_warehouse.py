from odoo import api, fields, models


class MarketplaceRoutingRuleWarehouse(models.Model):
    """A warehouse in the ranked list of a rule."""

    _name = "marketplace.routing.rule.warehouse"
    _description = "Warehouse of a Routing Rule"
    _order = "rule_id, sequence, id"
    _check_company_auto = True

    rule_id = fields.Many2one("marketplace.routing.rule", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="rule_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    warehouse_id = fields.Many2one("stock.warehouse", required=True, check_company=True)

    _warehouse_uniq = models.Constraint(
        "UNIQUE(rule_id, warehouse_id)", "A warehouse can stand only once in the list of a rule."
    )

    # === ONLY DRAFTS CHANGE === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `base`: only rules of a draft change."""
        lines = super().create(vals_list)
        lines.rule_id._check_draft()
        return lines

    def write(self, vals):
        """Override of `base`: only rules of a draft change."""
        self.rule_id._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_locked(self):
        self.rule_id._check_draft()
