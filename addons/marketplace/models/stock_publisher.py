import uuid

from odoo import api, fields, models

from ..contract import Capability, ConnectorError, NotReady, PushResult, Rejected
from .job_retry import get_retry_seconds, lock_for_job
from .stock_target import ANSWER_TIMEOUT

LOCKED_RETRY_SECONDS = 10


class MarketplaceStockPublisher(models.AbstractModel):
    """Tells the shops their quantities.

    Publishing has two jobs, because a call to a marketplace cannot be rolled back: the first decides the targets and
    commits them, the second sends what is decided. A server that dies in between sends the same numbers again.
    """

    _inherit = "marketplace.stock.publisher"

    _push_batch_size = 5000

    # === DECIDE: JOB PUBLISH === #

    @api.model
    def _get_shops_domain(self):
        """Shops whose stock is published."""
        return [
            ("state", "=", "running"),
            ("publish_stock", "=", True),
            ("account_id.state", "!=", "disabled"),
            ("account_id.needs_authorisation", "=", False),
        ]

    @api.model
    def _can_publish(self, shop):
        return bool(shop.filtered_domain(self._get_shops_domain())) and shop.account_id._has_capability(
            Capability.STOCK_PUSH
        )

    @api.model
    def _cron_publish(self):
        self._enqueue_publish(self.env["marketplace.shop"].sudo().search(self._get_shops_domain()))

    @api.model
    def _enqueue_publish(self, shops):
        """Have the quantities of the shops brought up to date in the background."""
        for shop in shops.sudo():
            self.sudo().with_delay(
                identity_key=f"marketplace.publish.{shop.id}",
                description=self.env._("Decide the stock of %s", shop.name),
            )._job_publish(shop)

    @api.model
    def _job_publish(self, shop):
        """Decide the targets of a shop and queue what it has not been told yet."""
        if not self._can_publish(shop):
            return
        changes = {listing_id: tuple(change) for listing_id, *change in self._get_changes(shop)}
        listings = self._lock(self.env["marketplace.listing"].browse(changes))
        now = fields.Datetime.now()
        for (target, day, scarce, send), group in listings.grouped(lambda listing: changes[listing.id]).items():
            vals = {"target_qty": target, "target_at": now, "available_on": day, "scarce": scarce}
            group.write({**vals, "push_state": "queued"} if send else vals)
        listings._store_explanations()
        shop.last_publish_at = now
        if self._get_queued(shop, limit=1):
            self._enqueue_push(shop)

    @api.model
    def _lock(self, listings):
        """Keep the rows until the end of the job, so that two jobs never send quantities of one listing in the wrong
        order.

        :raise RetryableJobError: another job holds some of them
        """
        return lock_for_job(listings, LOCKED_RETRY_SECONDS)

    @api.model
    def _get_queued(self, shop, limit):
        if shop.frozen or shop.company_id.marketplace_frozen:
            return self.env["marketplace.listing"]
        domain = [
            ("shop_id", "=", shop.id),
            ("push_state", "=", "queued"),
            ("frozen", "=", False),
            ("product_id.marketplace_frozen", "=", False),
        ]
        return self.env["marketplace.listing"].search(domain, order="target_at, id", limit=limit)

    # === SEND: JOB PUSH === #

    @api.model
    def _enqueue_push(self, shop, seconds=None):
        # A delayed retry has a key of its own, so that it does not swallow the request to send new changes at once.
        self.sudo().with_delay(
            identity_key=f"marketplace.push.{'retry.' if seconds else ''}{shop.id}",
            eta=seconds,
            description=self.env._("Send stock to %s", shop.name),
        )._job_push(shop.sudo())

    @api.model
    def _job_push(self, shop):
        """Send the queued targets of a shop."""
        if not self._can_publish(shop):
            return
        listings = self._lock(self._get_queued(shop, limit=self._push_batch_size))
        if not listings:
            return
        levels = [listing._prepare_level() for listing in listings]
        batch = uuid.uuid4().hex
        try:
            results = shop.account_id._get_connector().push_stock(shop.external_id, levels)
        except NotReady as pending:
            listings._record_push(batch)
            self._enqueue_poll(shop, pending, batch)
        except Rejected as error:
            listings._record_push(batch)._answer(self._get_refusals(levels, error))
            shop.account_id._note_error(error, self.env._("Send stock"))
        except ConnectorError as error:
            shop.account_id._note_error(error, self.env._("Send stock"))
            if seconds := get_retry_seconds(error):
                self._enqueue_push(shop, seconds)
            return
        else:
            listings._record_push(batch)._answer(results)
            shop.account_id._note_success()
        if self._get_queued(shop, limit=1):
            self._enqueue_push(shop)

    @api.model
    def _get_refusals(self, levels, error):
        """The refusal of a whole call, as the answer to each of its levels."""
        return [PushResult(level.sku, accepted=False, message=error.reason) for level in levels]

    # === ANSWER: JOB POLL === #

    @api.model
    def _enqueue_poll(self, shop, pending, batch):
        """:param NotReady pending: carries the handle and the time to wait"""
        self.sudo().with_delay(
            identity_key=f"marketplace.poll.{batch}",
            eta=get_retry_seconds(pending),
            description=self.env._("Read the answer to the stock of %s", shop.name),
        )._job_poll_push(shop.sudo(), pending.handle, batch)

    @api.model
    def _job_poll_push(self, shop, handle, batch):
        """Read the answer to a feed of quantities.

        :param handle: what :class:`~..contract.NotReady` carried
        :param str batch: the updates sent with the feed
        """
        pushes = self.env["marketplace.stock.push"].search([("batch", "=", batch), ("state", "=", "sent")])
        if not pushes or pushes[0].pushed_at < fields.Datetime.now() - ANSWER_TIMEOUT:
            return
        if not shop.account_id._has_capability(Capability.STOCK_PUSH):
            return
        levels = [push._prepare_level() for push in pushes]
        try:
            results = shop.account_id._get_connector().push_stock(shop.external_id, levels, handle=handle)
        except NotReady as pending:
            self._enqueue_poll(shop, pending, batch)
        except Rejected as error:
            pushes._answer(self._get_refusals(levels, error))
            shop.account_id._note_error(error, self.env._("Send stock"))
        except ConnectorError as error:
            shop.account_id._note_error(error, self.env._("Read the answer to a stock update"))
            if seconds := get_retry_seconds(error):
                self._enqueue_poll(shop, NotReady(handle, seconds), batch)
        else:
            pushes._answer(results)
            shop.account_id._note_success()
