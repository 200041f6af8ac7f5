from odoo import api, fields, models

from ..contract import ConnectorError, NotReady


class MarketplaceConfirmable(models.AbstractModel):
    """What a shop must be told in bulk, each record once: it is sent until the marketplace accepts or refuses it.

    A model that inherits this has ``shop_id``, a ``reference`` that the marketplace takes for the idempotency key, and
    a ``state`` with ``pending``, ``confirmed`` and ``rejected``. It defines `_get_confirm_capability`, `_confirm` and
    `_describe_confirm`. Sending a record twice is harmless, so a job that is lost is simply run again.
    """

    _name = "marketplace.confirmable"
    _inherit = ["marketplace.outgoing"]
    _description = "Told to a Marketplace"

    message = fields.Char("Marketplace Answer")
    confirmed_at = fields.Datetime(readonly=True, copy=False)

    # === TO DEFINE === #

    @api.model
    def _get_confirm_capability(self):
        """:class:`~..contract.Capability` without which nothing is sent."""
        raise NotImplementedError

    def _confirm(self, connector):
        """Send the records in one call.

        :return: list of :class:`~..contract.ActionResult`
        """
        raise NotImplementedError

    @api.model
    def _describe_confirm(self):
        """What is done, in the words of the user, for the account's last error."""
        raise NotImplementedError

    # === STATE === #

    def _sum_up(self, finished):
        """The state of several together: ``none`` of nothing, ``rejected`` where one is, ``finished`` where all are,
        else ``pending``."""
        states = set(self.mapped("state"))
        if not states:
            return "none"
        if "rejected" in states:
            return "rejected"
        return finished if states == {finished} else "pending"

    # === WHAT IS DUE === #

    @api.model
    def _get_open_domain(self):
        """Override of `marketplace.outgoing`: as far as their shop may be spoken to."""
        return [
            *super()._get_open_domain(),
            ("shop_id.state", "=", "running"),
            ("shop_id.account_id.state", "!=", "disabled"),
            ("shop_id.account_id.needs_authorisation", "=", False),
        ]

    # === JOB === #

    @api.model
    def _cron_confirm(self):
        """Queue what is due: a safety net for jobs that were lost."""
        for (shop,) in self.sudo()._read_group(self._get_due_domain(), ["shop_id"]):
            self._enqueue_confirm(shop)

    @api.model
    def _enqueue_confirm(self, shops, seconds=None):
        """Have what is pending in the shops sent in the background."""
        self._enqueue_job("_job_confirm", shops, seconds)

    @api.model
    def _enqueue_job(self, method, shops, seconds=None):
        """Queue a job method of this model, once per shop."""
        for shop in shops.sudo():
            # A delayed retry has a key of its own, so that it does not swallow the request to send what is new.
            delayed = (
                self.sudo()
                .browse()
                .with_delay(
                    identity_key=f"{self._name}.{method}.{'retry.' if seconds else ''}{shop.id}",
                    eta=seconds,
                    description=f"{self._describe_confirm()}: {shop.name}",
                )
            )
            getattr(delayed, method)(shop)

    @api.model
    def _job_confirm(self, shop):
        """Send what is due in a shop. Sending one twice is harmless: its reference is the same."""
        records = self._lock_due(shop)
        if not records or not shop.account_id._has_capability(self._get_confirm_capability()):
            return
        records._exchange(lambda connector: records._apply_results(records._confirm(connector)))
        self._enqueue_rest(shop)

    def _exchange(self, talk):
        """Speak to the marketplace about records of one shop, and keep them when it does not answer.

        :param talk: function of the connector
        :return: whether it answered
        """
        account = self.shop_id.account_id
        try:
            talk(account._get_connector())
        except ConnectorError as error:
            self._apply_error(error)
            if not isinstance(error, NotReady):
                account._note_error(error, self._describe_confirm())
            return False
        account._note_success()
        return True

    @api.model
    def _enqueue_rest(self, shop):
        """Come back for what is still to send: at once, or when the first postponed record is due."""
        wait = self._get_wait(shop)
        if wait is not None:
            self._enqueue_confirm(shop, wait)

    # === ANSWERS === #

    @api.model
    def _describe_silence(self):
        return self.env._("The marketplace gave no answer.")

    def _accept_each(self, results):
        self.browse(record.id for record in results)._set_confirmed()

    def _set_confirmed(self):
        self._set_answered({"state": "confirmed", "confirmed_at": fields.Datetime.now()})

    # === ACTIONS === #

    def _send_again(self):
        self._enqueue_confirm(self.shop_id)

    def action_open_order(self):
        self.ensure_one()
        return self.order_id._get_records_action()
