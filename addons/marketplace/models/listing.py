from odoo import api, fields, models
from odoo.exceptions import ValidationError

PUSH_STATES = [
    ("none", "Not Sent"),
    ("queued", "To Send"),
    ("sent", "Waiting for Answer"),
    ("accepted", "Accepted"),
    ("rejected", "Rejected"),
]


class MarketplaceListing(models.Model):
    _name = "marketplace.listing"
    _description = "Marketplace Listing"
    _check_company_auto = True
    _order = "shop_id, sku"
    _rec_name = "sku"
    _rec_names_search = ["sku", "title", "external_product_id"]

    shop_id = fields.Many2one("marketplace.shop", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="shop_id.company_id", store=True, index=True)
    active = fields.Boolean(default=True, help="Listings that have left the shop are kept, but inactive.")
    sku = fields.Char("SKU", required=True, help="Your own number of the offer in this shop.")
    title = fields.Char(help="Title shown to buyers.")
    external_product_id = fields.Char(
        "Marketplace Product", index="btree_not_null", help="The marketplace's own product number, e.g. the ASIN."
    )
    fulfilment_sku = fields.Char(
        "Fulfilment SKU", help="Label of the item in the marketplace's own warehouse, e.g. the FNSKU."
    )
    barcode = fields.Char(help="EAN, UPC or GTIN as the marketplace states it.")
    fulfilment = fields.Selection(
        [("merchant", "Us"), ("marketplace", "Marketplace")],
        string="Shipped By",
        required=True,
        default="merchant",
        help="Who ships orders of this listing. Stock is published only for what you ship yourself.",
    )
    price = fields.Monetary(help="Price in the shop when the listing was last fetched.")
    currency_id = fields.Many2one("res.currency")
    status = fields.Char("Marketplace Status", readonly=True, help="Status as the marketplace words it.")

    product_id = fields.Many2one(
        "product.product",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="What is shipped when this listing is sold.",
    )
    ignored = fields.Boolean(help="Leave this listing out: no product, no stock updates, no reminder.")
    state = fields.Selection(
        [("unmapped", "To Match"), ("matched", "Matched"), ("ignored", "Ignored")],
        compute="_compute_state",
        store=True,
        index=True,
        help="To match: orders of this SKU wait until a product is chosen.",
    )
    suggested_product_id = fields.Many2one(
        "product.product", ondelete="set null", check_company=True, readonly=True
    )
    suggestion_reason = fields.Char("Why", readonly=True)

    publish = fields.Boolean(
        "Offer Stock", default=True, help="When off, 0 is sent to the shop and the listing stops selling."
    )
    override_rule = fields.Boolean("Own Stock Rule", help="Use the rule below instead of the shop's.")
    publish_share = fields.Float(
        "Share (%)", default=100, aggregator=None, help="Part of the available stock offered here."
    )
    publish_buffer = fields.Integer("Buffer", default=0, aggregator=None, help="Units kept back.")
    publish_cap = fields.Integer(
        "Maximum", default=0, aggregator=None, help="Never offer more than this. 0 means no limit."
    )
    publish_end_when = fields.Integer(
        "End When", default=0, aggregator=None, help="Offer 0 as soon as this many units or fewer would be offered."
    )

    target_qty = fields.Integer("Target", default=0, readonly=True, copy=False, help="Units the shop should show.")
    target_at = fields.Datetime("Target Since", readonly=True, copy=False)
    pushed_qty = fields.Integer("Last Sent", default=0, readonly=True, copy=False)
    pushed_at = fields.Datetime("Sent At", readonly=True, copy=False)
    push_id = fields.Many2one(
        "marketplace.stock.push", string="Last Update", readonly=True, copy=False, ondelete="set null", index=True
    )
    push_ids = fields.One2many("marketplace.stock.push", "listing_id", string="Stock Updates")
    acknowledged_qty = fields.Integer(
        "Acknowledged", default=0, readonly=True, copy=False, help="Last quantity the marketplace accepted."
    )
    acknowledged_at = fields.Datetime(readonly=True, copy=False)
    push_state = fields.Selection(
        PUSH_STATES, string="Stock Update", required=True, default="none", readonly=True, copy=False, index=True
    )
    push_message = fields.Char("Marketplace Answer", readonly=True, copy=False)
    seen_qty = fields.Integer(
        "Shown in Shop", default=0, readonly=True, copy=False, help="Quantity the shop showed at the last stock check."
    )
    seen_at = fields.Datetime("Checked At", readonly=True, copy=False)
    seen_difference = fields.Integer(
        "Difference",
        default=0,
        readonly=True,
        copy=False,
        help="Shown in the shop minus what it acknowledged, where no sale explains it. The target is sent again.",
    )

    _sku_uniq = models.Constraint("UNIQUE(shop_id, sku)", "This SKU is already listed in this shop.")

    # === COMPUTE METHODS === #

    @api.depends("sku", "shop_id.name")
    def _compute_display_name(self):
        for listing in self:
            listing.display_name = f"{listing.sku} ({listing.shop_id.name})"

    @api.depends("product_id", "ignored")
    def _compute_state(self):
        for listing in self:
            if listing.ignored:
                listing.state = "ignored"
            else:
                listing.state = "matched" if listing.product_id else "unmapped"

    # === CONSTRAINTS === #

    @api.constrains("publish_share", "publish_buffer", "publish_cap", "publish_end_when")
    def _check_publish_rule(self):
        for listing in self:
            if not 0 <= listing.publish_share <= 100:
                raise ValidationError(self.env._("The share of stock must lie between 0 and 100 percent."))
            if min(listing.publish_buffer, listing.publish_cap, listing.publish_end_when) < 0:
                raise ValidationError(self.env._("Buffer, maximum and end-when cannot be negative."))

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        listings = super().create(vals_list)
        listings.filtered("product_id")._retry_waiting_orders()
        return listings

    def write(self, vals):
        result = super().write(vals)
        if vals.get("product_id"):
            self._retry_waiting_orders()
        return result

    def _retry_waiting_orders(self):
        """Import the orders that waited for a product of these SKUs."""
        if self.env.context.get("marketplace_defer_retry"):
            return
        for shop, listings in self.grouped("shop_id").items():
            self.env["marketplace.inbox"].sudo()._retry_waiting("unknown_sku", shop, listings.mapped("sku"))

    def _set_products(self, product_by_listing):
        """Match many listings at once.

        :param dict product_by_listing: ``{listing: product}``
        """
        for listing, product in product_by_listing.items():
            listing.with_context(marketplace_defer_retry=True).write(
                {"product_id": product.id, "suggested_product_id": False, "suggestion_reason": False}
            )
        self.browse(listing.id for listing in product_by_listing)._retry_waiting_orders()

    # === MATCHING ACTIONS === #

    def action_accept_suggestions(self):
        """Use the suggested product of every chosen listing that still has none."""
        chosen = self.filtered(lambda listing: listing.state == "unmapped" and listing.suggested_product_id)
        self._set_products({listing: listing.suggested_product_id for listing in chosen})
        return self._notify(self.env._("%(count)s listings matched.", count=len(chosen)))

    def action_create_products(self):
        """Make a storable product for every chosen listing that has none; the same SKU in two shops shares one."""
        chosen = self.filtered(lambda listing: listing.state == "unmapped")
        first_by_sku = {}
        for listing in chosen:
            first_by_sku.setdefault((listing.company_id, listing.sku), listing)
        taken = self._get_taken_barcodes([listing.barcode for listing in first_by_sku.values() if listing.barcode])
        vals_list = []
        for listing in first_by_sku.values():
            vals = listing._prepare_product_vals()
            if vals["barcode"] in taken:
                vals["barcode"] = False
            taken.add(vals["barcode"])
            vals_list.append(vals)
        products = dict(zip(first_by_sku, self.env["product.product"].create(vals_list), strict=True))
        self._set_products({listing: products[listing.company_id, listing.sku] for listing in chosen})
        return self._notify(self.env._("%(count)s products created.", count=len(products)))

    @api.model
    def _get_taken_barcodes(self, barcodes):
        """Which of the barcodes products already use."""
        products = self.env["product.product"].sudo().with_context(active_test=False)
        return set(products.search([("barcode", "in", barcodes)]).mapped("barcode"))

    def _prepare_product_vals(self):
        """Values of the product to create for this listing. Weight and cost are not known from a listing."""
        self.ensure_one()
        company = self.company_id
        price = self.price
        if self.currency_id and self.currency_id != company.currency_id:
            price = self.currency_id._convert(price, company.currency_id, company, fields.Date.context_today(self))
        return {
            "name": self.title or self.sku,
            "default_code": self.sku,
            "barcode": self.barcode or False,
            "type": "consu",
            "is_storable": True,
            "list_price": price,
        }

    def action_ignore(self):
        self.ignored = True

    def action_unignore(self):
        self.ignored = False

    # === PUBLISHING ACTIONS === #

    def action_publish(self):
        """Offer the stock of these listings again."""
        self.publish = True
        self.env["marketplace.stock.publisher"]._enqueue_publish(self.shop_id)

    def action_unpublish(self):
        """Take these listings off sale: the shop is sent 0."""
        self.publish = False
        self.env["marketplace.stock.publisher"]._enqueue_publish(self.shop_id)

    def action_push_now(self):
        """Send the quantities again, changed or not."""
        self.sudo().push_state = "none"
        self.env["marketplace.stock.publisher"]._enqueue_publish(self.shop_id)
        return self._notify(self.env._("Stock is being sent in the background."))

    def action_view_pushes(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace.action_stock_push")
        action["domain"] = [("listing_id", "=", self.id)]
        action["context"] = {}
        return action

    def _notify(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "info", "message": message, "next": {"type": "ir.actions.client", "tag": "soft_reload"}},
        }


class MarketplaceShop(models.Model):
    _inherit = "marketplace.shop"

    listing_ids = fields.One2many("marketplace.listing", "shop_id", readonly=True)
    unmapped_count = fields.Integer("Listings to Match", compute="_compute_unmapped_count")

    def _compute_unmapped_count(self):
        counts = dict(
            self.env["marketplace.listing"]._read_group(
                [("shop_id", "in", self.ids), ("state", "=", "unmapped")], ["shop_id"], ["__count"]
            )
        )
        for shop in self:
            shop.unmapped_count = counts.get(shop, 0)

    def action_fetch_listings(self):
        """Get the shop's listings now, in the background."""
        self.env["marketplace.listing.importer"]._enqueue_import(self)
        return self._notify(self.env._("Fetching listings in the background."))

    def action_push_now(self):
        """Send the quantities of all listings again, changed or not."""
        return self.listing_ids.action_push_now()

    def action_view_listings(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace.action_listing")
        action["domain"] = [("shop_id", "in", self.ids)]
        action["context"] = {"search_default_unmapped": 1} if any(shop.unmapped_count for shop in self) else {}
        return action
