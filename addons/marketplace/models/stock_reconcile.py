from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..contract import Capability, ConnectorError
from .job_retry import get_retry_seconds


class MarketplaceStockPublisher(models.AbstractModel):
    """Compares what the shops show with what they were told."""

    _inherit = "marketplace.stock.publisher"

    _reconcile_batch_size = 500

    @api.model
    def _cron_reconcile(self):
        for shop in self.env["marketplace.shop"].sudo().search(self._get_shops_domain()):
            self._enqueue_reconcile(shop)

    @api.model
    def _enqueue_reconcile(self, shop, started=None, seconds=None):
        self.sudo().with_delay(
            identity_key=f"marketplace.reconcile.{shop.id}",
            eta=seconds,
            description=self.env._("Check the stock shown in %s", shop.name),
        )._job_reconcile(shop.sudo(), started)

    @api.model
    def _job_reconcile(self, shop, started=None):
        """Compare what a shop shows with what it acknowledged, a batch per job; send what differs again.

        Quantities sent within the shop's echo window, or still without an answer, are not looked at.

        :param datetime started: when this round began; listings checked since are done
        """
        if not self._can_publish(shop) or not shop.account_id._has_capability(Capability.STOCK_READ):
            return
        now = fields.Datetime.now()
        started = started or now
        listings = self._get_unchecked(shop, started, now - timedelta(minutes=shop.echo_minutes))
        if not listings:
            shop.last_reconcile_at = now
            return
        try:
            levels = shop.account_id._get_connector().fetch_stock(shop.external_id, listings.mapped("sku"))
        except ConnectorError as error:
            shop.account_id._note_error(error, self.env._("Check stock"))
            if seconds := get_retry_seconds(error):
                self._enqueue_reconcile(shop, started, seconds)
            return
        shop.account_id._note_success()
        self._apply_seen(shop, listings, {level.sku: level.quantity for level in levels})
        self._enqueue_reconcile(shop, started)

    @api.model
    def _get_unchecked(self, shop, started, pushed_before):
        domain = [
            ("shop_id", "=", shop.id),
            ("state", "=", "matched"),
            ("fulfilment", "=", "merchant"),
            ("push_state", "in", ("accepted", "rejected")),
            ("pushed_at", "<", pushed_before),
            "|",
            ("seen_at", "=", False),
            ("seen_at", "<", started),
        ]
        return self.env["marketplace.listing"].search(domain, order="id", limit=self._reconcile_batch_size)

    @api.model
    def _apply_seen(self, shop, listings, quantity_by_sku):
        """Record the quantities a shop shows and queue those that are wrong.

        :param dict quantity_by_sku: ``{sku: units}``; a SKU that the shop did not answer for is only marked as checked
        """
        listings.seen_at = fields.Datetime.now()
        answered = listings.filtered(lambda listing: listing.sku in quantity_by_sku)
        sold = self._get_units_sold(answered)
        for listing in answered:
            difference = quantity_by_sku[listing.sku] - listing.target_qty
            # The marketplace counts its own sales down by itself; that is no difference, but no reason to stay low.
            explained = 0 < -difference <= sold.get(listing.id, 0)
            listing.seen_qty = quantity_by_sku[listing.sku]
            listing.seen_difference = 0 if explained else difference
            if difference:
                listing.push_state = "queued"
        if self._get_queued(shop, limit=1):
            self._enqueue_push(shop)

    @api.model
    def _get_units_sold(self, listings):
        """Units that the shop sold of each listing since it acknowledged a quantity: ``{listing id: units}``."""
        if not listings:
            return {}
        listings.flush_recordset(["product_id", "shop_id", "acknowledged_at"])
        self.env["sale.order"].flush_model(["date_order", "marketplace_shop_id", "marketplace_fulfilment"])
        self.env["sale.order.line"].flush_model(["order_id", "product_id", "product_uom_qty"])
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT listing.id, SUM(line.product_uom_qty)
                      FROM marketplace_listing listing
                      JOIN sale_order_line line ON line.product_id = listing.product_id
                      JOIN sale_order sale ON sale.id = line.order_id
                     WHERE listing.id IN %s AND sale.marketplace_shop_id = listing.shop_id
                       AND sale.marketplace_fulfilment = 'merchant' AND sale.date_order >= listing.acknowledged_at
                     GROUP BY listing.id
                    """,
                    tuple(listings.ids),
                )
            )
        )
