from datetime import timedelta, timezone

from odoo import api, fields, models
from psycopg2.errors import UniqueViolation

from ..contract import Capability, ConnectorError, RateLimited, Rejected
from .job_retry import get_retry_seconds

OVERLAP = timedelta(minutes=5)
RETRY_SECONDS = 60


class MarketplaceFetch(models.Model):
    _name = "marketplace.fetch"
    _description = "Order Fetch"
    _order = "id desc"
    _rec_name = "account_id"

    account_id = fields.Many2one("marketplace.account", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    shop_ids = fields.Many2many("marketplace.shop", readonly=True)
    kind = fields.Selection([("scheduled", "Scheduled"), ("manual", "Again, by Hand")], required=True, readonly=True)
    since = fields.Datetime("From", required=True, readonly=True)
    until = fields.Datetime("To", readonly=True, help="Empty: up to now.")
    state = fields.Selection(
        [("running", "Running"), ("done", "Done"), ("failed", "Failed")],
        default="running",
        required=True,
        readonly=True,
    )
    token = fields.Char(readonly=True, help="Where the marketplace continues.")
    page_count = fields.Integer("Pages", readonly=True)
    received_count = fields.Integer("Received", readonly=True)
    new_count = fields.Integer("New or Changed", readonly=True)
    reached_at = fields.Datetime("Reached", readonly=True, help="Change time of the last order received.")
    progress = fields.Float(compute="_compute_progress", help="Share of the time range that has arrived, in percent.")
    message = fields.Text(readonly=True)
    next_try_at = fields.Datetime(readonly=True)
    finished_at = fields.Datetime(readonly=True)

    _one_scheduled = models.UniqueIndex("(account_id) WHERE kind = 'scheduled' AND state = 'running'")

    _pages_per_job = 20

    @api.depends("state", "since", "until", "reached_at")
    def _compute_progress(self):
        for fetch in self:
            end = fetch.until or fields.Datetime.now()
            span = (end - fetch.since).total_seconds()
            if fetch.state == "done":
                fetch.progress = 100
            elif not fetch.reached_at or span <= 0:
                fetch.progress = 0
            else:
                fetch.progress = max(0, min(99, 100 * (fetch.reached_at - fetch.since).total_seconds() / span))

    # === SCHEDULE === #

    @api.model
    def _cron_fetch(self):
        """Start or continue the fetch of every account with running shops."""
        self.env["marketplace.account"].search([("state", "!=", "disabled")])._enqueue_fetch()

    @api.autovacuum
    def _gc_fetches(self, limit=5000):
        """Finished fetches are kept for a week."""
        fetches = self.search([("state", "=", "done"), ("create_date", "<", "-7d")], limit=limit)
        fetches.unlink()
        return len(fetches), limit if len(fetches) == limit else 0

    def _enqueue(self, seconds=0):
        for fetch in self:
            fetch.with_delay(
                channel="root.marketplace.fetch",
                eta=seconds or None,
                identity_key=f"marketplace-fetch-{fetch.id}",
                description=self.env._("Fetch orders of %s", fetch.account_id.name),
            )._job_run()

    def action_retry(self):
        self.filtered(lambda fetch: fetch.state == "failed").write({"state": "running", "message": False})
        self.filtered(lambda fetch: fetch.state == "running")._enqueue()
        return True

    def action_refresh(self):
        """Reload the form; the record is read again by the client."""
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # === WORK === #

    def _job_run(self):
        """Fetch pages into the inbox. Rows, the place to continue and the shops' cursors are one transaction, so a
        page is either filed and passed, or fetched again."""
        self.ensure_one()
        if not self.try_lock_for_update() or self.state != "running":
            return
        rows = self.env["marketplace.inbox"]
        wait = 0
        try:
            connector = self.account_id._get_connector()
            for _page in range(self._pages_per_job):
                rows |= self._fetch_page(connector)
                if self.state != "running":
                    break
        except Rejected as error:
            wait = self._restart_or_fail(error)
        except ConnectorError as error:
            wait = get_retry_seconds(error) or RETRY_SECONDS
            self._note_problem(error)
        rows._enqueue_import()
        if self.state == "running":
            self.next_try_at = fields.Datetime.now() + timedelta(seconds=wait)
            self._enqueue_next(wait)

    def _enqueue_next(self, seconds):
        """Continue in a further job, under a key of its own, since this one still holds the fetch's."""
        self.with_delay(
            channel="root.marketplace.fetch",
            eta=max(int(seconds), 1),
            identity_key=f"marketplace-fetch-{self.id}-{self.page_count}-{fields.Datetime.now():%H%M%S}",
            description=self.env._("Continue fetching orders of %s", self.account_id.name),
        )._job_run()

    def _fetch_page(self, connector):
        """Fetch and file one page.

        :return: inbox rows that are new
        """
        page = connector.fetch_orders(
            self.shop_ids.mapped("external_id"),
            self.since.replace(tzinfo=timezone.utc),
            until=self.until.replace(tzinfo=timezone.utc) if self.until else None,
            token=self.token or "",
        )
        rows = self.env["marketplace.inbox"]._receive(self.shop_ids, page.records)
        if page.broken:
            self.env["marketplace.inbox"]._receive_broken(self.shop_ids[:1], page.broken)
        times = [record.updated_at.replace(tzinfo=None) for record in page.records]
        self.write(
            {
                "token": page.next_token,
                "page_count": self.page_count + 1,
                "received_count": self.received_count + len(page.records),
                "new_count": self.new_count + len(rows),
                "reached_at": max([*times, self.reached_at or self.since]),
                "message": False,
            }
        )
        if not page.next_token:
            self._finish(page.complete_until)
        return rows

    def _finish(self, complete_until):
        now = fields.Datetime.now()
        self.write({"state": "done", "finished_at": now, "next_try_at": False})
        vals = {"last_fetch_at": now, "last_error": False}
        if self.kind == "scheduled" and complete_until:
            vals["order_cursor"] = complete_until.astimezone(timezone.utc).replace(tzinfo=None)
        self.shop_ids.sudo().write(vals)
        self.account_id._note_success()

    def _note_problem(self, error):
        self.message = str(error)
        self.account_id._note_error(error, self.env._("Fetch orders"))
        if not isinstance(error, RateLimited):
            self.shop_ids.sudo().write({"last_error": str(error)})

    def _restart_or_fail(self, error):
        """A place to continue may expire: begin again once, what is here already is recognised. Else it has failed."""
        self._note_problem(error)
        if self.token:
            self.token = False
            return RETRY_SECONDS
        self.write({"state": "failed", "finished_at": fields.Datetime.now()})
        return 0


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    def _enqueue_fetch(self):
        """Fetch the order changes of all running shops, one fetch per account at a time."""
        for account in self.filtered(lambda account: account.state != "disabled"):
            shops = account.shop_ids.filtered(lambda shop: shop.state == "running" and shop.import_orders)
            if not shops or not account._has_capability(Capability.ORDERS):
                continue
            running = self.env["marketplace.fetch"].search(
                [("account_id", "=", account.id), ("kind", "=", "scheduled"), ("state", "=", "running")]
            )
            if running:
                # A job lost with its server process is queued again; a living one keeps its key or its lock.
                due = running.filtered(lambda f: not f.next_try_at or f.next_try_at < fields.Datetime.now())
                due._enqueue()
                continue
            since = min(shop.order_cursor or fields.Datetime.now() for shop in shops) - OVERLAP
            vals = {"account_id": account.id, "shop_ids": shops.ids, "kind": "scheduled", "since": since}
            try:
                with self.env.cr.savepoint():
                    fetch = self.env["marketplace.fetch"].create(vals)
            except UniqueViolation:
                continue  # the schedule, or another person, has started it at this moment
            fetch._enqueue()


class MarketplaceShop(models.Model):
    _inherit = "marketplace.shop"

    def _enqueue_fetch(self):
        self.sudo().account_id._enqueue_fetch()
