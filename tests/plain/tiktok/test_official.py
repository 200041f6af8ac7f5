"""Every document sample of an operation that we call is read, and nothing of its money, numbers and states is lost."""

import copy
import json
import re
from datetime import datetime, timezone
from decimal import Decimal

import pytest

from addons.marketplace.contract import NoticeKind, Parcel, Refund, RefundLine, ReturnKind, ReturnStatus, WebhookRequest
from addons.marketplace.contract.money import Money
from addons.marketplace_tiktok.connector import webhook_signature
from addons.marketplace_tiktok.connector.auth import read_tokens
from addons.marketplace_tiktok.connector.fields import Node
from addons.marketplace_tiktok.connector.operations import OPERATIONS
from addons.marketplace_tiktok.connector.orders import parse_order
from addons.marketplace_tiktok.connector.returns import parse_return
from tests.plain.fake_http import answer
from tests.plain.spec_models import shared_specs
from tests.plain.tiktok.play import arrange, combine_all, confirm, split_off
from tests.plain.tiktok.shapes import SAMPLES, deviations, published, sample
from tests.plain.tiktok.tiktok import APP_KEY, APP_SECRET, CREDENTIALS, NOW, SHOP, SINCE, shop, start, success

SPECS = shared_specs()
pytestmark = pytest.mark.skipif(SPECS is None, reason="the specifications are not beside the checkout")

_NUMBERS = re.compile(r"price|fee|discount|tax|total|amount|insurance|quantity|_count$|status|deduction")
# What no record shows, and why.
ORDER_IGNORED = {
    "sale_price": "original price less both discounts",
    "sub_total": "original prices less both discounts",
    "original_total_product_price": "sum of the lines' original prices",
    "payment.seller_discount": "sum of the lines'",
    "payment.platform_discount": "sum of the lines'",
    "shipping_fee": "original shipping fee less its discounts",
    "payment.tax": "product tax and shipping tax",
    "payment.product_tax": "counted less what the lines state",
    "tax_rate": "the amount is what is booked",
    "tax_type": "the amount is what is booked",
    "line_items.buyer_service_fee": "share of the order's",
    "line_items.retail_delivery_fee": "share of the order's",
    "line_items.small_order_fee": "share of the order's",
    "display_status": "read, shown as the units that left or are cancelled",
    "sku_count": "what a virtual bundle is made of; it is sold and priced as one SKU",
}
RETURN_IGNORED = {
    "discount_amount": "what vouchers take part in: the settlement's business",
    "refund_subtotal": "part of refund_total",
    "refund_shipping_fee": "part of refund_total",
    "refund_tax": "part of refund_total",
    "buyer_service_fee": "part of refund_total",
    "retail_delivery_fee": "part of refund_total",
    "partial_refund.amount": "the buyer refused it; shown otherwise",
    "shipping_fee_amount": "who pays the way back: the settlement's business",
    "arbitration_status": "shown as a dispute",
}


def leaves(value, path=""):
    """``[(path without indexes, container, key, value)]`` of all scalars."""
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in list(entries):
        where = path if isinstance(value, list) else f"{path}.{key}"
        if isinstance(item, dict | list):
            yield from leaves(item, where)
        else:
            yield where, value, key, item


def lost(payload, parse, ignored):
    """Paths of numbers and states that the record does not show. Each amount is made unique first, so that none can
    hide behind another."""
    payload = copy.deepcopy(payload)
    wanted, number = [], 0
    for path, container, key, value in leaves(payload):
        if not _NUMBERS.search(str(key)) or value in ("", " ", None):
            continue
        if isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)?", value):
            number += 1
            container[key] = value = f"{700 + number}.{number:02}"
        wanted.append((path, str(value)))
    shown = repr(parse(payload))
    return [path for path, value in wanted if value not in shown and not any(part in path for part in ignored)]


