"""Orders: money in every form that Shopify knows, units that leave the order, states, and what a page cuts off."""

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from addons.marketplace.contract import (
    ChargeKind,
    InvalidPayload,
    NotReady,
    OrderStatus,
    TaxCollector,
    TaxTreatment,
    Unavailable,
    plan_lines,
)
from addons.marketplace_shopify.connector.bulk import read_lines
from addons.marketplace_shopify.connector.order_parsing import parse_order
from tests.plain.fake_http import FakeTime
from tests.plain.shopify.shop import (
    DOMAIN,
    bag,
    connect,
    data,
    delivery,
    discount,
    fulfilled,
    line,
    order,
    page,
    parcel,
    refund,
    refund_line,
    sent,
    tax,
)

SINCE = datetime(2026, 5, 27, tzinfo=timezone.utc)
CENT = Decimal("0.01")


def parsed(*arguments, **fields):
    return parse_order(order(*arguments, **fields), DOMAIN)


def kinds(charges):
    return [(charge.kind, charge.amount.text, charge.tax and charge.tax.text) for charge in charges]


# === MONEY === #


def test_prices_with_tax():
    item = line(1, "20.0", 2, discountAllocations=[discount("1.5"), discount("0.5")], taxLines=[tax("2.87")])
    shipping = delivery("5.0", discountAllocations=[discount("5.0")])
    result = parsed(1, "18.0", [item], shippingLines=page([shipping]))
    assert kinds(result.lines[0].charges) == [
        (ChargeKind.ITEM, "20.0", "2.87"),
        (ChargeKind.ITEM_DISCOUNT, "-2.0", None),
    ]
    assert kinds(result.charges) == [(ChargeKind.SHIPPING, "5.0", None), (ChargeKind.SHIPPING_DISCOUNT, "-5.0", None)]
    assert result.lines[0].charges[0].tax_treatment is TaxTreatment.INCLUDED
    assert sum(part.total for part in plan_lines(result, CENT)) == Decimal(18)


def test_taxes_on_top_from_several_authorities():
    item = line(1, "100.0", taxLines=[tax("7.25"), tax("1.0")])
    result = parsed(1, "108.25", [item], taxesIncluded=False)
    (charge,) = result.lines[0].charges
    assert (charge.tax.amount, charge.tax_treatment, charge.total) == (
        Decimal("8.25"),
        TaxTreatment.ADDED,
        Decimal("108.25"),
    )


def test_tax_that_the_channel_owes():
    item = line(1, "100.0", discountAllocations=[discount("10.0")], taxLines=[tax("7.25", liable=True)])
    result = parsed(1, "97.25", [item], taxesIncluded=False)
    assert {charge.tax_collector for charge in result.lines[0].charges} == {TaxCollector.MARKETPLACE}
    plan = {part.kind: part.total for part in plan_lines(result, CENT)}
    assert plan == {"item": Decimal(90), "collected_tax": Decimal("7.25")}
    mixed = line(1, "100.0", taxLines=[tax("7.25", liable=True), tax("1.0")])
    with pytest.raises(InvalidPayload, match=r"lineItems\.nodes\[0\]\.taxLines"):
        parsed(1, "108.25", [mixed], taxesIncluded=False)


def test_duties_and_fees():
    duty = {"price": bag("4.0"), "taxLines": [tax("0.8")]}
    fee = {"name": "Bottle deposit", "price": bag("0.25"), "taxLines": []}
    result = parsed(1, "15.05", [line(duties=[duty])], taxesIncluded=False, additionalFees=[fee])
    assert kinds(result.lines[0].charges) == [(ChargeKind.ITEM, "10.0", None), (ChargeKind.OTHER, "4.0", "0.8")]
    assert kinds(result.charges) == [(ChargeKind.OTHER, "0.25", None)]
    # Duties that are in the prices are no charge of their own.
    assert len(parsed(1, "10.0", [line(duties=[duty])], dutiesIncluded=True).lines[0].charges) == 1


