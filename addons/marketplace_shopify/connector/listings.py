"""Offers of the shop: product variants."""

from ...marketplace.contract import Fulfilment, Listing, Money
from . import documents
from .paging import all_of

PAGE_SIZE = 250


def fetch_listings(api, shop_id, currency):
    """Every variant that has a SKU, as list of :class:`Listing`; prices are in the shop's currency."""
    variants = all_of(api, documents.VARIANTS, "productVariants", first=PAGE_SIZE)
    return [_read_listing(variant, shop_id, currency) for variant in variants if variant.text("sku")]


def _read_listing(variant, shop_id, currency):
    quantity = variant.data.get("inventoryQuantity")
    return Listing(
        shop_id=shop_id,
        sku=variant.text("sku"),
        title=variant.text("displayName"),
        fulfilment=Fulfilment.MERCHANT,
        product_id=variant.number(),
        price=Money.parse(variant.data.get("price"), currency, variant.where("price")),
        # An oversold variant is below zero at Shopify; there is nothing on offer.
        quantity=None if quantity is None else max(0, quantity),
        status=variant.node("product").text("status"),
        barcode=variant.text("barcode"),
    )
