from datetime import timedelta

from odoo import api, fields, models


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    @api.model
    def _cron_erase_buyer_data(self):
        """Override of `marketplace`: deliveries without a marketplace's order have recipients, too."""
        result = super()._cron_erase_buyer_data()
        accounts = self.env["overseas.account"].with_context(active_test=False).sudo()
        accounts.search([("retention_days", ">", 0)])._enqueue_erasure()
        return result

    def _erase_belongings(self, domain):
        """Override of `marketplace`: what a warehouse was given names the buyer."""
        result = super()._erase_belongings(domain)
        self.env["overseas.outbound"]._erase_payloads([("picking_id", "any", [("sale_id", "any", domain)])])
        return result


class OverseasAccount(models.Model):
    _inherit = "overseas.account"

    def _enqueue_erasure(self):
        """Have what is past its time erased in the background."""
        self._queue(self._name, "_job_erase_recipients", self.env._("Erase old addresses"))

    @api.model
    def _job_erase_recipients(self, account):
        """Erase what the account's warehouses were given for deliveries that no marketplace's account erases."""
        self.env["overseas.outbound"]._erase_payloads(account._get_expired_domain())

    def _get_expired_domain(self):
        """Orders of finished deliveries without a marketplace's order that are past the retention time."""
        return [
            ("account_id", "=", self.id),
            ("picking_id.state", "in", ("done", "cancel")),
            ("picking_id", "not any", [("sale_id.marketplace_shop_id", "!=", False)]),
            ("write_date", "<", fields.Datetime.now() - timedelta(days=self.retention_days)),
        ]


class OverseasOutbound(models.Model):
    _inherit = "overseas.outbound"

    @api.model
    def _erase_payloads(self, domain):
        """Forget what the warehouses were given: it names the recipient and where he lives.

        :param list domain: of the orders
        """
        self.search([*domain, ("payload", "!=", False)]).payload = False