def test_a_tip_is_no_line_of_goods():
    tip = line(2, "3.0", name="Tip", sku=None, variant=None, requiresShipping=False, unfulfilledQuantity=0)
    result = parsed(1, "13.0", [line(), tip], totalTipReceivedSet=bag("3.00"))
    assert [item.external_id for item in result.lines] == ["1"]
    assert kinds(result.charges) == [(ChargeKind.TIP, "3.00", None)]
    alone = parsed(1, "13.0", totalTipReceivedSet=bag("3.0"))
    assert kinds(alone.charges) == [(ChargeKind.TIP, "3.0", None)]


def test_paying_by_gift_card_changes_no_total():
    result = parsed(paymentGatewayNames=["gift_card", "shopify_payments"])
    assert result.total.amount == Decimal(10)


def test_books_are_in_the_currency_of_the_shop():
    """The buyer pays 11.00 USD; Shopify converts each part by itself, and a cent is left."""
    items = [
        line(number, originalTotalSet=bag("3.34", "EUR", "3.66" if number < 3 else "3.68", "USD"))
        for number in (1, 2, 3)
    ]
    result = parsed(lines=items, totalPriceSet=bag("10.01", "EUR", "11.00", "USD"), presentmentCurrencyCode="USD")
    assert (result.total.amount, result.total.currency) == (Decimal("10.01"), "EUR")
    assert kinds(result.charges) == [(ChargeKind.OTHER, "-0.01", None)]
    with pytest.raises(InvalidPayload, match="add up to 10.02"):  # more than rounding
        parsed(lines=items, totalPriceSet=bag("10.10", "EUR", "11.00", "USD"))
    with pytest.raises(InvalidPayload, match="add up to 11.00"):  # the buyer's own parts do not add up
        parsed(lines=items, totalPriceSet=bag("10.01", "EUR", "11.01", "USD"))


def test_parts_must_add_up():
    with pytest.raises(InvalidPayload, match="totalPriceSet: the parts add up to 10.00, Shopify states 10.01"):
        parsed(1, "10.01")


@pytest.mark.parametrize("value", [10.0, None, "ten", "NaN"])
def test_amounts_are_exact_text(value):
    broken = {"shopMoney": {"amount": value, "currencyCode": "EUR"}, "presentmentMoney": {}}
    with pytest.raises(InvalidPayload, match=r"nodes\[0\].originalTotalSet.shopMoney"):
        parsed(lines=[line(originalTotalSet=broken)])


# === UNITS THAT LEAVE THE ORDER === #


def test_units_refunded_before_shipping():
    item = line(1, "30.0", 3, current=1, discountAllocations=[discount("3.0")], taxLines=[tax("4.31")])
    gone = refund(1, [refund_line(1, 2, "18.0", taxed="2.87")], "18.0")
    result = parsed(1, "27.0", [item], refunds=[gone])
    assert (result.lines[0].quantity, result.total.amount) == (1, Decimal("9.0"))
    assert kinds(result.lines[0].charges) == [
        (ChargeKind.ITEM, "10.00", "1.44"),
        (ChargeKind.ITEM_DISCOUNT, "-1.00", None),
    ]


def test_a_line_that_is_gone_costs_nothing():
    lines = [line(1, current=0), line(2, "5.0")]
    result = parsed(1, "15.0", lines, refunds=[refund(1, [refund_line(1, 1, "10.0")], "10.0")])
    assert [(item.quantity, item.charges) for item in result.lines][0] == (0, ())
    assert result.total.amount == Decimal(5)
    assert sum(part.total for part in plan_lines(result, CENT)) == Decimal(5)


def test_money_kept_for_a_line_that_is_gone_stays_due():
    """Of ten for a cancelled line nine were paid back: one is due, but for no units."""
    lines = [line(1, current=0), line(2, "5.0")]
    result = parsed(1, "15.0", lines, refunds=[refund(1, [refund_line(1, 1, "9.0")], "9.0")])
    assert (result.lines[0].charges, result.total.amount) == ((), Decimal(6))
    assert {part.kind: part.total for part in plan_lines(result, CENT)} == {"item": Decimal(5), "other": Decimal(1)}


def test_units_edited_away_without_a_refund():
    """An edit of an unpaid order leaves no refund: the price of the removed units is their share, to the coin."""
    item = line(1, "10.0", 3, current=2, discountAllocations=[discount("1.0")], taxLines=[tax("1.0")])
    result = parsed(1, "10.0", [item], taxesIncluded=False, edited=True)
    charges = result.lines[0].charges
    assert kinds(charges) == [(ChargeKind.ITEM, "6.67", "0.67"), (ChargeKind.ITEM_DISCOUNT, "-0.67", None)]
    assert sum(charge.total for charge in charges) == result.total.amount == Decimal("6.67")