def test_order():
    (received,) = sample("Order/OrderSearchOrdersResponse")["data"]["orders"]
    assert lost(received, parse_order, ORDER_IGNORED) == []
    order = parse_order(received)
    assert (order.total.text, order.total.currency, order.status_text) == ("5000", "IDR", "UNPAID")
    assert (order.buyer.vat, order.buyer.email) == ("3213-31231412", "v2b2V5@chat.seller.tiktok.com")
    (package,) = order.packages
    assert (package.external_id, package.tracking) == ("1153132168123859123", "JX12345")
    assert "add up" in order.warnings[0]  # the amounts of the sample contradict each other
    parts = [charge for line in order.lines for charge in line.charges] + list(order.charges)
    assert sum((charge.total for charge in parts), Decimal(0)) == order.total.amount


def test_return():
    (received,) = sample("ReturnRefund/Returns/ReturnRefundSearchReturnsResponse")["data"]["return_orders"]
    assert lost(received, parse_return, RETURN_IGNORED) == []
    assert parse_return({**received, "buyer_rejected_partial_refund": False}).refund.text == "10"
    parsed = parse_return(received)
    assert (parsed.kind, parsed.status, parsed.refund) == (
        ReturnKind.REFUND,
        ReturnStatus.DISPUTED,
        Money(Decimal("1.23"), "USD", "1.23"),
    )
    assert parsed.answer_by == datetime.fromtimestamp(1690554680, timezone.utc)
    assert (parsed.carrier, parsed.lines[0].order_line_id) == ("J&T Express", "576473917261451851")


def test_cancellation():
    (received,) = sample("ReturnRefund/Cancellations/ReturnRefundSearchCancellationsResponse")["data"]["cancellations"]
    ignored = {key: why for key, why in RETURN_IGNORED.items() if key.startswith("re")}
    assert lost(received, parse_return, ignored) == []
    parsed = parse_return(received)
    assert (parsed.kind, parsed.reason, parsed.refund.text) == (
        ReturnKind.CANCELLATION,
        "Order created by mistake",
        "1.23",
    )


@pytest.mark.parametrize("name", ["Auth/AuthGetTokenResponse", "Auth/AuthRefreshTokenResponse"])
def test_tokens(name):
    data = sample(name)["data"]
    tokens = read_tokens(Node(data))
    assert (tokens.access, tokens.refresh) == (data["access_token"], data["refresh_token"])
    assert (tokens.access_ends_at, tokens.refresh_ends_at) == (1660556783, 1691487031)
    assert tokens.details["open_id"] == "7010736057180325637"


def play(**handlers):
    tiktok, connector = start()
    shops = lambda _query, _body: success({"shops": [shop()]})  # noqa: E731
    named = {key.replace("_", ".", 1): handler for key, handler in handlers.items()}
    tiktok.handlers = lambda: {"authorization.shops": shops, **named}
    return tiktok, connector


def serve(name):
    return lambda *_args: answer(sample(name))


@pytest.mark.parametrize("name", ["Authorization/AuthorizationGetShopsResponse", "Shop/AuthorizationGetShopsResponse"])
def test_shops(name):
    _tiktok, connector = play(authorization_shops=serve(name))
    (found,) = connector.fetch_shops()
    assert (found.external_id, found.name, found.currency) == ("7000714532876273420", "Maomao beauty shop", "GBP")


def test_order_search():
    one = sample("Order/OrderSearchOrdersResponse")["data"]["orders"]
    tiktok, connector = play(
        orders_search=serve("Order/OrderSearchOrdersResponse"), orders_detail=lambda *_a: success({"orders": one})
    )
    page = connector.fetch_orders([SHOP], SINCE)
    assert json.loads(page.next_token)["page"] == sample("Order/OrderSearchOrdersResponse")["data"]["next_page_token"]
    assert [record.external_id for record in page.records] == ["576461413038785752"]


