"""Orders: ranges and pages, states per quantity, money, parcels."""

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from addons.marketplace.contract import (
    AuthenticationFailed,
    ChargeKind,
    Fulfilment,
    InvalidPayload,
    OrderStatus,
    RateLimited,
    Rejected,
    TaxCollector,
    TaxTreatment,
    plan_lines,
)
from addons.marketplace.transport import MemoryTokenStore
from addons.marketplace_walmart.connector import Credentials
from addons.marketplace_walmart.connector.errors import stated
from addons.marketplace_walmart.connector.orders import parse_order
from tests.plain.walmart.walmart import (
    NOW,
    SHOP,
    SINCE,
    amount,
    charge,
    connect,
    line,
    listed,
    one,
    order,
    refusal,
    start,
    status,
)

CENT = Decimal("0.01")


def fetch_all(connector, since=SINCE):
    pages, token = [], ""
    while not pages or token:
        pages.append(connector.fetch_orders([SHOP], since, token=token))
        token = pages[-1].next_token
    return pages


# === PAGES === #


def test_every_kind_of_fulfilment_is_read_over_the_range():
    walmart, connector = start(listed(order(1)), listed(), listed(order(2)))
    pages = fetch_all(connector)
    queries = [query for operation, query, _body in walmart.calls if operation == "orders.list"]
    assert [query["shipNodeType"] for query in queries] == ["SellerFulfilled", "WFSFulfilled", "3PLFulfilled"]
    assert {query["lastModifiedStartDate"] for query in queries} == {"2026-05-01T00:00:00Z"}
    assert {query["lastModifiedEndDate"] for query in queries} == {"2026-05-28T00:00:00Z"}
    assert queries[0]["createdStartDate"] == "2025-11-30T00:00:00Z"  # else only a week is looked at
    assert (queries[0]["replacementInfo"], queries[0]["incentiveInfo"], queries[0]["limit"]) == ("true", "true", "200")
    assert [record.external_id for page in pages for record in page.records] == [
        order(1)["purchaseOrderId"],
        order(2)["purchaseOrderId"],
    ]
    assert [page.complete_until for page in pages[:-1]] == [None, None]
    assert pages[-1].complete_until == datetime.fromtimestamp(NOW - 60, timezone.utc)


def test_the_cursor_is_a_query_of_its_own():
    cursor = "?limit=200&hasMoreElements=true&soIndex=7&status=Created&x=a%2Bb"
    walmart, connector = start(listed(order(1), cursor=cursor), listed(order(2)), listed(), listed())
    assert len(fetch_all(connector)) == 4
    assert [request.url.partition("/v3/orders")[2] for request in walmart.requests if "soIndex" in request.url] == [
        cursor
    ]


def test_a_range_with_too_many_orders_is_cut_in_half():
    answers = [listed(total=12000), listed(order(1)), listed(order(2)), listed(), listed()]
    walmart, connector = start(*answers)
    pages = fetch_all(connector)
    spans = [(query["lastModifiedStartDate"], query["lastModifiedEndDate"]) for _name, query, _body in walmart.calls]
    middle = "2026-05-14T12:00:00Z"
    whole = ("2026-05-01T00:00:00Z", "2026-05-28T00:00:00Z")
    assert spans == [whole, (whole[0], middle), (middle, whole[1]), whole, whole]
    assert sum(len(page.records) for page in pages) == 2


def test_history_begins_where_walmart_begins():
    walmart, connector = start(listed(), listed(), listed())
    fetch_all(connector, datetime(2020, 1, 1, tzinfo=timezone.utc))
    assert walmart.calls[0][1]["lastModifiedStartDate"] == "2025-11-30T00:00:00Z"


def test_what_has_no_id_is_set_aside():
    nameless = {key: value for key, value in order(1).items() if key != "purchaseOrderId"}
    walmart, connector = start(listed(nameless, order(2)), listed(), listed())
    walmart.check = False
    first = connector.fetch_orders([SHOP], SINCE)
    assert [record.external_id for record in first.records] == [order(2)["purchaseOrderId"]]
    assert first.broken[0][0] == "list.elements.order[0].purchaseOrderId"


def test_one_order():
    walmart, connector = start(orders_get=lambda *_args: one(order(1)))
    record = connector.fetch_order(order(1)["purchaseOrderId"])
    assert (record.shop_id, record.external_id) == (SHOP, order(1)["purchaseOrderId"])
    assert walmart.calls[0][1] == {"replacementInfo": "true", "incentiveInfo": "true"}
    assert connector.parse_order(json.loads(json.dumps(record.payload))).revision == record.revision