def test_units_returned_after_shipping_stay_in_the_order():
    """Three ordered: two shipped, of which one came back, one cancelled."""
    item = line(1, "30.0", 3, current=1, unfulfilledQuantity=0)
    back = refund(1, [refund_line(1, 1, "10.0", "RETURN"), refund_line(1, 1, "10.0", "CANCEL")], "20.0")
    shipped = parcel(1, {1: 2})
    fields = {"refunds": [back], "fulfillments": [shipped], "displayFulfillmentStatus": "FULFILLED"}
    result = parsed(1, "30.0", [item], **fields)
    assert (result.lines[0].quantity, result.lines[0].quantity_shipped) == (2, 2)
    assert result.total.amount == Decimal(20)


def test_more_shipped_than_ordered_is_refused():
    with pytest.raises(InvalidPayload, match="quantity"):
        parsed(fulfillments=[parcel(1, {1: 2})])


# === STATES === #


@pytest.mark.parametrize(
    ("paid", "shipped", "fields", "status"),
    [
        ("PAID", "UNFULFILLED", {}, OrderStatus.UNSHIPPED),
        ("AUTHORIZED", "UNFULFILLED", {}, OrderStatus.UNSHIPPED),
        ("PARTIALLY_REFUNDED", "PARTIALLY_FULFILLED", {}, OrderStatus.PARTIALLY_SHIPPED),
        ("PAID", "FULFILLED", {}, OrderStatus.SHIPPED),
        ("PAID", "ON_HOLD", {}, OrderStatus.PENDING),
        ("PAID", "SCHEDULED", {}, OrderStatus.PENDING),
        ("PENDING", "UNFULFILLED", {}, OrderStatus.PENDING),
        ("EXPIRED", "UNFULFILLED", {}, OrderStatus.PENDING),
        ("VOIDED", "UNFULFILLED", {}, OrderStatus.PENDING),
        ("PENDING", "UNFULFILLED", {"paymentTerms": {"paymentTermsName": "Net 30"}}, OrderStatus.UNSHIPPED),
        ("PENDING", "UNFULFILLED", {"paymentGatewayNames": ["Cash on Delivery (COD)"]}, OrderStatus.UNSHIPPED),
        ("EXPIRED", "UNFULFILLED", {"paymentTerms": {"paymentTermsName": "Net 30"}}, OrderStatus.PENDING),
        ("PAID", "RESTOCKED", {}, OrderStatus.CANCELLED),
        ("PAID", "UNFULFILLED", {"cancelledAt": "2026-05-21T10:00:00Z"}, OrderStatus.CANCELLED),
        ("BARTERED", "UNFULFILLED", {}, OrderStatus.UNKNOWN),
    ],
)
def test_status(paid, shipped, fields, status):
    result = parsed(displayFinancialStatus=paid, displayFulfillmentStatus=shipped, **fields)
    assert result.status is status
    assert paid in result.status_text


def test_risk_and_tests_are_warnings():
    levels = [{"riskLevel": "HIGH", "provider": {"title": "Guard"}}, {"riskLevel": "LOW", "provider": None}]
    result = parsed(risk={"recommendation": "INVESTIGATE", "assessments": levels}, test=True)
    assert result.warnings == (
        "Risk of fraud: high (Guard)",
        "Shopify recommends: investigate",
        "Test order: no money was paid",
    )


def test_companies():
    place = {"name": "Lager Nord", "taxSettings": {"taxRegistrationId": "DE123456789"}}
    company = {"__typename": "PurchasingCompany", "company": {"name": "Muster GmbH"}, "location": place}
    result = parsed(purchasingEntity=company, poNumber="PO-7")
    assert result.is_business
    buyer = result.buyer
    assert (buyer.company, buyer.vat, buyer.purchase_order, buyer.key) == ("Muster GmbH", "DE123456789", "PO-7", "77")


def test_addresses():
    assert not parsed().address.masked
    withheld = {"countryCodeV2": "DE", "name": None, "address1": None}
    assert parsed(shippingAddress=withheld).address.masked
    assert parsed(shippingAddress=None).address is None


