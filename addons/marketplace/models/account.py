import threading

from odoo import api, fields, models, modules
from odoo.exceptions import UserError

from ..contract import AuthenticationFailed, ConnectorError, RateLimited
from ..tools import secret_box
from ..tools.secret_field import SecretField

MASK = "••••••••"
_connectors = {}
_connectors_lock = threading.Lock()


class MarketplaceAccount(models.Model):
    _name = "marketplace.account"
    _description = "Marketplace Account"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _check_company_auto = True
    _order = "name, id"

    name = fields.Char(required=True, help="How you call this seller account, e.g. 'Amazon Europe'.")
    provider = fields.Selection(
        [("none", "No connector")],
        required=True,
        default="none",
        help="The marketplace this account belongs to. Install a connector to get more choices.",
    )
    state = fields.Selection(
        [("disabled", "Disabled"), ("test", "Test"), ("enabled", "Production")],
        required=True,
        default="disabled",
        tracking=True,
        help="Disabled accounts exchange nothing. Test accounts talk to the marketplace's test environment.",
    )
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    active = fields.Boolean(default=True)
    shop_ids = fields.One2many("marketplace.shop", "account_id")
    shop_count = fields.Integer(compute="_compute_shop_count")
    secrets = fields.Text(groups=fields.NO_ACCESS, copy=False)
    last_success_at = fields.Datetime(readonly=True, copy=False)
    last_error = fields.Text(readonly=True, copy=False)
    last_error_at = fields.Datetime(readonly=True, copy=False)
    last_error_verb = fields.Char("Failed Action", readonly=True, copy=False)
    health = fields.Selection(
        [("unknown", "Not used yet"), ("ok", "Working"), ("limited", "Slowed down"), ("failing", "Failing")],
        compute="_compute_health",
        store=True,
        help="Working: the last call succeeded. Slowed down: the marketplace limits our calls. Failing: see the error.",
    )
    health_limited = fields.Boolean(readonly=True, copy=False)
    needs_authorisation = fields.Boolean(
        readonly=True,
        copy=False,
        help="The marketplace does not accept our access any more. Nothing is exchanged until it is renewed.",
    )
    retention_days = fields.Integer(
        "Keep Buyer Data (days)",
        default=30,
        help="Names, addresses, phones and raw payloads of finished orders are erased this many days after shipment. "
        "Amazon's data protection policy allows 30.",
    )

    _name_company_uniq = models.UniqueIndex("(company_id, name) WHERE active", "This account name is already used.")

    # === COMPUTE METHODS === #

    @api.depends("shop_ids")
    def _compute_shop_count(self):
        counts = dict(
            self.env["marketplace.shop"]._read_group([("account_id", "in", self.ids)], ["account_id"], ["__count"])
        )
        for account in self:
            account.shop_count = counts.get(account, 0)

    @api.depends("last_success_at", "last_error_at", "health_limited", "needs_authorisation")
    def _compute_health(self):
        for account in self:
            if account.needs_authorisation:
                account.health = "failing"
            elif not account.last_success_at and not account.last_error_at:
                account.health = "unknown"
            elif account.last_error_at and (
                not account.last_success_at or account.last_error_at > account.last_success_at
            ):
                account.health = "limited" if account.health_limited else "failing"
            else:
                account.health = "ok"

    # === SECRETS === #

    def _get_secrets(self):
        """Decrypted credentials of this account as ``{name: text}``; never hand the result to a client or a log."""
        self.ensure_one()
        return secret_box.unseal(self.sudo().secrets)

    def _set_secret(self, name, value):
        """Keep one credential, encrypted; an empty value removes it, the mask leaves it as it is."""
        for account in self.sudo():
            if value == MASK:
                continue
            secrets = account._get_secrets()
            if value:
                secrets[name] = value
            else:
                secrets.pop(name, None)
            account.secrets = secret_box.seal(secrets) if secrets else False

    def _mask_secret(self, name):
        """What a screen may show of a credential: a mask when it is set."""
        return MASK if self._get_secrets().get(name) else False

    # === CONNECTOR === #

    def _build_connector(self):
        """Connector of this account, built from its credentials.

        Connector addons override this for their provider; it is the only place that maps a provider to its code.

        :return: :class:`~..contract.Connector`
        :raise UserError: no connector for this provider, or credentials are missing
        """
        self.ensure_one()
        raise UserError(self.env._("No connector is installed for the account %s.", self.name))

    def _get_connector(self):
        """Connector of an account in use. One instance per server process and credential version, so tokens and
        connections are reused."""
        self.ensure_one()
        if self.state == "disabled":
            raise UserError(self.env._("The account %s is disabled. Set it to Test or Production first.", self.name))
        key = (self.env.cr.dbname, self.id)
        version = self._get_connector_signature()
        if modules.module.current_test:
            return self._build_connector()
        with _connectors_lock:
            known = _connectors.get(key)
            if not known or known[0] != version:
                known = _connectors[key] = (version, self._build_connector())
            return known[1]

    def _get_connector_signature(self):
        """Everything a connector is built from; a change of it builds a new one. Tokens are not: they change by the
        hour, and the connector asks its token store for them."""
        account = self.sudo()
        settings = [account[name] for name in self._get_connector_settings()]
        return (self.provider, self.state, account.secrets, *settings)

    def _get_connector_settings(self):
        """Names of the fields a connector is built from: all that are stored and begin with the provider's name."""
        prefix = f"{self.provider}_"
        return [name for name, field in self._fields.items() if field.store and name.startswith(prefix)]

    def _require_settings(self, *names):
        """Check that fields are filled in before a connector is built from them.

        :raise UserError: some are empty; it names them as the screen does
        """
        if missing := [name for name in names if not self._is_filled_in(name)]:
            labels = self.sudo().fields_get(missing, ["string"])
            lacking = ", ".join(labels[name]["string"] for name in missing)
            raise UserError(self.env._("%(account)s lacks: %(fields)s.", account=self.name, fields=lacking))

    def _is_filled_in(self, name):
        field = self._fields[name]
        if isinstance(field, SecretField):
            # Not the field's value: while it is saved, that is what was typed and is not kept yet.
            return field.secret in self._get_secrets()
        return bool(self.sudo()[name])

    def _get_capabilities(self):
        """What the account's connector declares: a set of :class:`~..contract.Capability`, empty for an account that is
        disabled or lacks credentials."""
        try:
            return self._get_connector().capabilities
        except UserError:
            return frozenset()

    def _has_capability(self, capability):
        """Whether the :class:`~..contract.Capability` may be used now: the connector declares it, and the account does
        not wait for a new authorisation. Jobs ask before they call."""
        return not self.needs_authorisation and capability in self._get_connector().capabilities

    def _get_bucket_store(self):
        """Rate-limit state shared by all server processes."""
        return self.env["marketplace.rate.bucket"]._get_store()

    # === HEALTH === #

    def _note_success(self):
        """Record a successful exchange; at most once a minute, so parallel jobs do not queue on this row."""
        now = fields.Datetime.now()
        for account in self.sudo():
            if account.health != "ok" or (now - account.last_success_at).total_seconds() > 60:
                account._write_health({"last_success_at": now, "health_limited": False})

    def _note_error(self, error, verb):
        """Record a failed exchange so that it is seen; call it outside the savepoint that failed.

        :param ConnectorError error: what the connector raised
        :param str verb: what was tried, in the user's words
        """
        for account in self.sudo():
            account._write_health(
                {
                    "last_error": str(error),
                    "last_error_at": fields.Datetime.now(),
                    "last_error_verb": verb,
                    "health_limited": isinstance(error, RateLimited),
                }
            )
            if isinstance(error, AuthenticationFailed):
                account._require_authorisation(error)

    def _write_health(self, vals):
        """Write through the lock of another job only when it is free: health is a hint, not worth waiting for."""
        locked = self.try_lock_for_update(allow_referencing=True)
        locked.with_context(tracking_disable=True).write(vals)

    def _get_responsible(self):
        """User who looks after the account: whoever created it, or the administrator."""
        return (
            self.create_uid if self.create_uid.active and not self.create_uid.share else self.env.ref("base.user_admin")
        )

    # === ACTIONS === #

    def action_test_connection(self):
        """Ask the marketplace for the shops of this account and create the ones that are new."""
        self.ensure_one()
        try:
            infos = self._get_connector().fetch_shops()
        except ConnectorError as error:
            raise UserError(
                self.env._("%(account)s cannot be reached: %(error)s", account=self.name, error=error)
            ) from error
        self._resume()
        created = self._create_missing_shops(infos)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Connected. %(count)s shops found, %(new)s new.", count=len(infos), new=len(created)
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _create_missing_shops(self, infos):
        """Shops of the account that we do not know yet, as draft records.

        :param list infos: :class:`~..contract.ShopInfo`
        """
        Shop = self.env["marketplace.shop"].with_context(active_test=False)
        known = set(Shop.search([("account_id", "=", self.id)]).mapped("external_id"))
        return Shop.create([self._prepare_shop_vals(info) for info in infos if info.external_id not in known])

    def _prepare_shop_vals(self, info):
        currency = (
            self.env["res.currency"].with_context(active_test=False).search([("name", "=", info.currency)], limit=1)
        )
        if not currency.active:
            currency.sudo().active = True
        return {
            "account_id": self.id,
            "name": info.name,
            "external_id": info.external_id,
            "country_id": self.env["res.country"].search([("code", "=", info.country_code)], limit=1).id,
            "currency_id": currency.id,
        }

    def action_view_shops(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Shops"),
            "res_model": "marketplace.shop",
            "view_mode": "kanban,list,form",
            "domain": [("account_id", "=", self.id)],
            "context": {"default_account_id": self.id},
        }
