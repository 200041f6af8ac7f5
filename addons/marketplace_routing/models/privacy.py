from odoo import models
from odoo.tools import SQL


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    def _erase_belongings(self, domain):
        """Override of `marketplace`: decisions keep all they knew of an order but where its buyer lives."""
        super()._erase_belongings(domain)
        decisions = self.env["marketplace.routing.decision"].search([("order_id", "any", domain)])
        if not decisions:
            return
        decisions.flush_recordset(["inputs"])
        self.env.cr.execute(
            SQL(
                "UPDATE marketplace_routing_decision SET inputs = inputs - 'postcode' WHERE id IN %s",
                tuple(decisions.ids),
            )
        )
        decisions.invalidate_recordset(["inputs", "explanation"])
