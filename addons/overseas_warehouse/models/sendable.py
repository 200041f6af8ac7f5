import json

from odoo import api, fields, models

from ..contract import to_json


class OverseasSendable(models.AbstractModel):
    """What an operator of warehouses is given in bulk, each record once: it is sent until it is taken or refused.

    A model that inherits this has ``account_id``, a ``reference`` that the provider takes for the idempotency key, and
    a ``state`` with ``pending``, ``accepted`` and ``rejected``. It defines `_get_capability`, `_describe`,
    `_prepare_given`, `_send` and `_follow`. Sending a record twice is harmless: a job that is lost is simply run again.
    """

    _name = "overseas.sendable"
    _inherit = ["marketplace.outgoing"]
    _description = "Given to an Overseas Warehouse"

    _party = "account_id"

    external_id = fields.Char("Warehouse Number", readonly=True, copy=False, help="The warehouse's own number of it.")
    message = fields.Char("Warehouse Answer")
    accepted_at = fields.Datetime(readonly=True, copy=False)
    payload = fields.Json(readonly=True, copy=False)
    payload_text = fields.Text("What Was Sent", compute="_compute_payload_text", help="At the last attempt.")

    # === TO DEFINE === #

    @api.model
    def _get_capability(self):
        """Capability of the provider without which nothing is sent."""
        raise NotImplementedError

    @api.model
    def _describe(self):
        """What is done, in the words of the user."""
        raise NotImplementedError

    def _prepare_given(self):
        """The records in the words of the contract: ``{record: what is sent}``. One that cannot be written down is
        refused with what a person has to add, and left out."""
        raise NotImplementedError

    @api.model
    def _send(self, provider, given):
        """Send what was prepared in one call.

        :return: list of ``Booking``
        """
        raise NotImplementedError

    @api.model
    def _follow(self, account):
        """Take over what has become of the records that the account's warehouses have taken."""
        raise NotImplementedError

    @api.depends("payload")
    def _compute_payload_text(self):
        for record in self:
            record.payload_text = record.payload and json.dumps(record.payload, indent=2, ensure_ascii=False)

    @api.model
    def _get_by_number(self, accounts, numbers):
        """``{(account, number): record}`` of those that have one of the numbers; ours goes before the warehouse's."""
        found = self.search(
            [
                ("account_id", "in", accounts.ids),
                "|",
                ("reference", "in", numbers),
                ("external_id", "in", numbers),
            ]
        )
        by_number = {(record.account_id, record.external_id): record for record in found if record.external_id}
        return {**by_number, **{(record.account_id, record.reference): record for record in found}}

    # === JOBS === #

    @api.model
    def _enqueue(self, accounts, seconds=None):
        """Have what is pending at the accounts sent, and what is open asked about, in the background."""
        accounts._queue(self._name, "_job_exchange", self._describe(), seconds)

    @api.model
    def _job_exchange(self, account):
        """Send what is due at an account, then ask about what is open. Running it twice does nothing twice."""
        if account.state == "disabled" or not account._has_capability(self._get_capability()):
            return
        due = self._lock_due(account)
        if due:
            due._send_now(account)
        self._follow(account)
        if (seconds := self._get_wait(account)) is not None:
            self._enqueue(account, seconds or 1)

    def _send_now(self, account):
        """Send the records of one account, and keep them when it does not answer.

        :return: what was sent, as `_prepare_given`
        """
        given = self._prepare_given()
        if not given:
            return given
        bookings, error = account._ask(self._describe(), lambda provider: self._send(provider, list(given.values())))
        for record, content in given.items():
            record.payload = to_json(content)
        sent = self.browse(record.id for record in given)
        if error is not None:
            sent._apply_error(error)
        else:
            sent._apply_results(bookings)
        return given

    # === ANSWERS === #

    @api.model
    def _describe_silence(self):
        return self.env._("The warehouse gave no answer.")

    def _accept_each(self, bookings):
        """Override of `marketplace.outgoing`: with the warehouse's numbers.

        :param dict bookings: ``{record: Booking}``
        """
        accepted = self.browse(record.id for record in bookings)
        accepted._set_answered({"state": "accepted", "accepted_at": fields.Datetime.now()})
        for record, booking in bookings.items():
            if booking.external_id:
                record.external_id = booking.external_id

    def _send_again(self):
        self._enqueue(self.account_id)