def test_products():
    last = {**sample("Product/ProductSearchProductsResponse")["data"], "next_page_token": ""}
    warehouses = sample("FBT/FBTGetWarehousesResponse")
    _tiktok, connector = play(products_search=lambda *_a: success(last), fbt_warehouses=lambda *_a: answer(warehouses))
    (listing,) = connector.fetch_listings(SHOP)
    assert (listing.sku, listing.price.text, listing.quantity, listing.status) == (
        "Color-Red-XM01", "121.11", 999, "ACTIVATE",
    )  # fmt: skip
    (level,) = connector.fetch_stock(SHOP, ["Color-Red-XM01"])
    assert level.quantity == 999
    # A SKU that lies in a warehouse of the other sample is fulfilled by TikTok.
    theirs = copy.deepcopy(last)
    theirs["products"][0]["skus"][0]["inventory"][0]["warehouse_id"] = "161213293423029"
    _tiktok, connector = play(
        products_search=lambda *_a: success(theirs), fbt_warehouses=lambda *_a: answer(warehouses)
    )
    assert connector.fetch_listings(SHOP)[0].fulfilment.value == "marketplace"


def test_packages():
    assert split_off(serve("Fulfillment/Orders/FulfillmentSplitOrderResponse"), group="123") == "223362377512830222"
    arrangement = arrange(
        create=serve("Fulfillment/Packages/FulfillmentCreatePackageResponse"),
        detail=serve("Fulfillment/Packages/FulfillmentGetPackageDetailResponse"),
    )
    assert (arrangement.package_id, arrangement.tracking) == ("2882335594258860015", "6617675021119438849")
    assert arrangement.carrier_name == "TT Virtual express"


def test_combining():
    last = copy.deepcopy(sample("Fulfillment/Packages/Combine/FulfillmentSearchCombinablePackagesResponse"))
    last["data"]["next_page_token"] = ""
    combined = serve("Fulfillment/Packages/Combine/FulfillmentCombinePackageResponse")
    found, done, refused = combine_all(lambda *_a: answer(last), combined)
    assert found == [("57466538837665", ("57466538837665", "57466538837666"))]
    assert done == {"413234134123412": ("1233213123123", "32132131231")}
    assert refused == {"1231231231231313123132": "fulfillment not allow combine package"}


def test_shipping_document():
    url = sample("Fulfillment/Packages/FulfillmentGetPackageShippingDocumentsResponse")["data"]["doc_url"]
    tiktok, connector = play(packages_documents=lambda *_a: success({"doc_url": f"{url}.pdf"}))
    (label,) = connector.fetch_labels([Parcel("OUT/1", SHOP, "1", "11")])
    assert label.content.startswith(b"%PDF") and label.content_type == "application/pdf"


def test_created_return():
    _tiktok, connector = play(returns_create=serve("ReturnRefund/Returns/ReturnRefundCreateReturnResponse"))
    line = RefundLine("455764739172614518516", 1, Money(Decimal("10.5"), "USD", "10.5"))
    (result,) = connector.refund_orders([Refund("R1", SHOP, "576473917261320779", (line,), "broken")])
    assert (result.accepted, result.message) == (True, "return 4035319218955782461")


def test_known_webhooks():
    tiktok, connector = play(events_list=serve("Event/EventGetWebhooksResponse"), events_update=lambda *_a: success())
    connector.subscribe_webhooks("https://partner.tiktokshop.com")
    sent = [body["event_type"] for operation, _query, body in tiktok.calls if operation == "events.update"]
    assert sent and "ORDER_STATUS_CHANGE" not in sent  # it is there already


EVENTS = {
    "OrderStatusChangeEvent": ([(NoticeKind.ORDER, "576486316948490001")], ""),
    "PackageUpdateEvent": ([(NoticeKind.ORDER, "152523"), (NoticeKind.ORDER, "532123")], ""),
    "ProductCreationEvent": ([(NoticeKind.LISTING, "576486316948490000")], "7327112393057371910"),
    "ProductInformationChangeEvent": ([(NoticeKind.LISTING, "123456789")], "7327112393057371910"),
    "ReturnStatusChangeEvent": (
        [(NoticeKind.RETURN, "576486316948490001"), (NoticeKind.ORDER, "576486316948490001")],
        "",
    ),
    "UpcomingAuthorizationExpirationEvent": ([(NoticeKind.AUTHORISATION_ENDS, "")], ""),
}


