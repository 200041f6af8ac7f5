import hashlib
import json
import secrets

from odoo import api, fields, models
from odoo.tools import SQL

from ..contract import (
    AuthenticationFailed,
    Capability,
    ConnectorError,
    Notice,
    NoticeKind,
    NotReady,
    RateLimited,
    Rejected,
    Unavailable,
)
from .job_retry import get_retry_seconds
from .notice_follower import NoticeFollower

WEBHOOK_PATH = "/marketplace/webhook/"
MAX_BYTES_PARAMETER = "marketplace.webhook_max_bytes"
MAX_BYTES = 1 << 20
# What a notice of these kinds names has to be asked for at the marketplace.
CALLING_KINDS = {NoticeKind.ORDER.value, NoticeKind.RETURN.value, NoticeKind.LISTING.value}


class MarketplaceWebhook(models.Model):
    """A verified call of a marketplace. It only says where to look; a job looks there."""

    _name = "marketplace.webhook"
    _description = "Webhook Received"
    _order = "id desc"
    _rec_name = "topic"
    _rec_names_search = ["topic", "delivery_id"]

    account_id = fields.Many2one("marketplace.account", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    topic = fields.Char(readonly=True, help="What happened, in the marketplace's word.")
    delivery_id = fields.Char(
        required=True, readonly=True, help="The same for every repetition of this call, which is ignored."
    )
    notices = fields.Json(readonly=True, help="What happened to what.")
    notices_text = fields.Text("Content", compute="_compute_notices")
    about = fields.Char(compute="_compute_notices", help="Numbers of the orders, returns or products it is about.")
    state = fields.Selection(
        [("new", "New"), ("done", "Done"), ("failed", "Failed")], required=True, readonly=True, default="new"
    )
    received_at = fields.Datetime("Received", readonly=True)
    message = fields.Text("Problem", readonly=True)
    needs_call = fields.Boolean(readonly=True, help="What it names has to be asked for at the marketplace.")

    _delivery_uniq = models.Constraint("UNIQUE(account_id, delivery_id)", "This call has already been received.")
    _open_idx = models.Index("(account_id) WHERE state = 'new'")

    _batch_size = 200

    @api.depends("notices")
    def _compute_notices(self):
        for webhook in self:
            notices = webhook.notices or []
            webhook.notices_text = json.dumps(notices, indent=2, ensure_ascii=False) if notices else False
            webhook.about = ", ".join(notice["external_id"] for notice in notices if notice["external_id"])

    @api.autovacuum
    def _gc_webhooks(self, limit=10000):
        """Calls are kept for 30 days, which is longer than any marketplace repeats them."""
        webhooks = self.search([("received_at", "<", "-30d")], limit=limit)
        webhooks.unlink()
        return len(webhooks), limit if len(webhooks) == limit else 0

    # === RECEIVING === #

    @api.model
    def _receive(self, account, webhook, body):
        """File a verified call and queue the work; a repeated one is ignored.

        :param webhook: :class:`~..contract.Webhook`
        :param bytes body: names the call where the marketplace gives it no id
        :return: whether it is new
        """
        notices = [self._prepare_notice(notice) for notice in webhook.notices]
        if not notices and not webhook.delivery_id:
            return False  # a challenge: answered, and nothing to remember
        kinds = {notice["kind"] for notice in notices}
        work = bool(kinds - {NoticeKind.OTHER.value})
        now = fields.Datetime.now()
        filed = self.env.execute_query(
            SQL(
                """INSERT INTO marketplace_webhook (account_id, company_id, topic, delivery_id, notices, needs_call,
                       state, received_at, create_uid, create_date, write_uid, write_date)
                   VALUES (%(account)s, %(company)s, %(topic)s, %(delivery)s, %(notices)s, %(calls)s, %(state)s,
                       %(now)s, %(uid)s, %(now)s, %(uid)s, %(now)s)
                   ON CONFLICT (account_id, delivery_id) DO NOTHING RETURNING id""",
                account=account.id,
                company=account.company_id.id,
                topic=webhook.topic,
                delivery=webhook.delivery_id or hashlib.sha256(body).hexdigest(),
                notices=json.dumps(notices),
                calls=bool(kinds & CALLING_KINDS),
                state="new" if work else "done",
                now=now,
                uid=self.env.uid,
            )
        )
        if filed and work:
            self._enqueue_process(account)
        return bool(filed)

    @api.model
    def _prepare_notice(self, notice):
        return {
            "kind": notice.kind.value,
            "shop_id": notice.shop_id,
            "external_id": notice.external_id,
            "details": notice.details,
        }

    # === WORK === #

    @api.model
    def _enqueue_process(self, account, seconds=None):
        """Have all new calls of an account worked off in one job."""
        self.with_delay(
            channel="root.marketplace.fetch",
            # A delayed retry has a key of its own, so that it does not swallow the request to look at new calls.
            identity_key=f"marketplace-webhooks-{'retry-' if seconds else ''}{account.id}",
            eta=seconds,
            description=self.env._("Follow the notices of %s", account.name),
        )._job_process(account)

    @api.model
    def _cron_process(self):
        """Queue what is new: a safety net for jobs that were lost, or that had begun when a call came in."""
        for (account,) in self._read_group(self._get_due_domain(), ["account_id"]):
            self._enqueue_process(account)

    @api.model
    def _get_due_domain(self):
        """New calls that can be followed: while an account is not authorised, those that need no call of ours."""
        return [
            ("state", "=", "new"),
            ("account_id.state", "!=", "disabled"),
            "|",
            ("needs_call", "=", False),
            ("account_id.needs_authorisation", "=", False),
        ]

    @api.model
    def _job_process(self, account):
        """Follow the notices of an account's new calls, oldest first; what the marketplace cannot answer now stays new,
        for a later job."""
        domain = [("account_id", "=", account.id), *self._get_due_domain()]
        webhooks = self.search(domain, order="id", limit=self._batch_size)
        follower = NoticeFollower(account)
        wait = None
        for webhook in webhooks.try_lock_for_update().sorted("id"):
            if webhook.needs_call and account.needs_authorisation:
                continue
            try:
                webhook._follow(follower)
            except (RateLimited, Unavailable, NotReady) as error:
                account._note_error(error, self.env._("Follow a notice"))
                wait = get_retry_seconds(error)
                break
            except AuthenticationFailed as error:
                account._note_error(error, self.env._("Follow a notice"))
            except ConnectorError as error:
                webhook.write({"state": "failed", "message": str(error)})
        follower.finish()
        if wait or len(webhooks) == self._batch_size:
            self._enqueue_process(account, wait)

    def _follow(self, follower):
        """Do what the notices of one call ask for. Personal data in them is needed no longer then."""
        notices = self.notices or []
        for values in notices:
            follower.follow(Notice(**{**values, "kind": NoticeKind(values["kind"])}), self.received_at)
        self.write(
            {
                "state": "done",
                "message": False,
                "notices": [{**values, "details": {}} for values in notices],
            }
        )

    def action_retry(self):
        """Follow the notices again now, in the background."""
        failed = self.filtered(lambda webhook: webhook.state == "failed")
        failed.write({"state": "new", "message": False})
        for account in failed.account_id:
            failed.sudo()._enqueue_process(account)
        return True


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    has_webhooks = fields.Boolean(compute="_compute_capabilities")
    webhook_key = fields.Char(
        compute="_compute_webhook_key",
        store=True,
        precompute=True,
        copy=False,
        groups="marketplace.group_manager",
        help="Unguessable part of the webhook address.",
    )
    webhook_url = fields.Char(
        "Webhook Address",
        compute="_compute_webhook_url",
        groups="marketplace.group_manager",
        help="The marketplace calls this address when something changes. Calls without its signature are refused.",
    )
    webhooks_subscribed_at = fields.Datetime("Webhooks Subscribed", readonly=True, copy=False)

    _webhook_key_uniq = models.UniqueIndex("(webhook_key)")

    def _compute_capabilities(self):
        """Override of the authorisation's to tell about webhooks."""
        for account in self:
            account.has_webhooks = Capability.WEBHOOKS in account._get_capabilities()
        return super()._compute_capabilities()

    @api.depends()
    def _compute_webhook_key(self):
        """A key of its own for each account, those included that were there before webhooks were."""
        for account in self:
            account.webhook_key = account.webhook_key or secrets.token_urlsafe(32)

    @api.depends("webhook_key")
    def _compute_webhook_url(self):
        for account in self:
            key = account.webhook_key
            account.webhook_url = f"{account.get_base_url()}{WEBHOOK_PATH}{key}" if key else False

    @api.model
    def _find_by_webhook_key(self, key):
        """The account a call is for; nothing if there is none, or it exchanges nothing."""
        account = self.search([("webhook_key", "=", key), ("state", "!=", "disabled")], limit=1)
        return account if Capability.WEBHOOKS in account._get_capabilities() else self.browse()

    @api.model
    def _get_webhook_max_bytes(self):
        return int(self.env["ir.config_parameter"].sudo().get_param(MAX_BYTES_PARAMETER, MAX_BYTES))

    def _receive_broken_webhook(self, error, body):
        """File a call that is the marketplace's, but cannot be read, where it is seen.

        :param InvalidPayload error: says where the call is broken
        :param bytes body: as received
        """
        text = body.decode("utf-8", "replace").replace("\x00", "")
        shop = self.with_context(active_test=False).shop_ids[:1]
        if shop:
            self.env["marketplace.inbox"]._receive_broken(shop, [(error.path, error.reason, text)])
            return
        self.env["marketplace.webhook"].create(
            {
                "account_id": self.id,
                "topic": error.path,
                "delivery_id": secrets.token_hex(16),
                "notices": [],
                "state": "failed",
                "message": str(error),
                "received_at": fields.Datetime.now(),
            }
        )

    def action_subscribe_webhooks(self):
        """Have the marketplace call us when something changes."""
        self.ensure_one()
        self.check_access("write")
        try:
            self._get_connector().subscribe_webhooks(self.webhook_url)
        except ConnectorError as error:
            if not isinstance(error, Rejected):  # a refusal says nothing about the connection
                self._note_error(error, self.env._("Subscribe webhooks"))
            return self._notify("danger", self.env._("The marketplace refused: %s", error))
        self._note_success()
        self.sudo().webhooks_subscribed_at = fields.Datetime.now()
        return self._notify("success", self.env._("The marketplace calls us from now on when something changes."))

    def _notify(self, kind, message):
        """A passing message, after which the form is read again."""
        reload = {"type": "ir.actions.client", "tag": "soft_reload"}
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": kind, "message": message, "sticky": kind == "danger", "next": reload},
        }

    def action_view_webhooks(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace.action_webhooks")
        return {**action, "domain": [("account_id", "in", self.ids)], "context": {}}
