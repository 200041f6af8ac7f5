from odoo import api, fields, models

from ..contract import StockLevel

KEEP_DAYS = 60


class MarketplaceStockPush(models.Model):
    _name = "marketplace.stock.push"
    _description = "Stock Update Sent to a Marketplace"
    _order = "id desc"
    _rec_name = "listing_id"

    listing_id = fields.Many2one("marketplace.listing", required=True, ondelete="cascade", index=True, readonly=True)
    shop_id = fields.Many2one("marketplace.shop", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one(related="shop_id.company_id", store=True, index=True)
    batch = fields.Char(index=True, readonly=True, help="Updates sent in one call share this.")
    quantity = fields.Integer(readonly=True, aggregator=None, help="Units sent: the full number, never a change.")
    available_on = fields.Date(readonly=True, help="Day told to the marketplace, for units that are on their way.")
    previous_qty = fields.Integer(
        "Before", readonly=True, aggregator=None, help="Units the marketplace had acknowledged before."
    )
    state = fields.Selection(
        [("sent", "Waiting for Answer"), ("accepted", "Accepted"), ("rejected", "Rejected")],
        required=True,
        readonly=True,
        default="sent",
    )
    message = fields.Char("Marketplace Answer", readonly=True)
    pushed_at = fields.Datetime("Sent At", readonly=True, index=True)
    answered_at = fields.Datetime(readonly=True)

    def _prepare_level(self):
        """What was sent, in the words of the contract."""
        self.ensure_one()
        return StockLevel(self.listing_id.sku, self.quantity, available_on=self.available_on or None)

    def _answer(self, results):
        """Keep what the marketplace said. An update without an answer stays open.

        :param list results: :class:`~..contract.PushResult`
        """
        result_by_sku = {result.sku: result for result in results}
        accepted, rejected = self.browse(), {}
        for push in self:
            result = result_by_sku.get(push.listing_id.sku)
            if result and result.accepted:
                accepted += push
            elif result:
                rejected[push] = result.message
        accepted._accept()
        self.browse(push.id for push in rejected)._reject(rejected)

    def _accept(self):
        now = fields.Datetime.now()
        self.write({"state": "accepted", "answered_at": now})
        grouped = self._get_latest().grouped(lambda push: (push.quantity, push.listing_id._get_replaced()))
        for (quantity, replaced), pushes in grouped.items():
            listings = pushes.listing_id
            listings.write({"acknowledged_qty": quantity, "acknowledged_at": now, "replaced_qty": replaced})
            listings._get_awaiting().write({"push_state": "accepted", "push_message": False})

    def _reject(self, message_by_push):
        """:param dict message_by_push: ``{update: what the marketplace said}``"""
        self.write({"state": "rejected", "answered_at": fields.Datetime.now()})
        for message, pushes in self.grouped(message_by_push.get).items():
            pushes.message = message
            pushes._get_latest().listing_id._get_awaiting().write({"push_state": "rejected", "push_message": message})

    def _get_latest(self):
        """The updates that no later update of the same listing has replaced."""
        return self.filtered(lambda push: push.listing_id.push_id == push)

    @api.autovacuum
    def _gc_pushes(self, limit=10000):
        """The log of stock updates is kept for 60 days."""
        pushes = self.search([("pushed_at", "<", f"-{KEEP_DAYS}d")], limit=limit)
        pushes.unlink()
        return len(pushes), limit if len(pushes) == limit else 0


class MarketplaceListing(models.Model):
    _inherit = "marketplace.listing"

    def _get_replaced(self):
        """Most units the shop showed, up to now, since a time at which all its orders were known."""
        cursor, since = self.shop_id.order_cursor, self.acknowledged_at
        heard = cursor and since and cursor >= since
        return self.acknowledged_qty if heard else max(self.acknowledged_qty, self.replaced_qty)

    def _get_awaiting(self):
        """Listings whose last quantity is under way and not already replaced by a newer target."""
        return self.filtered(lambda listing: listing.push_state == "sent")

    def _prepare_level(self):
        """The target in the words of the contract."""
        self.ensure_one()
        return StockLevel(self.sku, self.target_qty, available_on=self.available_on or None)

    def _record_push(self, batch):
        """Log that the target of each listing has been sent; what is in flight is on the listing, too.

        :param str batch: identifies the call
        :return: the log rows, one per listing
        """
        now = fields.Datetime.now()
        pushes = self.env["marketplace.stock.push"].create(
            [
                {
                    "listing_id": listing.id,
                    "shop_id": listing.shop_id.id,
                    "batch": batch,
                    "quantity": listing.target_qty,
                    "available_on": listing.available_on,
                    "explanation": listing.explanation,
                    "previous_qty": listing.acknowledged_qty,
                    "pushed_at": now,
                }
                for listing in self
            ]
        )
        for push in pushes:
            push.listing_id.push_id = push
        for quantity, listings in self.grouped("target_qty").items():
            listings.write({"pushed_qty": quantity, "pushed_at": now, "push_state": "sent", "push_message": False})
        return pushes