def test_amounts_arrive_digit_by_digit():
    precise = line(charges=[charge("1234567.89", "0.1")])
    _walmart, connector = start(orders_get=lambda *_args: one(order(1, [precise])))
    parsed = connector.parse_order(connector.fetch_order("1").payload)
    assert [c.amount.text for c in parsed.lines[0].charges] == ["1234567.89"]
    assert parsed.total.amount == Decimal("1234567.99")


def test_a_range_that_has_not_begun_asks_nothing():
    walmart, connector = start()
    page = connector.fetch_orders([SHOP], datetime.fromtimestamp(NOW, timezone.utc) + timedelta(hours=1))
    assert (page.records, page.next_token, walmart.calls) == ((), "", [])


# === STATES === #


@pytest.mark.parametrize(
    ("statuses", "expected", "quantity", "shipped", "acknowledged"),
    [
        ([status("Created", 3)], OrderStatus.UNSHIPPED, 3, 0, False),
        ([status("Acknowledged", 3)], OrderStatus.UNSHIPPED, 3, 0, True),
        ([status("Shipped", 1), status("Acknowledged", 2)], OrderStatus.PARTIALLY_SHIPPED, 3, 1, True),
        ([status("Shipped", 2), status("Cancelled", 1)], OrderStatus.SHIPPED, 2, 2, True),
        ([status("Delivered", 3)], OrderStatus.SHIPPED, 3, 3, True),
        ([status("Refund", 1), status("Shipped", 2)], OrderStatus.SHIPPED, 3, 3, True),
        ([status("Cancelled", 3)], OrderStatus.CANCELLED, 0, 0, True),
        ([status("Teleported", 3)], OrderStatus.UNKNOWN, 3, 0, True),
    ],
)
def test_states_per_quantity(statuses, expected, quantity, shipped, acknowledged):
    parsed = parse_order(order(1, [line(quantity=3, statuses=statuses)]))
    (known,) = parsed.lines
    assert (parsed.status, known.quantity, known.quantity_shipped) == (expected, quantity, shipped)
    assert parsed.acknowledged is acknowledged
    assert parsed.status_text == ", ".join(entry["status"] for entry in statuses)


def test_fulfilled_by_walmart():
    assert parse_order(order(shipNode={"type": "WFSFulfilled"})).fulfilment is Fulfilment.MARKETPLACE
    assert parse_order(order(shipNode={"type": "3PLFulfilled"})).fulfilment is Fulfilment.MERCHANT


def test_a_buyer_who_wants_to_cancel():
    assert parse_order(order(1, [line(intentToCancel="CUSTOMER_REQUESTED")])).cancel_request == "CUSTOMER_REQUESTED"
    assert parse_order(order(1, [line(intentToCancel="false")])).cancel_request == ""


# === MONEY === #


def test_tax_on_top_is_walmarts():
    charges = [
        charge("20.00", "1.65"),
        charge("5.00", "0.41", "SHIPPING", "Shipping"),
        charge("-2.00", name="Discount"),
    ]
    parsed = parse_order(order(1, [line(charges=charges)]))
    assert [(c.kind, c.amount.amount) for c in parsed.lines[0].charges] == [
        (ChargeKind.ITEM, Decimal("20.00")),
        (ChargeKind.SHIPPING, Decimal("5.00")),
        (ChargeKind.ITEM_DISCOUNT, Decimal("-2.00")),
    ]
    assert {c.tax_treatment for c in parsed.lines[0].charges} == {TaxTreatment.ADDED}
    assert {c.tax_collector for c in parsed.lines[0].charges} == {TaxCollector.MARKETPLACE}
    planned = {entry.kind: entry.total for entry in plan_lines(parsed, CENT)}
    assert planned == {"item": Decimal("18.00"), "shipping": Decimal("5.00"), "collected_tax": Decimal("2.06")}
    assert parsed.total.amount == Decimal("25.06")


def test_fees_beside_the_tax():
    body = charge("20.00", "1.65")
    body["taxAndOtherFees"] = {"taxName": "Tax1", "taxAmount": amount("1.93")}
    assert parse_order(order(1, [line(charges=[body])])).total.amount == Decimal("21.93")


def test_walmarts_incentive_is_a_subsidy():
    funded = {"type": "Walmart funded", "walmartFundedIncentive": amount("3.50")}
    parsed = parse_order(order(1, [line(incentive=funded)]))
    assert [(c.kind, c.amount.amount) for c in parsed.subsidies] == [(ChargeKind.ITEM_DISCOUNT, Decimal("3.50"))]
    assert parsed.total.amount == Decimal("10.83")


