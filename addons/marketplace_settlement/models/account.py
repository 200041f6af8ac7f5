from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.addons.marketplace.contract import Capability, ConnectorError
from odoo.addons.marketplace.models.job_retry import get_retry_seconds

FIRST_PERIOD = timedelta(days=90)
# Marketplaces may list a settlement some time after its end.
OVERLAP = timedelta(days=2)


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    settlement_cursor = fields.Datetime(
        "Settlements Fetched Until", readonly=True, copy=False, help="Older settlements are here."
    )
    settlement_count = fields.Integer(compute="_compute_settlement_count")

    def _compute_settlement_count(self):
        counts = dict(
            self.env["marketplace.settlement"]._read_group(
                [("account_id", "in", self.ids)], ["account_id"], ["__count"]
            )
        )
        for account in self:
            account.settlement_count = counts.get(account, 0)

    @api.model
    def _cron_fetch_settlements(self):
        """Look for new settlements of each account in use."""
        self.search([("state", "!=", "disabled"), ("needs_authorisation", "=", False)])._enqueue_settlements()

    def action_fetch_settlements(self):
        """Look for new settlements now, in the background."""
        self.check_access("write")
        self._enqueue_settlements()

    def action_view_settlements(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_settlement.action_settlements")
        action["domain"] = [("account_id", "in", self.ids)]
        return action

    def _enqueue_settlements(self, seconds=None):
        for account in self.sudo().filtered(lambda account: account._has_capability(Capability.SETTLEMENTS)):
            account.with_delay(
                identity_key=f"marketplace.account._job_settlements.{'retry.' if seconds else ''}{account.id}",
                eta=seconds,
                description=self.env._("Look for settlements of %s", account.name),
            )._job_settlements()

    def _job_settlements(self):
        """Note what settlements there are, and have their documents fetched."""
        if self.state == "disabled" or self.needs_authorisation:
            return
        try:
            refs, complete_until = self._fetch_settlement_refs(self._get_connector())
        except ConnectorError as error:
            self._note_error(error, self.env._("Look for settlements"))
            if seconds := get_retry_seconds(error):
                self._enqueue_settlements(seconds)
            return
        self._note_success()
        self.env["marketplace.settlement"]._note_refs(self, refs)._enqueue_document()
        if complete_until:
            self.settlement_cursor = complete_until.astimezone(timezone.utc).replace(tzinfo=None)

    def _fetch_settlement_refs(self, connector):
        now = datetime.now(timezone.utc)
        since = self.settlement_cursor and self.settlement_cursor.replace(tzinfo=timezone.utc) - OVERLAP
        shops = self.shop_ids.mapped("external_id")
        refs, token = [], ""
        while True:
            page = connector.fetch_settlements(shops, since or now - FIRST_PERIOD, token=token)
            refs += page.refs
            token = page.next_token
            if not token:
                return refs, page.complete_until
