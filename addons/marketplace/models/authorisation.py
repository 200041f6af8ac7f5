import base64
import hashlib
import hmac
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..contract import Capability, ConnectorError
from ..tools import secret_box

CALLBACK_PATH = "/marketplace/oauth/callback"
MINUTES = 10


class MarketplaceAuthorisation(models.Model):
    """What we must remember while the seller grants access at the marketplace (RFC 6749 §10.12, RFC 7636)."""

    _name = "marketplace.authorisation"
    _description = "Authorisation under Way"

    account_id = fields.Many2one("marketplace.account", required=True, ondelete="cascade", index=True, readonly=True)
    user_id = fields.Many2one("res.users", required=True, ondelete="cascade", index=True, readonly=True)
    digest = fields.Char(required=True, readonly=True, help="Of the state; the state itself is not kept.")
    redirect_uri = fields.Char(required=True, readonly=True)
    sealed_verifier = fields.Text(groups=fields.NO_ACCESS, copy=False)
    ends_at = fields.Datetime(required=True, readonly=True)

    @api.model
    def _start(self, account, redirect_uri):
        """Begin an authorisation of the current user.

        :return: ``(state, code challenge)`` for the marketplace's page
        """
        state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
        self.sudo().create(
            {
                "account_id": account.id,
                "user_id": self.env.uid,
                "digest": self._digest(state),
                "redirect_uri": redirect_uri,
                "sealed_verifier": secret_box.seal({"verifier": verifier}),
                "ends_at": fields.Datetime.now() + timedelta(minutes=MINUTES),
            }
        )
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        return state, challenge

    @api.model
    def _take(self, state):
        """Use up the authorisation that a state belongs to; it works once, in time, and for the user who began it.

        :return: ``(account, redirect_uri, code verifier)``, or ``None``
        """
        digest = self._digest(state)
        rows = self.sudo().search([("user_id", "=", self.env.uid), ("ends_at", ">", fields.Datetime.now())])
        row = rows.filtered(lambda row: hmac.compare_digest(row.digest, digest)).try_lock_for_update()
        if not row:
            return None
        taken = (
            row.account_id.with_env(self.env),
            row.redirect_uri,
            secret_box.unseal(row.sealed_verifier)["verifier"],
        )
        row.unlink()
        return taken

    @api.model
    def _digest(self, state):
        return hashlib.sha256(state.encode()).hexdigest()

    @api.autovacuum
    def _gc_ended(self):
        self.search([("ends_at", "<", fields.Datetime.now())]).unlink()


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    can_authorise = fields.Boolean(compute="_compute_capabilities")
    authorised_at = fields.Datetime("Connected", readonly=True, copy=False, help="When access was granted last.")
    redirect_uri = fields.Char(
        "Redirect Address",
        compute="_compute_redirect_uri",
        help="Register this address for your app at the marketplace: there it sends you back to after you agreed.",
    )

    @api.depends("provider", "state", "secrets")
    def _compute_capabilities(self):
        for account in self:
            account.can_authorise = Capability.AUTHORISATION in account._get_capabilities()

    @api.depends("provider", "state", "secrets")
    def _compute_redirect_uri(self):
        """Shown also while credentials are missing: some marketplaces issue them only for a registered address."""
        for account in self:
            capabilities = account._get_capabilities()
            needed = not capabilities or Capability.AUTHORISATION in capabilities
            account.redirect_uri = account.get_base_url() + CALLBACK_PATH if needed else False

    # === WORK THAT WAITS === #

    def _enqueue_waiting(self):
        """Override of `marketplace.connection`."""
        shops = self.shop_ids.filtered(lambda shop: shop.state == "running")
        self.env["marketplace.fetch"].search([("account_id", "=", self.id), ("state", "=", "running")])._enqueue()
        self._enqueue_fetch()
        self.env["marketplace.stock.publisher"]._enqueue_publish(shops.filtered("publish_stock"))
        for name in self.env.registry.descendants(["marketplace.confirmable"], "_inherit"):
            if not self.env[name]._abstract:
                records = self.env[name].search([("shop_id", "in", shops.ids), ("state", "=", "pending")])
                records.next_try_at = False
                records._enqueue_confirm(records.shop_id)
        self.env["marketplace.webhook"]._enqueue_process(self)

    # === AUTHORISATION === #

    def action_authorize(self):
        """Open the page of the marketplace on which the seller grants access."""
        self.ensure_one()
        self.check_access("write")
        if not self.can_authorise:
            raise UserError(self.env._("%s is connected by its credentials; there is no page to agree on.", self.name))
        state, challenge = self.env["marketplace.authorisation"]._start(self, self.redirect_uri)
        url = self._get_connector().authorization_url(state, self.redirect_uri, challenge)
        return {"type": "ir.actions.act_url", "url": url, "target": "self"}

    def _finish_authorisation(self, params, redirect_uri, verifier):
        """Take the access that the seller has granted, and look for shops.

        :param dict params: query of the callback, its state already checked
        :return: what went wrong, as text; empty when all is well
        """
        self.check_access("write")
        if params.get("error"):
            return self._note_declined(params)
        connector = self._get_connector()
        try:
            connector.authorize(params, redirect_uri, verifier)
        except ConnectorError as error:
            return self._note_not_granted(error)
        self.sudo().authorised_at = fields.Datetime.now()
        self._resume()
        try:
            infos = connector.fetch_shops()
        except ConnectorError as error:
            self._note_error(error, self.env._("Connect the account"))
            return str(error)
        self._create_missing_shops(infos)
        return ""

    def _note_declined(self, params):
        """Keep what the marketplace said instead of granting access (RFC 6749 §4.1.2.1)."""
        if params["error"] != "access_denied":
            return self._note_not_granted(f"{params['error']} {params.get('error_description', '')}".strip()[:300])
        text = self.env._("The access was declined at the marketplace. Connect again when you want to allow it.")
        self.message_post(body=text)
        return text

    def _note_not_granted(self, reason):
        """Keep why no access was granted. Whether the access from before is good is not said by that."""
        text = self.env._("The marketplace did not grant access: %s", reason)
        self.message_post(body=text)
        return text

    def _get_form_url(self):
        return f"/odoo/marketplace-accounts/{self.id}"
