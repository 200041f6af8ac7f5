from datetime import timedelta, timezone

from odoo import api, fields, models
from psycopg2.errors import UniqueViolation

from ..contract import Capability, ConnectorError, NotReady, RateLimited, Rejected
from .job_retry import get_retry_seconds

OVERLAP = timedelta(minutes=5)
RETRY_SECONDS = 60
BUSY_SECONDS = 3  # while another fetch of the account is at work
LOCK_NAMESPACE = 0x43423032  # advisory locks of this suite's fetches
# What is fetched: the connector's verb, what it must declare, and the shop's field of how far it has come.
OBJECTS = {
    "orders": ("fetch_orders", Capability.ORDERS, "order_cursor"),
    "returns": ("fetch_returns", Capability.RETURNS, "return_cursor"),
}


class MarketplaceFetch(models.Model):
    _name = "marketplace.fetch"
    _description = "Fetch of Orders or Returns"
    _order = "id desc"
    _rec_name = "account_id"

    account_id = fields.Many2one("marketplace.account", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    shop_ids = fields.Many2many("marketplace.shop", readonly=True)
    object = fields.Selection(
        [("orders", "Orders"), ("returns", "Returns")], default="orders", required=True, readonly=True, string="What"
    )
    kind = fields.Selection(
        [("scheduled", "Scheduled"), ("manual", "Again, by Hand"), ("reconciliation", "Daily Comparison")],
        required=True,
        readonly=True,
    )
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

    _one_running = models.UniqueIndex("(account_id, object, kind) WHERE kind != 'manual' AND state = 'running'")

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
        """Start or continue the fetches of every account with running shops."""
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
                description=fetch._describe(),
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
        page is either filed and passed, or fetched again. An account that is not authorised is not asked: the fetch
        goes on when it is again."""
        self.ensure_one()
        if self.account_id.needs_authorisation:
            return
        if not self.try_lock_for_update() or self.state != "running":
            return
        if not self._claim_account():
            self._enqueue_next(BUSY_SECONDS)
            return
        rows = self.env["marketplace.inbox"]
        wait = 0
        try:
            connector = self.account_id._get_connector()
            for _page in range(self._pages_per_job):
                rows |= self._fetch_page(connector)
                if self.state != "running":
                    break
        except NotReady as error:
            # The marketplace prepares the range; its handle is where to ask again.
            self.token = error.handle
            wait = get_retry_seconds(error)
        except Rejected as error:
            wait = self._restart_or_fail(error)
        except ConnectorError as error:
            wait = get_retry_seconds(error) or RETRY_SECONDS
            self._note_problem(error)
        rows._enqueue_import()
        if self.state == "running" and not self.account_id.needs_authorisation:
            self.next_try_at = fields.Datetime.now() + timedelta(seconds=wait)
            self._enqueue_next(wait)

    def _claim_account(self):
        """Whether this transaction may fetch of the account: orders, returns and comparisons write the same shops, and
        of two that run at once the later to end would have to begin again."""
        self.env.cr.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK_NAMESPACE, self.account_id.id])
        return self.env.cr.fetchone()[0]

    def _enqueue_next(self, seconds):
        """Continue in a further job, under a key of its own, since this one still holds the fetch's."""
        self.with_delay(
            channel="root.marketplace.fetch",
            eta=max(int(seconds), 1),
            identity_key=f"marketplace-fetch-{self.id}-{self.page_count}-{fields.Datetime.now():%H%M%S}",
            description=self._describe(),
        )._job_run()

    def _describe(self):
        if self.object == "returns":
            return self.env._("Fetch returns of %s", self.account_id.name)
        return self.env._("Fetch orders of %s", self.account_id.name)

    def _fetch_page(self, connector):
        """Fetch and file one page.

        :return: inbox rows that are new
        """
        page = getattr(connector, OBJECTS[self.object][0])(
            self.shop_ids.mapped("external_id"),
            self.since.replace(tzinfo=timezone.utc),
            until=self.until.replace(tzinfo=timezone.utc) if self.until else None,
            token=self.token or "",
        )
        rows = self.env["marketplace.inbox"]._receive(self.shop_ids, page.records)
        if page.broken:
            self.env["marketplace.inbox"]._receive_broken(self.shop_ids[:1], page.broken)
        self._note_page(page.records, rows)
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

    def _note_page(self, records, rows):
        """Hook for what must be known of a page besides its rows.

        :param records: :class:`~..contract.RawRecord` received
        :param rows: those that are new, in the inbox
        """

    def _finish(self, complete_until):
        now = fields.Datetime.now()
        self.write({"state": "done", "finished_at": now, "next_try_at": False})
        vals = {"last_error": False}
        if self.object == "orders":
            vals["last_fetch_at"] = now
        if self.kind == "scheduled" and complete_until:
            cursor = OBJECTS[self.object][2]
            vals[cursor] = complete_until.astimezone(timezone.utc).replace(tzinfo=None)
        self.shop_ids.sudo().write(vals)
        self.account_id._note_success()

    def _note_problem(self, error):
        self.message = str(error)
        self.account_id._note_error(error, self._describe())
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
        """Fetch what has changed in all running shops, one fetch per account and object at a time."""
        for account in self.filtered(lambda account: account.state != "disabled"):
            for name in account._get_fetched_objects():
                shops = account._get_fetching_shops()
                cursor = OBJECTS[name][2]
                since = min(shop[cursor] or fields.Datetime.now() for shop in shops) - OVERLAP
                account._start_fetch(name, "scheduled", since)

    def _get_fetching_shops(self):
        return self.shop_ids.filtered(lambda shop: shop.state == "running" and shop.import_orders)

    def _get_fetched_objects(self):
        """What can be fetched now: nothing without a running shop."""
        if not self._get_fetching_shops():
            return []
        return [name for name, (_verb, capability, _cursor) in OBJECTS.items() if self._has_capability(capability)]

    def _start_fetch(self, name, kind, since, **vals):
        """Start a fetch, or have the one that runs go on when its job was lost.

        :param str name: what, see ``OBJECTS``
        """
        self.ensure_one()
        domain = [("account_id", "=", self.id), ("object", "=", name), ("kind", "=", kind), ("state", "=", "running")]
        if running := self.env["marketplace.fetch"].search(domain):
            # A job lost with its server process is queued again; a living one keeps its key or its lock.
            running.filtered(lambda f: not f.next_try_at or f.next_try_at < fields.Datetime.now())._enqueue()
            return
        shops = self._get_fetching_shops()
        vals = {**vals, "account_id": self.id, "shop_ids": shops.ids, "object": name, "kind": kind, "since": since}
        try:
            with self.env.cr.savepoint():
                fetch = self.env["marketplace.fetch"].create(vals)
        except UniqueViolation:
            return  # the schedule, or another person, has started it at this moment
        fetch._enqueue()


class MarketplaceShop(models.Model):
    _inherit = "marketplace.shop"

    def _enqueue_fetch(self):
        self.sudo().account_id._enqueue_fetch()
