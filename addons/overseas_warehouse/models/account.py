from odoo import api, fields, models
from odoo.addons.marketplace.contract import ConnectorError, InvalidPayload
from odoo.addons.marketplace.models.job_retry import get_retry_seconds


class OverseasAccount(models.Model):
    _name = "overseas.account"
    _description = "Account at an Operator of Overseas Warehouses"
    _inherit = ["marketplace.connection"]
    _order = "name, id"

    name = fields.Char(required=True, help="How you call this account, e.g. 'GoodCang'.")
    provider = fields.Selection(
        [("none", "No connector")],
        required=True,
        default="none",
        help="The operator of the warehouses. Install a connector to get more choices.",
    )
    partner_id = fields.Many2one(
        "res.partner", "Vendor", check_company=True, ondelete="restrict", help="Whom the operator's bills are paid to."
    )
    retention_days = fields.Integer(
        "Keep Addresses (days)",
        default=30,
        help="What the warehouse was given for deliveries without a marketplace order is erased this many days after "
        "they are done. 0: never. With a marketplace order, the marketplace's account decides.",
    )
    warehouse_ids = fields.One2many("overseas.warehouse", "account_id")
    warehouse_count = fields.Integer(compute="_compute_warehouse_count")

    _name_company_uniq = models.UniqueIndex("(company_id, name) WHERE active", "This account name is already used.")

    @api.depends("warehouse_ids")
    def _compute_warehouse_count(self):
        counts = dict(
            self.env["overseas.warehouse"]._read_group([("account_id", "in", self.ids)], ["account_id"], ["__count"])
        )
        for account in self:
            account.warehouse_count = counts.get(account, 0)

    # === EXCHANGE === #

    @api.model
    def _get_live_domain(self):
        """Accounts that may be spoken to."""
        return [("state", "!=", "disabled"), ("needs_authorisation", "=", False)]

    def _ask(self, verb, talk):
        """Speak to the warehouse and note on the account how it went.

        :param str verb: what is done, in the words of the user
        :param talk: function of the provider
        :return: ``(what it returns, None)``, or ``(None, the error)``
        """
        self.ensure_one()
        try:
            answer = talk(self._get_connector())
        except ConnectorError as error:
            self._note_error(error, verb)
            return None, error
        self._note_success()
        return answer, None

    def _note_broken(self, broken, verb):
        """Show that entries of a page could not be read; the others were taken over.

        :param broken: as a page states them
        """
        if broken:
            path, reason, _entry = broken[0]
            self._note_error(InvalidPayload(path, reason), verb)

    def _ask_later(self, verb, talk, again):
        """As `_ask`, for a job: what the warehouse could not answer now is asked again.

        :param again: function of seconds that queues the job once more
        """
        answer, error = self._ask(verb, talk)
        if error is not None and (seconds := get_retry_seconds(error)):
            again(seconds)
        return answer, error

    def _queue(self, model, method, description, seconds=None):
        """Queue a job method of a model that takes the account, once per account."""
        for account in self.sudo():
            delayed = (
                self.env[model]
                .sudo()
                .with_delay(
                    identity_key=f"{model}.{method}.{'retry.' if seconds else ''}{account.id}",
                    eta=seconds,
                    description=f"{description}: {account.name}",
                )
            )
            getattr(delayed, method)(account)

    @api.model
    def _cron_exchange(self):
        """Queue, for each account in use, what is to be sent and what may have changed over there."""
        self.sudo().search(self._get_live_domain())._enqueue_waiting()

    def _enqueue_waiting(self):
        """Override of `marketplace.connection`."""
        for model in ("overseas.product", "overseas.inbound", "overseas.outbound"):
            self.env[model]._enqueue(self)

    # === ACTIONS === #

    def action_find_warehouses(self):
        """Ask for the warehouses of the account and offer those that Odoo does not have."""
        self.ensure_one()
        finder = self.env["overseas.warehouse.finder"]._find(self)
        return finder._get_records_action(name=self.env._("Warehouses of %s", self.name), target="new")

    def action_view_warehouses(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Warehouses"),
            "res_model": "overseas.warehouse",
            "view_mode": "list,form",
            "domain": [("account_id", "=", self.id)],
        }
