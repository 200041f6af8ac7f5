"""Every published sample and every response recorded from a real shop that belongs to an operation we call is read.

Without loss: each amount, quantity, status and date of an order, refund or product is found in its record again, or is
named here with the reason why not.
"""

import json
from decimal import Decimal

import pytest

from addons.marketplace.contract import OrderStatus
from addons.marketplace_woocommerce.connector.fields import Node
from addons.marketplace_woocommerce.connector.orders import parse_order
from addons.marketplace_woocommerce.connector.products import read_listing
from addons.marketplace_woocommerce.connector.returns import parse_return
from addons.marketplace_woocommerce.connector.shops import currency_of, read_settings
from tests.plain.spec_models import shared_specs

SPECS = shared_specs() and shared_specs() / "woocommerce"
pytestmark = pytest.mark.skipif(not SPECS, reason="the specifications are not beside the checkout")

SHOP = "shop.example"
#: Beginnings of recordings that belong to operations of others: the shop's own app, reports, other resources, plugins.
OTHERS = (
    "categories-", "coupons-", "customer-", "meta-data-", "order-gift-card", "order-shipping-labels", "order-stats",
    "payment-gateway", "product-attributes", "product-bundle-top", "product-categories", "product-report",
    "product-shipping", "product-tags", "products-total", "report", "setting-", "settings-product",
    "shipment_tracking", "subscription", "systemStatus", "taxes", "timeout_error", "date-modified-gmt",
)  # fmt: skip


def load(path):
    return json.loads(path.read_text(encoding="utf-8"), parse_float=str)


def unwrap(body):
    """The app's recordings have passed a proxy that wraps answers in ``data``."""
    return body["data"] if isinstance(body, dict) and set(body) == {"data"} else body


def objects(body):
    """Objects of one, a list, or a batch."""
    body = unwrap(body)
    if isinstance(body, dict) and set(body) <= {"create", "update", "delete"}:
        return [entry for entries in body.values() for entry in entries]
    return body if isinstance(body, list) else [body]


def recordings():
    """``(name, body)`` of the recordings that belong to our operations."""
    for path in sorted((SPECS / "app-recorded").glob("*.json")):
        if not path.name.startswith(OTHERS):
            yield path.stem, load(path)


def samples():
    """``(name, body)`` of the documents' samples that belong to our operations."""
    for resource in ("orders", "order-refunds", "order-notes", "products", "product-variations", "webhooks"):
        for entry in load(SPECS / "rest-v3-samples" / f"{resource}.json"):
            yield f"{resource}: {entry['method']} {entry['title']}", entry["response"]


def kind_of(body):
    """What an object is, by the fields that only it has."""
    for kind, fields in {
        "order": {"line_items", "currency", "status"},
        "refund": {"amount", "line_items"},
        "setting": {"value", "label"},
        "webhook": {"topic", "delivery_url"},
        "note": {"note", "customer_note"},
    }.items():
        if fields <= set(body):
            return kind
    return "product"


# === WHAT MUST BE FOUND AGAIN === #


def check_order(body):
    order = parse_order(body, SHOP)
    charges = [charge for line in order.lines for charge in line.charges] + list(order.charges)
    assert order.total.text == body["total"]
    assert sum((charge.total for charge in charges), Decimal(0)) == Decimal(body["total"])
    assert order.external_id == str(body["id"])
    assert order.status_text == body["status"]
    assert order.total.currency == body["currency"]
    assert f"{order.ordered_at:%Y-%m-%dT%H:%M:%S}" == body["date_created_gmt"]
    assert len(order.lines) == len(body["line_items"])
    for line, item in zip(order.lines, body["line_items"], strict=True):
        check_line(line, item, order.status is OrderStatus.CANCELLED)
    amounts = {charge.amount.amount for charge in order.charges}
    for entry in [*body.get("shipping_lines", []), *body.get("fee_lines", [])]:
        assert Decimal(entry["total"]) in amounts
    city = order.address.city if order.address else ""
    assert city in (body["shipping"]["city"], body["billing"]["city"])
    # Ignored: coupon_lines, tax_lines and the order's sums repeat what the lines say; prices per unit follow from them.