def test_promises_of_fulfilment_orders():
    method = {"minDeliveryDateTime": "2026-05-24T00:00:00Z", "maxDeliveryDateTime": "2026-05-26T00:00:00Z"}
    part = {"fulfillAt": "2026-05-20T00:00:00Z", "fulfillBy": "2026-05-22T00:00:00Z", "deliveryMethod": method}
    result = parsed(fulfillmentOrders={"nodes": [part, {**part, "fulfillBy": "2026-05-21T00:00:00Z"}]})
    assert (result.ship_by.end.day, result.deliver_by.start.day, result.deliver_by.end.day) == (21, 24, 26)


def test_a_single_parcel_needs_no_lines():
    fields = {"fulfillments": [parcel()], "displayFulfillmentStatus": "FULFILLED"}
    result = parsed(lines=[line(unfulfilledQuantity=0)], **fields)
    assert result.lines[0].quantity_shipped == 1
    assert (result.packages[0].quantities, result.packages[0].tracking) == ({"1": 1}, "00341")
    dead = parsed(lines=[line()], fulfillments=[parcel(status="CANCELLED")])
    assert (dead.packages, dead.lines[0].quantity_shipped) == ((), 0)


# === FETCHING === #


def serve(answers):
    """A handler that answers each operation by name; what it got is kept in ``calls``."""
    calls = []

    def handle(request):
        name, variables = sent(request)
        calls.append((name, variables))
        return data(1_780_000_000, **answers[name](variables))

    handle.calls = calls
    return handle


def test_everything_that_a_page_cuts_off_is_read():
    cut = order(1, "60.0", [line(1), line(2)], fulfillments=[parcel(1), parcel(2)])
    cut["lineItems"] = page([line(1), line(2)], "L1")
    cut["shippingLines"] = page([delivery("5.0")], "S1")
    more = {"L1": ([line(3)], "L2"), "L2": ([line(4, "15.0")], "")}
    first = {**parcel(1, {1: 1}), "fulfillmentLineItems": page(fulfilled({1: 1}), "F1")}
    handle = serve(
        {
            "Orders": lambda variables: {"orders": page([cut])},
            "OrderLines": lambda variables: {"order": {"id": "1", "lineItems": page(*more[variables["after"]])}},
            "ShippingLines": lambda variables: {
                "order": {"id": "1", "shippingLines": page([delivery("10.0", id="gid://shopify/ShippingLine/2")])}
            },
            "Fulfilments": lambda variables: {"order": {"id": "1", "fulfillments": [first, parcel(2, {3: 1})]}},
            "FulfilmentLines": lambda variables: {
                "fulfillment": {"id": "1", "fulfillmentLineItems": page(fulfilled({2: 1}))}
            },
            "Refunds": lambda variables: {"order": {"id": "1", "taxesIncluded": True, "refunds": []}},
        }
    )
    (record,) = connect(handle, FakeTime()).fetch_orders([DOMAIN], SINCE).records
    result = parse_order(record.payload, DOMAIN)
    assert [item.external_id for item in result.lines] == ["1", "2", "3", "4"]
    assert [item.quantities for item in result.packages] == [{"1": 1, "2": 1}, {"3": 1}]
    assert result.total.amount == Decimal(60)
    assert "pageInfo" not in json.dumps(record.payload["lineItems"])


def test_many_refunds_are_read_one_by_one():
    cut = order(1, "50.0", [line(1, "50.0", 5, current=0)])
    refunds = [{**refund(number), "refundLineItems": page([refund_line(1, 1, "10.0")])} for number in range(1, 6)]
    handle = serve(
        {
            "Order": lambda variables: {"order": cut},
            "Fulfilments": lambda variables: {"order": {"id": "1", "fulfillments": []}},
            "Refunds": lambda variables: {"order": {"id": "1", "taxesIncluded": True, "refunds": refunds[:4]}},
            "RefundIds": lambda variables: {"order": {"id": "1", "refunds": refunds}},
            "Refund": lambda variables: {"refund": refunds[int(variables["id"][-1]) - 1]},
        }
    )
    payload = connect(handle, FakeTime()).fetch_order("1").payload
    assert len(payload["refunds"]) == 5
    assert parse_order(payload, DOMAIN).lines[0].quantity == 0


