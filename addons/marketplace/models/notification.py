from odoo import api, models

from ..contract import Capability, ConnectorError


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    @api.model
    def _cron_receive_notifications(self):
        """Look for change notices of every account that gets them; they only say where to look."""
        domain = [
            ("state", "!=", "disabled"),
            ("needs_authorisation", "=", False),
            ("shop_ids.state", "=", "running"),
        ]
        for account in self.search(domain):
            if account._has_capability(Capability.NOTIFICATIONS):
                account.with_delay(
                    channel="root.marketplace.fetch",
                    identity_key=f"marketplace-notifications-{account.id}",
                    description=self.env._("Receive change notices of %s", account.name),
                )._job_receive_notifications()

    def _job_receive_notifications(self, rounds=10):
        """Fetch the orders that notices name. A notice is acknowledged once its order is safely in the inbox; if the
        process dies before, the marketplace sends it again."""
        self.ensure_one()
        if not self._has_capability(Capability.NOTIFICATIONS):
            return
        connector = self._get_connector()
        rows = self.env["marketplace.inbox"]
        try:
            for _round in range(rounds):
                notices = connector.receive_notifications()
                if not notices:
                    break
                for external_id, acknowledge in notices:
                    rows |= rows._receive(self.shop_ids, [connector.fetch_order(external_id)])
                    self.env.cr.postcommit.add(acknowledge)
            self._note_success()
        except ConnectorError as error:
            self._note_error(error, self.env._("Receive change notices"))
        rows._enqueue_import()
