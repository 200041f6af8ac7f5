import re

from odoo import api, models
from odoo.tools import SQL

from ..contract import Capability, ConnectorError, NotReady
from .job_retry import get_retry_seconds


class MarketplaceListingImporter(models.AbstractModel):
    """Brings the listings of a shop into Odoo and finds their products."""

    _name = "marketplace.listing.importer"
    _description = "Listing Importer"

    # === JOB === #

    @api.model
    def _cron_import(self):
        domain = [
            ("state", "=", "running"),
            ("account_id.state", "!=", "disabled"),
            ("account_id.needs_authorisation", "=", False),
        ]
        self._enqueue_import(self.env["marketplace.shop"].sudo().search(domain))

    @api.model
    def _enqueue_import(self, shops):
        """Have the listings of the shops fetched in the background."""
        for shop in shops.sudo():
            self._enqueue_one(shop)

    @api.model
    def _enqueue_one(self, shop, handle=None, seconds=None):
        self.sudo().with_delay(
            identity_key=f"marketplace.listings.{shop.id}",
            eta=seconds,
            description=self.env._("Fetch the listings of %s", shop.name),
        )._job_import(shop, handle)

    @api.model
    def _job_import(self, shop, handle=None):
        """Fetch all listings of a shop; while the marketplace still prepares its report, come back later.

        :param handle: what :class:`~..contract.NotReady` carried
        """
        account = shop.account_id
        if account.state == "disabled" or not account._has_capability(Capability.LISTINGS):
            return
        try:
            listings = account._get_connector().fetch_listings(shop.external_id, handle)
        except NotReady as pending:
            self._enqueue_one(shop, pending.handle, get_retry_seconds(pending))
        except ConnectorError as error:
            account._note_error(error, self.env._("Fetch listings"))
            if seconds := get_retry_seconds(error):
                self._enqueue_one(shop, handle, seconds)
        else:
            account._note_success()
            self._apply(shop, listings)

    # === UPSERT === #

    @api.model
    def _apply(self, shop, received):
        """Bring the listings of a shop up to date and match the new ones.

        :param list received: :class:`~..contract.Listing`, all of the shop
        :return: the listings that are in the shop
        """
        Listing = self.env["marketplace.listing"].with_context(active_test=False)
        existing = {listing.sku: listing for listing in Listing.search([("shop_id", "=", shop.id)])}
        currency_by_name = self._get_currencies(received)
        vals_by_sku = {listing.sku: self._prepare_vals(shop, listing, currency_by_name) for listing in received}
        current = Listing.browse()
        for sku, listing in existing.items():
            if sku in vals_by_sku:
                self._update(listing, vals_by_sku[sku])
                current += listing
        if received:
            # An empty answer is a broken report far more often than a shop without offers.
            (Listing.concat(*existing.values()) - current).active = False
        current += Listing.create([vals for sku, vals in vals_by_sku.items() if sku not in existing])
        self._match(current.filtered(lambda listing: listing.state == "unmapped"))
        return current

    @api.model
    def _get_currencies(self, received):
        names = {listing.price.currency for listing in received if listing.price}
        currencies = self.env["res.currency"].with_context(active_test=False).search([("name", "in", list(names))])
        return {currency.name: currency for currency in currencies}

    @api.model
    def _prepare_vals(self, shop, listing, currency_by_name):
        """Values of a listing as the marketplace states it.

        :param listing: :class:`~..contract.Listing`
        :param dict currency_by_name: ``{ISO code: currency}``
        """
        vals = {
            "shop_id": shop.id,
            "sku": listing.sku,
            "title": listing.title,
            "fulfilment": listing.fulfilment.value,
            "external_product_id": listing.product_id,
            "fulfilment_sku": listing.fulfilment_sku,
            "barcode": listing.barcode,
            "status": listing.status,
            "active": True,
        }
        if listing.price and listing.price.currency in currency_by_name:
            vals["currency_id"] = currency_by_name[listing.price.currency].id
            vals["price"] = float(listing.price.amount)
        return vals

    @api.model
    def _update(self, listing, vals):
        """Write only what the marketplace changed."""
        old = listing._convert_to_write({name: listing[name] for name in vals})
        changed = {name: value for name, value in vals.items() if (old[name] or False) != (value or False)}
        if changed:
            listing.write(changed)

    # === MATCHING === #

    @api.model
    def _match(self, listings):
        """Set the product where exactly one fits, suggest one where it is only likely.

        :param listings: listings without a product
        """
        exact = self._find_exact(listings)
        listings._set_products(exact)
        rest = listings.filtered(lambda listing: listing not in exact)
        for listing, (product, reason) in self._find_likely(rest).items():
            if listing.suggested_product_id != product:
                listing.write({"suggested_product_id": product.id, "suggestion_reason": reason})

    @api.model
    def _find_exact(self, listings):
        """Listings whose SKU is the reference, or whose barcode is the barcode, of exactly one product."""
        by_reference = self._search_products("default_code", set(listings.mapped("sku")))
        by_barcode = self._search_products("barcode", {listing.barcode for listing in listings if listing.barcode})
        exact = {}
        for listing in listings:
            for found in (by_reference.get(listing.sku), by_barcode.get(listing.barcode)):
                candidates = self._filter_company(listing, found)
                if len(candidates) == 1:
                    exact[listing] = candidates
                    break
        return exact

    @api.model
    def _search_products(self, field, values):
        """``{value: products}`` of all products with one of the values."""
        products = self.env["product.product"].search_fetch([(field, "in", list(values))], [field, "company_id"])
        return products.grouped(field)

    @api.model
    def _filter_company(self, listing, products):
        products = products if products is not None else self.env["product.product"]
        return products.filtered(lambda product: not product.company_id or product.company_id == listing.company_id)

    @api.model
    def _find_likely(self, listings):
        """Best guess per listing, if there is any: ``{listing: (product, why)}``."""
        sources = (
            (self._find_by_other_listing(listings, "sku"), self.env._("Same SKU in another shop")),
            (
                self._find_by_other_listing(listings, "external_product_id"),
                self.env._("Same marketplace product in another listing"),
            ),
            (self._find_by_spelling(listings), self.env._("Reference differs only in spelling")),
            (self._find_by_prefix(listings), self.env._("SKU begins with the reference")),
        )
        likely = {}
        for listing in listings:
            for found, reason in sources:
                product = self._filter_company(listing, found.get(listing))[:1]
                if product:
                    likely[listing] = (product, reason)
                    break
        return likely

    @api.model
    def _find_by_other_listing(self, listings, field):
        values = {listing[field] for listing in listings if listing[field]}
        matched = (
            self.env["marketplace.listing"]
            .with_context(active_test=False)
            .search_fetch([(field, "in", list(values)), ("product_id", "!=", False)], [field, "product_id"])
        )
        by_value = matched.grouped(field)
        return {listing: by_value[listing[field]].product_id for listing in listings if listing[field] in by_value}

    @api.model
    def _find_by_spelling(self, listings):
        """Products whose reference has the same letters and digits."""
        by_key = {}
        for listing in listings:
            by_key.setdefault(self._get_spelling(listing.sku), []).append(listing)
        found = self._search_spellings(by_key)
        return {listing: product for key, product in found.items() for listing in by_key[key]}

    @api.model
    def _find_by_prefix(self, listings):
        """Products whose reference is the SKU up to a separator, as in ABC-1 and ABC-1-FBA; the longest wins."""
        keys_by_listing = {}
        for listing in listings:
            parts = re.split(r"[-_. /]", listing.sku)
            keys_by_listing[listing] = [self._get_spelling("".join(parts[:n])) for n in range(len(parts) - 1, 0, -1)]
        found = self._search_spellings({key for keys in keys_by_listing.values() for key in keys})
        return {
            listing: next(found[key] for key in keys if key in found)
            for listing, keys in keys_by_listing.items()
            if any(key in found for key in keys)
        }

    @api.model
    def _get_spelling(self, text):
        return re.sub(r"[^A-Z0-9]", "", text.upper())

    @api.model
    def _search_spellings(self, keys):
        """``{letters and digits: products}`` of all products whose reference comes down to one of the keys."""
        keys = [key for key in keys if key]
        if not keys:
            return {}
        self.env["product.product"].flush_model(["default_code", "active"])
        rows = self.env.execute_query(
            SQL(
                r"""
                SELECT spelling, ARRAY_AGG(id ORDER BY id)
                  FROM (SELECT id, regexp_replace(upper(default_code), '[^A-Z0-9]', '', 'g') AS spelling
                          FROM product_product WHERE active AND default_code IS NOT NULL) AS product
                 WHERE spelling = ANY(%s)
                 GROUP BY spelling
                """,
                keys,
            )
        )
        return {key: self.env["product.product"].browse(ids) for key, ids in rows}
