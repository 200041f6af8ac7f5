"""Offers of a shop, from the report GET_MERCHANT_LISTINGS_ALL_DATA; read by header name, as columns differ."""

import csv
import io

from ...marketplace.contract import Fulfilment, InvalidPayload, Listing, Money
from .documents import fetch_report
from .regions import MARKETPLACES

REPORT = "GET_MERCHANT_LISTINGS_ALL_DATA"
# Amazon Japan writes the header in Japanese.
_HEADERS = {
    "商品名": "item-name",
    "出品者SKU": "seller-sku",
    "価格": "price",
    "数量": "quantity",
    "商品IDタイプ": "product-id-type",
    "商品ID": "product-id",
    "フルフィルメント・チャンネル": "fulfillment-channel",
    "ステータス": "status",
    "ASIN 1": "asin1",
}
_REQUIRED = ("seller-sku", "price", "quantity", "fulfillment-channel")
_ASIN_TYPE = "1"
_BARCODE_TYPES = frozenset({"2", "3", "4"})  # ISBN, UPC, EAN


def fetch_listings(api, shop_id, handle=None):
    """All offers of a shop, as list of :class:`Listing`."""
    return read_listings(fetch_report(api, REPORT, shop_id, handle).text, shop_id)


def read_listings(text, shop_id):
    """Rows of the report as list of :class:`Listing`.

    :raise InvalidPayload: a needed column is missing, or a row is damaged
    """
    marketplace = MARKETPLACES.get(shop_id)
    if marketplace is None:
        raise InvalidPayload("shop", f"unknown marketplace {shop_id!r}")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE)
    header = [_HEADERS.get(name.strip(), name.strip()) for name in next(rows, [])]
    missing = [name for name in _REQUIRED if name not in header]
    if missing:
        raise InvalidPayload(REPORT, f"columns are missing: {', '.join(missing)}")
    records = ((number, dict(zip(header, row, strict=False))) for number, row in enumerate(rows, 2) if any(row))
    return [_read_row(row, f"{REPORT} row {number}", shop_id, marketplace.currency) for number, row in records]


def _read_row(row, path, shop_id, currency):
    values = {name: value.strip() for name, value in row.items()}
    if not values.get("seller-sku"):
        raise InvalidPayload(path, "without seller-sku")
    product_id, id_type = values.get("product-id", ""), values.get("product-id-type", "")
    return Listing(
        shop_id=shop_id,
        sku=values["seller-sku"],
        title=values.get("item-name", ""),
        fulfilment=_read_fulfilment(values.get("fulfillment-channel", ""), path),
        product_id=values.get("asin1", "") or (product_id if id_type == _ASIN_TYPE else ""),
        price=_read_price(values.get("price", ""), currency, path),
        quantity=_read_quantity(values.get("quantity", ""), path),
        status=values.get("status", ""),
        barcode=product_id if id_type in _BARCODE_TYPES else "",
    )


def _read_fulfilment(channel, path):
    if channel == "DEFAULT":
        return Fulfilment.MERCHANT
    if channel.startswith("AMAZON_"):
        return Fulfilment.MARKETPLACE
    raise InvalidPayload(path, f"unknown fulfillment-channel {channel!r}")


def _read_price(text, currency, path):
    if not text:
        return None
    # European accounts may have reports with a decimal comma.
    number = text.replace(",", ".") if "." not in text else text
    money = Money.parse(number, currency, f"{path} price")
    return Money(money.amount, money.currency, text)


def _read_quantity(text, path):
    if not text:
        return None
    if not text.isdecimal():
        raise InvalidPayload(path, f"quantity {text!r}")
    return int(text)
