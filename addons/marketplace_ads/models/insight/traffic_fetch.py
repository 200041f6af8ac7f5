from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.marketplace.contract import Capability, ConnectorError, NotReady, Rejected
from odoo.addons.marketplace.models.job_retry import get_retry_seconds

# The first days that are fetched, and how long marketplaces take to count a day.
FIRST_DAYS = 56
SETTLED_DAYS = 2


class MarketplaceShop(models.Model):
    _inherit = "marketplace.shop"

    traffic_cursor = fields.Date(
        "Traffic Complete Until", readonly=True, copy=False, help="Traffic of days up to and with this one has arrived."
    )

    @api.model
    def _cron_fetch_traffic(self):
        """Fetch the traffic of running shops, day by day."""
        domain = [
            ("state", "=", "running"),
            ("account_id.state", "!=", "disabled"),
            ("account_id.needs_authorisation", "=", False),
        ]
        for shop in self.sudo().search(domain):
            if shop.account_id._has_capability(Capability.TRAFFIC):
                shop._enqueue_traffic()

    def _get_next_traffic_day(self):
        """The first day whose traffic is counted and not here; ``None`` when there is none."""
        latest = fields.Date.context_today(self.with_context(tz="UTC")) - timedelta(days=SETTLED_DAYS)
        cursor = self.traffic_cursor or latest - timedelta(days=FIRST_DAYS)
        return cursor + timedelta(days=1) if cursor < latest else None

    def _enqueue_traffic(self, handle=None, seconds=None):
        if self._get_next_traffic_day():
            self.with_delay(
                identity_key=f"marketplace.traffic.{'retry.' if seconds else ''}{self.id}",
                eta=seconds,
                description=self.env._("Fetch the traffic of %s", self.name),
            )._job_traffic(handle)

    def _job_traffic(self, handle=None):
        """Fetch the next day; while the marketplace still prepares its report, come back later.

        :param handle: what :class:`NotReady` carried: of the same day, as the cursor has not moved
        """
        day, account = self._get_next_traffic_day(), self.account_id
        if not day or account.state == "disabled" or account.needs_authorisation:
            return
        try:
            rows = account._get_connector().fetch_traffic(self.external_id, day, handle)
        except NotReady as pending:
            self._enqueue_traffic(pending.handle, get_retry_seconds(pending))
            return
        except Rejected:
            rows = []  # Amazon cancels a report of a day on which nothing was sold.
        except ConnectorError as error:
            account._note_error(error, self.env._("Fetch traffic"))
            if seconds := get_retry_seconds(error):
                self._enqueue_traffic(handle, seconds)
            return
        account._note_success()
        if rows:
            self.env["traffic.day"]._take(self, rows, self.env._("Report of %s", day.isoformat()))
        self.traffic_cursor = day
        self._enqueue_traffic(seconds=1)
