from datetime import timedelta

from odoo import api, fields, models

from ..contract import ConnectorError, NotReady, Rejected
from .job_retry import UNAVAILABLE_SECONDS, get_retry_seconds

# What only a person can repair, such as credentials, is tried again this seldom.
RECONNECT_SECONDS = 900


class MarketplaceConfirmable(models.AbstractModel):
    """What a shop must be told in bulk, each record once: it is sent until the marketplace accepts or refuses it.

    A model that inherits this has ``shop_id``, a ``reference`` that the marketplace takes for the idempotency key, and
    a ``state`` with ``pending``, ``confirmed`` and ``rejected``. It defines `_get_confirm_capability`, `_confirm` and
    `_describe_confirm`. Sending a record twice is harmless, so a job that is lost is simply run again.
    """

    _name = "marketplace.confirmable"
    _description = "Told to a Marketplace"

    _confirm_batch_size = 200
    _confirm_order = "id"

    attempts = fields.Integer(readonly=True, aggregator=None, copy=False, help="How often it was sent.")
    message = fields.Char("Marketplace Answer", readonly=True, copy=False)
    next_try_at = fields.Datetime("Next Attempt", readonly=True, copy=False)
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
        """Records that are to be sent, now or later, as far as their shop may be spoken to."""
        return [
            ("state", "=", "pending"),
            ("shop_id.state", "=", "running"),
            ("shop_id.account_id.state", "!=", "disabled"),
            ("shop_id.account_id.needs_authorisation", "=", False),
        ]

    @api.model
    def _get_due_domain(self):
        """Records to send now."""
        now = fields.Datetime.now()
        return [*self._get_open_domain(), "|", ("next_try_at", "=", False), ("next_try_at", "<=", now)]

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

    @api.model
    def _lock_due(self, shop, domain=()):
        """Records to send now; what another job is sending is left to it.

        :param domain: narrows them further
        """
        domain = [("shop_id", "=", shop.id), *self._get_due_domain(), *domain]
        due = self.search(domain, order=self._confirm_order, limit=self._confirm_batch_size)
        return due.try_lock_for_update(allow_referencing=True)

    def _exchange(self, talk):
        """Speak to the marketplace about records of one shop, and keep them when it does not answer.

        :param talk: function of the connector
        :return: whether it answered
        """
        account = self.shop_id.account_id
        try:
            talk(account._get_connector())
        except Rejected as error:
            self._set_rejected(error.reason)
            account._note_error(error, self._describe_confirm())
        except NotReady as error:
            self._postpone(get_retry_seconds(error), str(error))
        except ConnectorError as error:
            account._note_error(error, self._describe_confirm())
            self._postpone(get_retry_seconds(error) or RECONNECT_SECONDS, str(error))
        else:
            account._note_success()
            return True
        return False

    @api.model
    def _enqueue_rest(self, shop):
        """Come back for what is still to send: at once, or when the first postponed record is due."""
        wait = self._get_wait(shop)
        if wait is not None:
            self._enqueue_confirm(shop, wait)

    @api.model
    def _get_wait(self, shop, domain=()):
        """Seconds until the first open record of a shop is due; ``None`` without any."""
        domain = [("shop_id", "=", shop.id), *self._get_open_domain(), *domain]
        record = self.search(domain, order="next_try_at NULLS FIRST", limit=1)
        if not record:
            return None
        wait = (record.next_try_at - fields.Datetime.now()).total_seconds() if record.next_try_at else 0
        return max(0, round(wait))

    # === ANSWERS === #

    def _apply_results(self, results):
        """Keep what the marketplace said to each record; one without an answer is sent again.

        :param list results: :class:`~..contract.ActionResult`
        """
        result_by_reference = {result.reference: result for result in results}
        confirmed, rejected, again = self.browse(), {}, {}
        for record in self:
            result = result_by_reference.get(record.reference)
            if result is None:
                again[record] = (UNAVAILABLE_SECONDS, self.env._("The marketplace gave no answer."))
            elif result.accepted:
                confirmed += record
            elif result.retry_after is not None:
                again[record] = (max(1, round(result.retry_after)), result.message)
            else:
                rejected[record] = result.message
        confirmed._set_confirmed()
        self._reject_each(rejected)
        self._postpone_each(again)

    def _reject_each(self, messages):
        """:param dict messages: ``{record: message}``"""
        for message, records in self.browse(record.id for record in messages).grouped(messages.get).items():
            records._set_rejected(message)

    def _postpone_each(self, waits):
        """:param dict waits: ``{record: (seconds, message)}``"""
        for (seconds, message), records in self.browse(record.id for record in waits).grouped(waits.get).items():
            records._postpone(seconds, message)

    def _set_confirmed(self):
        self._count_attempt()
        now = fields.Datetime.now()
        self.write({"state": "confirmed", "confirmed_at": now, "message": False, "next_try_at": False})

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
        rejected._reopen()
        self._enqueue_confirm(rejected.shop_id)

    def _reopen(self):
        self.write({"state": "pending", "next_try_at": False})

    def action_open_order(self):
        self.ensure_one()
        return self.order_id._get_records_action()
