import threading
from datetime import timedelta

from odoo import api, fields, models, modules
from odoo.exceptions import UserError

from ..contract import AuthenticationFailed, RateLimited
from ..tools import secret_box
from ..tools.secret_field import SecretField

MASK = "••••••••"
ACTIVITY = "mail.mail_activity_data_warning"
_connectors = {}
_connectors_lock = threading.Lock()


class MarketplaceConnection(models.AbstractModel):
    """An account at a system outside: its credentials, the connector built from them, and how well it works.

    A model that inherits this has ``name``, ``provider`` (a selection, to which connector addons add theirs), and
    defines `_build_connector` and `_enqueue_waiting`.
    """

    _name = "marketplace.connection"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Account at a System Outside"
    _check_company_auto = True

    state = fields.Selection(
        [("disabled", "Disabled"), ("test", "Test"), ("enabled", "Production")],
        required=True,
        default="disabled",
        tracking=True,
        help="Disabled accounts exchange nothing. Test accounts talk to the other side's test environment.",
    )
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    active = fields.Boolean(default=True)
    secrets = fields.Text(groups=fields.NO_ACCESS, copy=False)
    last_success_at = fields.Datetime(readonly=True, copy=False)
    last_error = fields.Text(readonly=True, copy=False)
    last_error_at = fields.Datetime(readonly=True, copy=False)
    last_error_verb = fields.Char("Failed Action", readonly=True, copy=False)
    health = fields.Selection(
        [("unknown", "Not used yet"), ("ok", "Working"), ("limited", "Slowed down"), ("failing", "Failing")],
        compute="_compute_health",
        store=True,
        help="Working: the last call succeeded. Slowed down: the other side limits our calls. Failing: see the error.",
    )
    health_limited = fields.Boolean(readonly=True, copy=False)
    needs_authorisation = fields.Boolean(
        readonly=True,
        copy=False,
        help="The other side does not accept our access any more. Nothing is exchanged until it is renewed.",
    )

    # === COMPUTE METHODS === #

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

    def write(self, vals):
        """Override of `mail` to try again with credentials that were changed."""
        waiting = self.filtered("needs_authorisation")
        before = {account: account._get_connector_signature() for account in waiting}
        result = super().write(vals)
        waiting.filtered(lambda account: account._get_connector_signature() != before[account])._end_waiting()
        return result

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
        key = (self.env.cr.dbname, self._name, self.id)
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
        """What the account's connector declares: a set of its contract's capabilities, empty for an account that is
        disabled or lacks credentials."""
        try:
            return self._get_connector().capabilities
        except UserError:
            return frozenset()

    def _has_capability(self, capability):
        """Whether a capability may be used now: the connector declares it, and the account does not wait for a new
        authorisation. Jobs ask before they call."""
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
                at = max(now, account.last_error_at or now)
                account._write_health({"last_success_at": at, "health_limited": False})

    def _note_error(self, error, verb):
        """Record a failed exchange so that it is seen; call it outside the savepoint that failed.

        :param ConnectorError error: what the connector raised
        :param str verb: what was tried, in the user's words
        """
        now = fields.Datetime.now()
        for account in self.sudo():
            # Times are kept to the second: an error after a success of the same second comes later all the same.
            after = account.last_success_at and account.last_success_at + timedelta(seconds=1)
            account._write_health(
                {
                    "last_error": str(error),
                    "last_error_at": max(now, after or now),
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

    # === RED === #

    def _require_authorisation(self, error):
        """Stop all exchange until a person has renewed the access: trying again is in vain.

        :param error: what the other side said
        """
        if not self.try_lock_for_update(allow_referencing=True):
            return  # another job, turned away at the same moment, is just saying so
        self._write_health({"needs_authorisation": True})
        self._schedule_warning(self.env._("Reconnect the account"), str(error))

    def _schedule_warning(self, summary, note):
        """An activity of whoever looks after the account, unless there is one already."""
        if not self.activity_search([ACTIVITY]):
            self.activity_schedule(ACTIVITY, summary=summary, note=note, user_id=self._get_responsible().id)

    def _resume(self):
        """The other side accepts our access: go on with all that waited for it."""
        self._note_success()
        self.filtered("needs_authorisation")._end_waiting()

    def _end_waiting(self):
        """Exchange again. What waited is queued now; the schedules would do so in their time."""
        for account in self.sudo():
            account.needs_authorisation = False
            account.activity_unlink([ACTIVITY])
            if account._get_capabilities():
                account._enqueue_waiting()

    def _enqueue_waiting(self):
        """Queue everything that waits for the other side to accept our access."""
        raise NotImplementedError