def check_line(line, item, cancelled):
    assert line.external_id == str(item["id"])
    assert sum((charge.total for charge in line.charges), Decimal(0)) == Decimal(item["total"]) + Decimal(
        item.get("total_tax") or 0
    )
    assert sum((charge.tax.amount for charge in line.charges if charge.tax), Decimal(0)) == Decimal(
        item.get("total_tax") or 0
    )
    assert line.charges[0].amount.text in (item["subtotal"], item["total"])
    if cancelled:
        assert line.quantity == 0
    else:
        assert str(item["quantity"]) == str(line.quantity) or f"({item['quantity']})" in line.title
    assert not item.get("sku") or line.sku == str(item["sku"])


def check_refund(body):
    found = parse_return({"order_id": 560, "currency": "USD", "refund": body}, SHOP)
    assert found.refund.text == body["amount"]
    assert sum((line.amount.amount for line in found.lines), Decimal(0)) == Decimal(body["amount"])
    assert found.reason == body["reason"].strip()
    by_id = {line.external_id: line for line in found.lines}
    for item in body["line_items"]:
        line = by_id[str(item["id"])]
        assert line.quantity == abs(int(item["quantity"]))
        assert line.amount.amount == -Decimal(item["total"]) - Decimal(item["total_tax"])
        assert line.order_line_id or not item.get("meta_data")


def check_product(body):
    listing = read_listing(Node(body), SHOP, "USD")
    assert listing.product_id == str(body["id"])
    assert not body.get("sku") or listing.sku == str(body["sku"])
    assert body.get("price") in (None, "") or listing.price.amount == Decimal(str(body["price"]))
    stock = body.get("stock_quantity")
    # Less than nothing is nothing on offer; a part of a unit cannot be sold as one.
    assert listing.quantity == (None if stock in (None, "") else max(0, int(Decimal(str(stock)) // 1)))
    assert listing.status == body.get("status", "")


def check_settings(bodies):
    settings = read_settings(bodies)
    told = {entry["id"]: entry["value"] for entry in bodies}
    assert currency_of(settings) == told["woocommerce_currency"]
    assert settings["woocommerce_default_country"] == told["woocommerce_default_country"]


def check_webhook(body):
    entry = Node(body)
    assert (entry.text("status"), entry.text("topic"), entry.text("delivery_url")) == (
        body["status"],
        body["topic"],
        body["delivery_url"],
    )


def check_note(body):
    assert Node(body).text("note") == body["note"]


CHECKS = {
    "order": check_order,
    "refund": check_refund,
    "product": check_product,
    "webhook": check_webhook,
    "note": check_note,
}


def read(body):
    """Read all objects of one sample.

    :return: how many were read
    """
    found = objects(body)
    if found and kind_of(found[0]) == "setting":
        check_settings(found)
        return len(found)
    return len([CHECKS[kind_of(entry)](entry) for entry in found])


def test_every_sample_and_recording_is_read(capsys):
    everything = [*recordings(), *samples()]
    failures = {}
    for name, body in everything:
        try:
            assert read(body) == len(objects(body))
        except Exception as error:  # noqa: BLE001 (whatever goes wrong is told with the name of the sample)
            failures[name] = f"{type(error).__name__}: {error}"
    with capsys.disabled():
        print(f"\nwoocommerce: parsed {len(everything) - len(failures)} / total {len(everything)}")
    assert failures == {}


def test_nothing_of_ours_is_among_the_others():
    """Every recording is either read or belongs to an operation that we do not call."""
    names = [path.name for path in (SPECS / "app-recorded").glob("*.json")]
    assert len(names) == 111
    others = [name for name in names if name.startswith(OTHERS)]
    ours = ("order", "refund", "product-stock", "product-variation", "products-load", "products-batch", "settings-g")
    kept = ("order-gift-card", "order-shipping-labels", "order-stats")
    assert [name for name in others if name.startswith(ours) and not name.startswith(kept)] == []
