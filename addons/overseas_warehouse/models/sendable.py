from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.marketplace.contract import Rejected
from odoo.addons.marketplace.models.confirmable import RECONNECT_SECONDS
from odoo.addons.marketplace.models.job_retry import UNAVAILABLE_SECONDS, get_retry_seconds


class OverseasSendable(models.AbstractModel):
    """What an operator of warehouses is given in bulk, each record once: it is sent until it is taken or refused.

    A model that inherits this has ``account_id``, a ``reference`` that the provider takes for the idempotency key, and
    a ``state`` with ``pending``, ``accepted`` and ``rejected``. It defines `_get_capability`, `_describe`, `_send` and
    `_follow`. Sending a record twice is harmless, so a job that is lost is simply run again.
    """

    _name = "overseas.sendable"
    _description = "Given to an Overseas Warehouse"

    _batch_size = 200

    external_id = fields.Char("Warehouse Number", readonly=True, copy=False, help="The warehouse's own number of it.")
    attempts = fields.Integer(readonly=True, aggregator=None, copy=False, help="How often it was sent.")
    message = fields.Char("Warehouse Answer", readonly=True, copy=False)
    next_try_at = fields.Datetime("Next Attempt", readonly=True, copy=False)
    accepted_at = fields.Datetime(readonly=True, copy=False)

    # === TO DEFINE === #

    @api.model
    def _get_capability(self):
        """Capability of the provider without which nothing is sent."""
        raise NotImplementedError

    @api.model
    def _describe(self):
        """What is done, in the words of the user."""
        raise NotImplementedError

    def _send(self, provider):
        """Send the records in one call.

        :return: list of ``Booking``
        """
        raise NotImplementedError

    @api.model
    def _follow(self, account):
        """Take over what has become of the records that the account's warehouses have taken."""
        raise NotImplementedError

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

    @api.model
    def _get_due_domain(self, account):
        now = fields.Datetime.now()
        pending = [("account_id", "=", account.id), ("state", "=", "pending")]
        return [*pending, "|", ("next_try_at", "=", False), ("next_try_at", "<=", now)]

    @api.model
    def _lock_due(self, account):
        """Records to send now; what another job is sending is left to it."""
        due = self.search(self._get_due_domain(account), order="id", limit=self._batch_size)
        return due.try_lock_for_update(allow_referencing=True)

    @api.model
    def _get_wait(self, account):
        """Seconds until the first pending record is due; ``None`` without any."""
        domain = [("account_id", "=", account.id), ("state", "=", "pending")]
        record = self.search(domain, order="next_try_at NULLS FIRST", limit=1)
        if not record:
            return None
        return max(0, round((record.next_try_at - fields.Datetime.now()).total_seconds())) if record.next_try_at else 0

    def _send_now(self, account):
        """Send the records of one account, and keep them when it does not answer."""
        bookings, error = account._ask(self._describe(), self._send)
        if isinstance(error, Rejected):
            self._set_rejected(error.reason)
        elif error is not None:
            self._postpone(get_retry_seconds(error) or RECONNECT_SECONDS, str(error))
        else:
            self._apply_bookings(bookings)

    # === ANSWERS === #

    def _apply_bookings(self, bookings):
        """Keep what was said to each record; one without an answer is sent again.

        :param list bookings: ``Booking``
        """
        booking_by_reference = {booking.reference: booking for booking in bookings}
        for record in self:
            booking = booking_by_reference.get(record.reference)
            if booking is None:
                record._postpone(UNAVAILABLE_SECONDS, self.env._("The warehouse gave no answer."))
            elif booking.accepted:
                record._set_accepted(booking)
            elif booking.retry_after is not None:
                record._postpone(max(1, round(booking.retry_after)), booking.message)
            else:
                record._set_rejected(booking.message)

    def _set_accepted(self, booking):
        self._count_attempt()
        values = {"state": "accepted", "accepted_at": fields.Datetime.now(), "message": False, "next_try_at": False}
        self.write({**values, "external_id": booking.external_id or self.external_id})

    def _set_rejected(self, message):
        self._count_attempt()
        self.write({"state": "rejected", "message": message, "next_try_at": False})

    def _postpone(self, seconds, message):
        """Keep the records pending and try again after ``seconds``."""
        self._count_attempt()
        self.write({"message": message, "next_try_at": fields.Datetime.now() + timedelta(seconds=seconds)})

    def _count_attempt(self):
        for record in self:
            record.attempts += 1

    # === ACTIONS === #

    def action_retry(self):
        """Send rejected records again."""
        self.check_access("write")
        rejected = self.filtered(lambda record: record.state == "rejected").sudo()
        rejected.write({"state": "pending", "next_try_at": False})
        self._enqueue(rejected.account_id)
