from odoo import api, fields, models

from ..contract import Capability, ConnectorError, NotReady, Rejected
from .job_retry import UNAVAILABLE_SECONDS, get_retry_seconds
from .outgoing import RECONNECT_SECONDS

BATCH_SIZE = 500


class SaleOrder(models.Model):
    """Marketplaces that wait to hear that an order has arrived here."""

    _inherit = "sale.order"

    marketplace_acknowledged = fields.Selection(
        [("pending", "To Acknowledge"), ("confirmed", "Acknowledged"), ("rejected", "Refused")],
        string="Acknowledgement",
        copy=False,
        readonly=True,
        help="Some marketplaces wait to hear that an order was received. Empty: this one does not.",
    )
    marketplace_acknowledge_message = fields.Char("Answer to the Acknowledgement", copy=False, readonly=True)

    _marketplace_acknowledge_idx = models.Index(
        "(marketplace_shop_id) WHERE marketplace_acknowledged IN ('pending', 'rejected')"
    )

    def _follow_acknowledgement(self, acknowledged):
        """State after a revision that says whether the marketplace still waits."""
        self.ensure_one()
        if acknowledged:
            return self.marketplace_acknowledged and "confirmed"
        return self.marketplace_acknowledged or "pending"

    def _enqueue_acknowledgement(self, seconds=None):
        """Have the orders acknowledged that wait for it, all of a shop in one job."""
        waiting = self.filtered(lambda order: order.marketplace_acknowledged == "pending")
        for shop in waiting.marketplace_shop_id.sudo():
            self.env["sale.order"].sudo().with_delay(
                channel="root.marketplace.shipment",
                identity_key=f"marketplace-acknowledge-{'retry-' if seconds else ''}{shop.id}",
                eta=seconds,
                description=self.env._("Acknowledge orders of %s", shop.name),
            )._job_acknowledge(shop)

    @api.model
    def _get_acknowledge_domain(self):
        return [
            ("marketplace_acknowledged", "=", "pending"),
            ("marketplace_shop_id.state", "=", "running"),
            ("marketplace_shop_id.account_id.state", "!=", "disabled"),
            ("marketplace_shop_id.account_id.needs_authorisation", "=", False),
        ]

    @api.model
    def _cron_acknowledge(self):
        """Queue what still waits: a safety net for jobs that were lost."""
        self.sudo().search(self._get_acknowledge_domain())._enqueue_acknowledgement()

    @api.model
    def _job_acknowledge(self, shop):
        """Acknowledge the orders of a shop in bulk; telling it twice is harmless."""
        domain = [("marketplace_shop_id", "=", shop.id), *self._get_acknowledge_domain()]
        orders = self.search(domain, order="id", limit=BATCH_SIZE).try_lock_for_update(allow_referencing=True)
        if not orders or not shop.account_id._has_capability(Capability.ACKNOWLEDGEMENT):
            return
        wait = 0
        try:
            results = shop.account_id._get_connector().acknowledge_orders(
                shop.external_id, orders.mapped("marketplace_ref")
            )
        except Rejected as error:
            orders._set_acknowledgement("rejected", error.reason)
            shop.account_id._note_error(error, self.env._("Acknowledge orders"))
        except ConnectorError as error:
            orders._set_acknowledgement("pending", str(error))
            wait = get_retry_seconds(error) or RECONNECT_SECONDS
            if not isinstance(error, NotReady):
                shop.account_id._note_error(error, self.env._("Acknowledge orders"))
        else:
            wait = orders._apply_acknowledgements(results)
            shop.account_id._note_success()
        self.search(domain, limit=1)._enqueue_acknowledgement(wait)

    def _apply_acknowledgements(self, results):
        """Keep what the marketplace said to each order.

        :param list results: :class:`~..contract.ActionResult` by order number
        :return: seconds until the rest should be told again
        """
        order_by_ref = {order.marketplace_ref: order for order in self}
        answers, wait = {}, 0
        for result in results:
            order = order_by_ref.pop(result.reference, None)
            if not order:
                continue
            if result.accepted:
                answers[order] = ("confirmed", False)
            elif result.retry_after is None:
                answers[order] = ("rejected", result.message)
            else:
                answers[order] = ("pending", result.message)
                wait = max(wait, round(result.retry_after), 1)
        for order in order_by_ref.values():
            answers[order] = ("pending", self.env._("The marketplace gave no answer."))
            wait = max(wait, UNAVAILABLE_SECONDS)
        for (state, message), orders in self.filtered(answers.get).grouped(answers.get).items():
            orders._set_acknowledgement(state, message)
        return wait

    def _set_acknowledgement(self, state, message):
        self.write({"marketplace_acknowledged": state, "marketplace_acknowledge_message": message})

    def action_marketplace_acknowledge(self):
        """Tell the marketplace again that refused orders have arrived."""
        self.check_access("write")
        orders = self.filtered(lambda order: order.marketplace_acknowledged == "rejected").sudo()
        orders._set_acknowledgement("pending", False)
        orders._enqueue_acknowledgement()


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    def _enqueue_waiting(self):
        """Extend `marketplace.account` with the acknowledgements that waited for our access."""
        result = super()._enqueue_waiting()
        domain = [("marketplace_shop_id", "in", self.shop_ids.ids), *self.env["sale.order"]._get_acknowledge_domain()]
        self.env["sale.order"].search(domain)._enqueue_acknowledgement()
        return result
