from datetime import timedelta

from odoo import api, fields, models

from ..contract import Rejected
from .job_retry import UNAVAILABLE_SECONDS, get_retry_seconds

# What only a person can repair, such as credentials, is tried again this seldom.
RECONNECT_SECONDS = 900


class MarketplaceOutgoing(models.AbstractModel):
    """What somebody outside is given in bulk, each record once: it is sent until it is accepted or refused.

    A model that inherits this has the field named by ``_party``, a ``reference`` that the other side takes for the
    idempotency key, and a ``state`` with ``pending`` and ``rejected``. It defines `_describe_silence`, `_accept_each`
    and `_send_again`. Sending a record twice is harmless, so a job that is lost is simply run again.
    """

    _name = "marketplace.outgoing"
    _description = "Sent Until It Is Answered"

    _party = "shop_id"  # field with whom a job speaks about the records
    _batch_size = 200
    _batch_order = "id"

    attempts = fields.Integer(readonly=True, aggregator=None, copy=False, help="How often it was sent.")
    message = fields.Char("Answer", readonly=True, copy=False)
    next_try_at = fields.Datetime("Next Attempt", readonly=True, copy=False)

    # === TO DEFINE === #

    @api.model
    def _describe_silence(self):
        """What a record reads that the other side has not mentioned, in the words of the user."""
        raise NotImplementedError

    def _accept_each(self, results):
        """Keep what was accepted.

        :param dict results: ``{record: its result}``
        """
        raise NotImplementedError

    def _send_again(self):
        """Have the records sent in the background."""
        raise NotImplementedError

    # === WHAT IS DUE === #

    @api.model
    def _get_open_domain(self):
        """Records that are to be sent, now or later."""
        return [("state", "=", "pending")]

    @api.model
    def _get_due_domain(self):
        """Records to send now."""
        now = fields.Datetime.now()
        return [*self._get_open_domain(), "|", ("next_try_at", "=", False), ("next_try_at", "<=", now)]

    @api.model
    def _lock_due(self, party, domain=()):
        """Records to send now; what another job is sending is left to it.

        :param party: with whom the job speaks
        :param domain: narrows them further
        """
        domain = [(self._party, "=", party.id), *self._get_due_domain(), *domain]
        due = self.search(domain, order=self._batch_order, limit=self._batch_size)
        return due.try_lock_for_update(allow_referencing=True)

    @api.model
    def _get_wait(self, party, domain=()):
        """Seconds until the first open record is due; ``None`` without any."""
        domain = [(self._party, "=", party.id), *self._get_open_domain(), *domain]
        record = self.search(domain, order="next_try_at NULLS FIRST", limit=1)
        if not record:
            return None
        wait = (record.next_try_at - fields.Datetime.now()).total_seconds() if record.next_try_at else 0
        return max(0, round(wait))

    # === ANSWERS === #

    def _apply_results(self, results):
        """Keep what was said to each record; one without an answer is sent again.

        :param list results: with ``reference``, ``accepted``, ``message`` and ``retry_after``
        """
        result_by_reference = {result.reference: result for result in results}
        accepted, rejected, again = {}, {}, {}
        for record in self:
            result = result_by_reference.get(record.reference)
            if result is None:
                again[record] = (UNAVAILABLE_SECONDS, self._describe_silence())
            elif result.accepted:
                accepted[record] = result
            elif result.retry_after is not None:
                again[record] = (max(1, round(result.retry_after)), result.message)
            else:
                rejected[record] = result.message
        self._accept_each(accepted)
        self._reject_each(rejected)
        self._postpone_each(again)

    def _apply_error(self, error):
        """Keep the records when none of them was answered.

        :param ConnectorError error: why
        """
        if isinstance(error, Rejected):
            self._set_rejected(error.reason)
        else:
            self._postpone(get_retry_seconds(error) or RECONNECT_SECONDS, str(error))

    def _reject_each(self, messages):
        """:param dict messages: ``{record: message}``"""
        for message, records in self.browse(record.id for record in messages).grouped(messages.get).items():
            records._set_rejected(message)

    def _postpone_each(self, waits):
        """:param dict waits: ``{record: (seconds, message)}``"""
        for (seconds, message), records in self.browse(record.id for record in waits).grouped(waits.get).items():
            records._postpone(seconds, message)

    def _set_rejected(self, message):
        self._set_answered({"state": "rejected", "message": message})

    def _set_answered(self, values):
        """Write what the other side said; the records are not sent again by themselves."""
        self._count_attempt()
        self.write({"message": False, "next_try_at": False, **values})

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
        rejected._reopen()
        rejected._send_again()

    def _reopen(self):
        self.write({"state": "pending", "next_try_at": False})