@pytest.mark.parametrize("name", list(EVENTS))
def test_events(name):
    body = (SPECS / f"tiktok-shop/EventSamples/_/{name}.json").read_bytes()
    headers = {"authorization": webhook_signature(APP_KEY, APP_SECRET, body)}
    _tiktok, connector = play()
    told = connector.read_webhook(WebhookRequest("POST", "https://shop.example/hook", headers, {}, body, NOW))
    notices, delivery = EVENTS[name]
    assert [(notice.kind, notice.external_id) for notice in told.notices] == notices
    assert {notice.shop_id for notice in told.notices} == {"7494049642642441621"}
    assert told.delivery_id == delivery if delivery else len(told.delivery_id) == 64


# === REQUESTS === #


def test_requests_are_those_of_the_samples():
    """What the connector sends holds the fields of the sample and no others."""
    shipped = confirm()["packages.ship"]
    required = sample("Fulfillment/Packages/FulfillmentShipPackageRequest")
    assert shipped == {"self_shipment": {"shipping_provider_id": "6617675021119438849", "tracking_number": "JX12345"}}
    assert list(deviations(required, shipped, "ship")) == []


def test_all_operations_are_published():
    listed = [(method, pattern.pattern) for method, pattern in published()]
    for method, path in OPERATIONS.values():
        assert (method, re.sub(r"\{\w+\}", "[^/]+", path) + "$") in listed, path


# Read in test_settlements.
FINANCE_SAMPLES = ("StatementTransactions", "OrderStatementTransactions", "Payments")
# Samples that a test above reads; requests are compared with what the connector sends, here or in the fake.
READ = {
    *(f"EventSamples/_/{name}.json" for name in EVENTS),
    *(f"ModelSamples/_/{name}.json" for names in SAMPLES.values() for name in names if name),
    "ModelSamples/_/Auth/AuthGetTokenResponse.json",
    *(f"ModelSamples/_/Finance/FinanceGet{name}Response.json" for name in FINANCE_SAMPLES),
    "ModelSamples/_/Auth/AuthRefreshTokenResponse.json",
    "ModelSamples/_/Shop/AuthorizationGetShopsResponse.json",
}
# Samples of operations that the connector does not call.
OTHERS = (
    "CustomerService/", "Event/EventDelete", "FBT/FBTGetGoods", "FBT/FBTGetMerchant", "Fulfillment/Bundle/",
    "Fulfillment/Upload/", "FulfillmentSearchOrderShippingServices", "FulfillmentUpdateOrderShippingInfo",
    "FulfillmentUncombine", "FulfillmentBatch", "FulfillmentSearchPackages",
    "Logistics/LogisticsGetWarehouses", "Order/ExternalOrder/", "OrderGetOrderPriceDetail", "Product/Brand/",
    "Product/Category/", "Product/Compliance/",
    "Product/Global/", "Product/SizeChart/", "Product/Upload/", "Promotion/", "Seller/", "SupplyChain/",
    "ReturnRefundGetOrderAftersaleEligibility", "ReturnRefundRejectReturn", "ReturnRefundCalculateRefund",
    # Written with another version's fields: 202512 took its place.
    "FulfillmentCreatePackageRequest",
    *(f"Product/Product{name}" for name in (
        "Activate", "CreateProductListingCheck", "CreateProduct", "GetInventories", "GetPrerequisites",
        "GetProductDetail", "GetProductDiagnoses", "GetProductSEOWords", "Recover", "UpdateProduct",
    )),
)  # fmt: skip


def test_no_sample_is_left_out(capsys):
    root = SPECS / "tiktok-shop"
    names = {str(path.relative_to(root)) for path in root.rglob("*Samples/**/*.json")}
    ours = {name for name in names if not any(other in name for other in OTHERS)}
    assert len(names) == 127 and ours == READ
    with capsys.disabled():
        print(f"\ntiktok: parsed {len(ours & READ)} / total {len(ours)}")
    assert CREDENTIALS.key.startswith("tiktok:")
