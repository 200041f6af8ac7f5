import secrets

from odoo import api, fields, models
from odoo.addons.marketplace.contract import ConnectorError, RateLimited, Rejected
from odoo.addons.marketplace.models.job_retry import get_retry_seconds
from odoo.addons.marketplace.tools.secret_field import SecretField
from odoo.addons.marketplace.transport import HttpClient

from ..engine.seventeen_track import BASE_URL, KNOWN_REFUSALS, LIMITS, RETRY_USED_UP, USED_UP, Client

WEBHOOK_PATH = "/first_mile/17track/"


class FirstMileTracker(models.Model):
    """An account at 17TRACK, which follows the tracking numbers of a company."""

    _name = "first.mile.tracker"
    _description = "Tracking Account"
    _inherit = ["marketplace.connection"]
    _order = "name, id"

    name = fields.Char(required=True, default="17TRACK")
    provider = fields.Selection([("track17", "17TRACK")], required=True, default="track17")
    track17_key = SecretField("17TRACK Key", help="Security key of your account at 17TRACK.")
    track17_endpoint = fields.Char(
        "Other 17TRACK Endpoint",
        groups="marketplace.group_manager",
        help="Address instead of 17TRACK's, e.g. of a proxy or a test server.",
    )
    webhook_key = fields.Char(
        compute="_compute_webhook_key", store=True, precompute=True, copy=False, groups="marketplace.group_manager",
        help="Unguessable part of the webhook address.",
    )  # fmt: skip
    webhook_url = fields.Char(
        "Webhook Address", compute="_compute_webhook_url", groups="marketplace.group_manager",
        help="Enter it in 17TRACK's settings: it calls this address when something happens. Calls without its "
        "signature are refused.",
    )  # fmt: skip
    quota_left = fields.Integer("Numbers Left", readonly=True, aggregator=None, help="That may still be registered.")

    _company_uniq = models.UniqueIndex("(company_id) WHERE active", "The company has a tracking account already.")
    _webhook_key_uniq = models.UniqueIndex("(webhook_key)")

    @api.depends()
    def _compute_webhook_key(self):
        for tracker in self:
            tracker.webhook_key = tracker.webhook_key or secrets.token_urlsafe(32)

    @api.depends("webhook_key")
    def _compute_webhook_url(self):
        for tracker in self:
            tracker.webhook_url = f"{tracker.get_base_url()}{WEBHOOK_PATH}{tracker.webhook_key}"

    # === EXCHANGE === #

    def _build_connector(self):
        """Override of `marketplace.connection` to speak to 17TRACK."""
        self._require_settings("track17_key")
        tracker = self.sudo()
        http = HttpClient(
            bucket_store=self._get_bucket_store(), scope=f"17track:{self.env.cr.dbname}:{self.id}", limits=LIMITS
        )
        return Client(http, tracker._get_secrets()["key"], tracker.track17_endpoint or BASE_URL)

    @api.model
    def _get_live_domain(self):
        return [("state", "!=", "disabled"), ("needs_authorisation", "=", False)]

    def _ask(self, verb, talk):
        """Speak to 17TRACK and note on the account how it went; what it cannot answer now is asked again later.

        :param str verb: what is done, in the words of the user
        :param talk: function of the connector
        :return: what it returns, None after an error
        """
        self.ensure_one()
        try:
            answer = talk(self._get_connector())
        except ConnectorError as error:
            self._note_error(error, verb)
            if seconds := get_retry_seconds(error):
                self._enqueue_follow(seconds)
            return None
        self._note_success()
        return answer

    # === JOBS === #

    @api.model
    def _cron_follow(self):
        """Queue a look at all numbers of each account in use."""
        self.sudo().search(self._get_live_domain())._enqueue_follow()

    def _enqueue_waiting(self):
        """Override of `marketplace.connection`."""
        self._enqueue_follow()

    def _enqueue_follow(self, seconds=None):
        for tracker in self.sudo():
            tracker.with_delay(
                channel="root.marketplace.fetch",
                identity_key=f"{self._name}._job_follow.{'retry.' if seconds else ''}{tracker.id}",
                eta=seconds,
                description=self.env._("Follow the tracking numbers: %s", tracker.name),
            )._job_follow()

    def _job_follow(self):
        """Register new numbers, then ask about those that are under way; running it twice changes nothing twice."""
        self.ensure_one()
        if self.state == "disabled" or self.needs_authorisation:
            return
        Tracking = self.env["first.mile.tracking"]
        refused = []
        for step in (Tracking._register_due, Tracking._fetch_due):
            more = step(self, refused)
            if more is None:  # 17TRACK did not answer; its next step would not be answered either
                break
            if more:
                self._enqueue_follow(1)
        self._note_refusals(refused)

    def _note_refusals(self, refused):
        """Show on the account what no correction of a number can mend: a quota that is used up, and answers that nobody
        knows. Noted last, or the next success would hide it.

        :param list refused: :class:`~..engine.seventeen_track.Refusal`
        """
        verb = self.env._("Register tracking numbers")
        for refusal in refused:
            if refusal.code in USED_UP:
                self._note_error(RateLimited(str(refusal), RETRY_USED_UP), verb)
            elif refusal.code not in KNOWN_REFUSALS:
                text = self.env._(
                    "%(number)s: an answer that is not known: %(answer)s", number=refusal.number, answer=refusal
                )
                self._note_error(Rejected(text, str(refusal.code)), verb)

    def action_check(self):
        """Ask 17TRACK how many numbers may still be registered: shows that the key works."""
        self.ensure_one()
        quota = self._ask(self.env._("Check the key"), lambda client: client.fetch_quota())
        if quota:
            self.quota_left = quota.remaining
            self._resume()
            self._enqueue_follow()