def test_cancelled_units_take_their_share_with_them():
    mixed = line(quantity=3, charges=[charge("10.00", "0.83")], statuses=[status("Cancelled", 1), status("Created", 2)])
    parsed = parse_order(order(1, [mixed]))
    assert (parsed.lines[0].charges[0].amount.amount, parsed.lines[0].charges[0].tax.amount) == (
        Decimal("6.67"),
        Decimal("0.56"),
    )
    assert sum(entry.total for entry in plan_lines(parsed, CENT)) == parsed.total.amount == Decimal("7.23")


def test_a_stated_total_that_does_not_fit_is_told():
    summary = {"totalAmount": {"currencyAmount": "11.00", "currencyUnit": "USD"}}
    parsed = parse_order(order(orderSummary=summary))
    assert (parsed.total.amount, parsed.charges[0].amount.amount) == (Decimal("11.00"), Decimal("0.17"))
    assert "0.17 more" in parsed.warnings[0]
    fitting = {"totalAmount": {"currencyAmount": "10.83", "currencyUnit": "USD"}}
    assert parse_order(order(orderSummary=fitting)).warnings == ()


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"orderLines": {"orderLine": []}}, "orderLines.orderLine"),
        ({"orderLines": {}}, "orderLines.orderLine"),
        ({"orderDate": "soon"}, "orderDate"),
        ({"orderLines": {"orderLine": [line(charges=[charge(10.5)])]}}, "charges.charge[0].chargeAmount"),
        ({"orderLines": {"orderLine": [line(quantity=1, statuses=[status("Shipped", 2)])]}}, "orderLineStatuses"),
        ({"orderLines": {"orderLine": [line(quantity="two")]}}, "orderLineQuantity.amount"),
    ],
)
def test_damage_names_its_path(change, path):
    with pytest.raises(InvalidPayload) as caught:
        parse_order({**order(), **change})
    assert path in caught.value.path


# === ADDRESS, PARCELS === #


def test_address_and_windows():
    parsed = parse_order(order())
    assert (parsed.address.country_code, parsed.address.state, parsed.address.phone) == ("US", "MO", "2025551234")
    assert parsed.ship_by.end and parsed.deliver_by.end and parsed.service_level == "Value"
    assert parsed.buyer.key == "3a26a451ed43434d@relay.walmart.com"


def test_parcels_by_tracking_number():
    lines = [
        line(1, quantity=2, statuses=[status("Shipped", 1, "1Z1"), status("Shipped", 1, "1Z2")]),
        line(2, statuses=[status("Shipped", 1, "1Z2")]),
    ]
    found = {package.tracking: package.quantities for package in parse_order(order(1, lines)).packages}
    assert found == {"1Z1": {"1": 1}, "1Z2": {"1": 1, "2": 1}}


# === REFUSALS === #


def test_the_wait_is_what_walmart_states():
    later = (int(NOW) + 600) * 1000
    _walmart, connector = start(refusal("RATE_LIMIT_EXCEEDED", "slow", 429, X_Next_Replenishment_Time=later))
    with pytest.raises(RateLimited) as caught:
        connector.fetch_orders([SHOP], SINCE)
    assert caught.value.retry_after == pytest.approx(600, abs=1)


def test_all_shapes_of_errors_are_read():
    error = {"code": "C1", "description": "why"}
    for body in (error, {"errors": [error]}, {"error": [error]}, {"errors": {"error": [error]}}):
        assert stated(body) == ("C1", "why")
    assert stated(None) == stated([]) == stated("oops") == ("", "")
    _walmart, connector = start(refusal("INVALID_REQUEST_PARAM", "limit is out of range"))
    with pytest.raises(Rejected, match="limit is out of range") as caught:
        connector.fetch_orders([SHOP], SINCE)
    assert caught.value.code == "INVALID_REQUEST_PARAM"


def test_a_token_lives_for_a_quarter_of_an_hour():
    walmart, connector = start(listed(), listed())
    connector.fetch_orders([SHOP], SINCE)
    walmart.time.now += 900
    connector.fetch_orders([SHOP], SINCE)
    assert walmart.presented == ["client_credentials"]
    assert len(walmart.correlations) == 3  # two calls and the token's, each with its own


def test_wrong_keys_are_final():
    walmart, _connector = start()
    other = connect(walmart, Credentials("f8b1c2d3-client", "wrong-secret-1"), MemoryTokenStore())
    with pytest.raises(AuthenticationFailed, match="INVALID_CLIENT"):
        other.fetch_shops()


def test_the_number_that_the_buyer_sees():
    assert parse_order(order(customerOrderId="4021604321999")).number == "4021604321999"