def test_the_range_is_asked_for_by_time_of_change():
    handle = serve({"Orders": lambda variables: {"orders": page([])}})
    until = SINCE + timedelta(days=1)
    result = connect(handle, FakeTime()).fetch_orders([DOMAIN], SINCE, until)
    assert handle.calls[0][1]["query"] == "updated_at:>='2026-05-27T00:00:00Z' AND updated_at:<='2026-05-28T00:00:00Z'"
    assert result.complete_until == until


# === HISTORY === #


def test_a_long_range_is_prepared_by_shopify():
    states = iter(["RUNNING", "COMPLETED"])
    handle = serve(
        {
            "OrderCount": lambda variables: {"ordersCount": {"count": 12}},
            "StartBulk": lambda variables: {
                "bulkOperationRunQuery": {"bulkOperation": {"id": "gid://shopify/BulkOperation/1"}, "userErrors": []}
            },
            "Bulk": lambda variables: {"bulkOperation": {"id": "1", "status": next(states), "url": None}},
        }
    )
    connector, long_ago = connect(handle, FakeTime()), SINCE - timedelta(days=30)
    with pytest.raises(NotReady) as started:
        connector.fetch_orders([DOMAIN], long_ago)
    with pytest.raises(NotReady) as running:
        connector.fetch_orders([DOMAIN], long_ago, token=started.value.handle)
    result = connector.fetch_orders([DOMAIN], long_ago, token=running.value.handle)
    assert (result.records, result.next_token) == ((), "")
    assert result.complete_until.timestamp() == 1_780_000_000 - 60
    assert "updated_at:>='2026-04-27T00:00:00Z'" in handle.calls[1][1]["query"]


@pytest.mark.parametrize("status", ["FAILED", "EXPIRED", "CANCELED"])
def test_a_failed_preparation_is_an_outage(status):
    handle = serve({"Bulk": lambda variables: {"bulkOperation": {"status": status, "errorCode": "TIMEOUT"}}})
    token = json.dumps(
        {
            "bulk": "gid://shopify/BulkOperation/1",
            "end": "2026-05-27T00:00:00Z",
            "until": "2026-05-27T00:00:00Z",
            "from": 0,
        }
    )
    with pytest.raises(Unavailable, match=f"{status} TIMEOUT"):
        connect(handle, FakeTime()).fetch_orders([DOMAIN], SINCE, token=token)


def test_children_find_their_parents():
    lines = [
        {"id": "gid://shopify/Order/1"},
        {"id": "gid://shopify/Order/2"},
        {"id": "gid://shopify/LineItem/21", "__parentId": "gid://shopify/Order/2"},
        {"id": "gid://shopify/LineItem/11", "__parentId": "gid://shopify/Order/1"},
        {"__typename": "ShippingLine", "id": None, "__parentId": "gid://shopify/Order/1"},
    ]
    first, second = read_lines("\n".join(map(json.dumps, lines)))
    assert [item["id"] for item in first["lineItems"]] == ["gid://shopify/LineItem/11"]
    assert first["shippingLines"] == [{"id": None}]
    assert [item["id"] for item in second["lineItems"]] == ["gid://shopify/LineItem/21"]
    with pytest.raises(InvalidPayload, match="line 1"):
        read_lines(json.dumps(lines[2]))
    with pytest.raises(Unavailable, match="line 2 .* damaged"):
        read_lines(json.dumps(lines[0]) + "\n" + json.dumps(lines[1])[:-3])


def test_more_parcels_than_can_be_read_are_not_guessed():
    cut = order(1, fulfillments=[parcel(1), parcel(2)])
    many = {"order": {"id": "1", "fulfillments": [parcel(number, {1: 1}) for number in range(35)]}}
    handle = serve({"Orders": lambda variables: {"orders": page([cut])}, "Fulfilments": lambda variables: many})
    ((path, reason, _raw),) = connect(handle, FakeTime()).fetch_orders([DOMAIN], SINCE).broken
    assert ("fulfillments" in path, "35 parcels or more" in reason) == (True, True)


def test_the_number_and_the_note_of_the_buyer():
    result = parsed(name="#1042", note="Leave it with the neighbour")
    assert (result.number, result.buyer_note) == ("#1042", "Leave it with the neighbour")
