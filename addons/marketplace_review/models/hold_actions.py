from odoo import api, fields, models
from odoo.exceptions import UserError

# What one click does about each kind; the rest is accepted as it is.
WAYS = {
    "short": "reserve",
    "address": "address",
    "address_check": "address",
    "unmapped": "match",
    "inbox": "import",
    "unknown": "fetch",
    "cancelling": "fetch",
    "cancel_request": "agree",
    "duplicate": "duplicate",
    "forbidden": "cancel",
    "blacklist": "cancel",
    "unfulfillable": "cancel",
    "unpaid": "cancel",
}
ACTIONS = {
    "reserve": "action_reserve",
    "address": "action_correct_address",
    "match": "action_match",
    "import": "action_retry",
    "fetch": "action_retry",
    "agree": "action_cancel_order",
    "duplicate": "action_cancel_order",
    "cancel": "action_cancel_order",
    "accept": "action_release",
}
# What the marketplace is told when an order is cancelled because of a hold.
CANCEL_REASONS = {
    "short": "out_of_stock",
    "cancel_request": "buyer_request",
    "address": "address",
    "address_check": "address",
    "price": "price",
    "margin": "price",
}


class MarketplaceHold(models.Model):
    """What a person does on the desk."""

    _inherit = "marketplace.hold"

    way_out = fields.Selection(
        [
            ("reserve", "Reserve Again"),
            ("address", "Correct Address"),
            ("match", "Match SKU"),
            ("import", "Import Again"),
            ("fetch", "Fetch Again"),
            ("agree", "Cancel at Marketplace"),
            ("duplicate", "Cancel the Duplicate"),
            ("cancel", "Cancel Order"),
            ("accept", "Accept"),
        ],
        compute="_compute_way_out",
    )

    @api.depends("kind")
    def _compute_way_out(self):
        for hold in self:
            hold.way_out = WAYS.get(hold.kind, "accept")

    def action_way_out(self):
        """Do what the kind of the hold asks for."""
        self.ensure_one()
        return getattr(self, ACTIONS[self.way_out])()

    # === DECIDING === #

    def action_release(self):
        """The orders may leave as they are. What is short stays held until there is stock; an order whose status
        nobody knew is confirmed; what waits in the inbox is left there.
        """
        self.check_access("write")
        holds = self.filtered(lambda hold: hold.state == "open")
        short = holds.filtered(lambda hold: hold.kind == "short")
        # First, for it runs in a transaction of its own and would wait for whatever this one has changed.
        result = short.action_reserve() if short else True
        released = (holds - short)._close("released")
        unknown = released.filtered(lambda hold: hold.kind == "unknown").order_id
        drafts = unknown.filtered(lambda order: order.state == "draft")
        self.env["marketplace.order.importer"].sudo()._confirm_released(drafts)
        return result

    def action_reserve(self):
        """Try again to reserve stock for the orders; those that get all of it are no longer held."""
        self.check_access("write")
        orders = self.sudo().order_id
        orders.action_marketplace_reserve()
        self.invalidate_recordset()
        left = self.filtered(lambda hold: hold.state == "open")
        if not left:
            return True
        if len(left) == 1:
            return self._notify(self.env._("Stock is still short: %s", left.note), "warning")
        return self._notify(self.env._("%s orders are still short of stock.", len(left)), "warning")

    def action_hold_again(self):
        """Take back a release, as long as nothing has left."""
        self.check_access("write")
        holds = self.sudo().filtered(lambda hold: hold.state == "released")
        holds._check_can_hold_again()
        holds.write({"state": "open", "resolved_by_id": False, "resolved_at": False})
        holds.order_id._show_holds()
        return True

    def _check_can_hold_again(self):
        open_kinds = {(hold.order_id, hold.kind) for hold in self._find_open(self.order_id)}
        for hold in self:
            order = hold.order_id
            if hold.inbox_id and hold.inbox_id.state not in ("waiting", "failed"):
                raise UserError(self.env._("%s is no longer waiting in the inbox.", hold.reference))
            if order.state == "cancel":
                raise UserError(self.env._("%s is cancelled: there is nothing left to hold.", hold.reference))
            if any(picking.state == "done" for picking in order.picking_ids):
                raise UserError(self.env._("%s has left already and cannot be held again.", hold.reference))
            if order and (order, hold.kind) in open_kinds:
                raise UserError(self.env._("%s is already held again for the same reason.", hold.reference))

    def action_take(self):
        """Make me the owner."""
        self.check_access("write")
        self.filtered(lambda hold: hold.state == "open").user_id = self.env.user
        return True

    def action_retry(self):
        """Try again what can be without a decision: reserve, import or fetch, whatever each kind waits for."""
        self.check_access("write")
        holds = self.sudo().filtered(lambda hold: hold.state == "open")
        short = holds.filtered(lambda hold: hold.kind == "short")
        if short:
            short.action_reserve()
        holds.inbox_id.action_retry()
        (holds - short).order_id._enqueue_refetch()
        return self._notify(self.env._("Trying again. What is solved leaves the desk by itself."))

    # === CANCELLING === #

    def action_cancel_order(self):
        """Ask how to cancel the order: at the marketplace, or only here where the marketplace cannot be told."""
        self.ensure_one()
        self.check_access("write")
        order = self.order_id
        if order.marketplace_can_cancel:
            action = order.action_marketplace_cancel()
            wizard = self.env[action["res_model"]].browse(action["res_id"])
            wizard.reason = CANCEL_REASONS.get(self.kind, "other")
            return action
        self._check_can_cancel_here()
        wizard = self.env["marketplace.hold.cancel"].create({"hold_id": self.id})
        return wizard._get_records_action(name=self.env._("Cancel Order"), target="new")

    def _cancel_here(self):
        """Cancel the order in Odoo, without telling the marketplace."""
        self.check_access("write")
        self._check_can_cancel_here()
        self.order_id.action_cancel()

    def _check_can_cancel_here(self):
        order = self.sudo().order_id
        if "pending" in order.marketplace_cancellation_ids.mapped("state"):
            raise UserError(
                self.env._("The marketplace has been asked to cancel %s. Its answer decides.", self.reference)
            )
        if any(picking.state == "done" for picking in order.picking_ids):
            raise UserError(self.env._("%s has left already. Refund the buyer instead.", self.reference))

    # === OPENING === #

    def action_correct_address(self):
        """Correct the delivery address; the check runs again when it is saved."""
        self.ensure_one()
        wizard = self.env["marketplace.hold.address"]._open(self)
        return wizard._get_records_action(name=self.env._("Correct Address"), target="new")

    def action_match(self):
        """Open the listings that need a product before the order can be imported."""
        self.ensure_one()
        skus = (self.inbox_id.reason_key or "").split("\n")
        domain = [("shop_id", "=", self.shop_id.id), ("sku", "in", skus), ("product_id", "=", False)]
        listings = self.env["marketplace.listing"].search(domain)
        if not listings:
            return self.action_retry()
        if len(listings) == 1:
            return listings._get_records_action()
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace.action_listing_review")
        return {**action, "domain": [("id", "in", listings.ids)], "context": {}}

    def action_open_order(self):
        """Open the order, or what waits in the inbox."""
        self.ensure_one()
        return (self.order_id or self.inbox_id)._get_records_action()

    def _notify(self, message, kind="info", next_action=None):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "message": message,
                "next": next_action or {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
