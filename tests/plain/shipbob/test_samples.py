"""ShipBob's recordings, and what the simulator cannot show."""

import json
from collections import Counter
from datetime import datetime, timezone
from decimal import Decimal

import pytest
import requests

from addons.marketplace.contract import Rejected
from addons.overseas_warehouse.contract import (
    FeeKind,
    Grade,
    InboundStatus,
    OutboundStatus,
    ProductStatus,
    ReturnStatus,
    StockEventKind,
)
from addons.overseas_warehouse_shipbob.connector import catalogue, inbound, money, outbound
from addons.overseas_warehouse_shipbob.connector.api import follow, judge
from addons.overseas_warehouse_shipbob.connector.fields import Node
from tests.plain.shipbob.openapi import document
from tests.plain.spec_models import shared_specs


@pytest.fixture(scope="module")
def recorded():
    if shared_specs() is None:
        pytest.skip("no specifications beside the checkout: ../shared/specs is absent")
    paths = sorted((shared_specs() / "shipbob" / "recorded").glob("*.json"))
    return {path.stem: json.loads(path.read_text(encoding="utf-8"), parse_float=str) for path in paths}


def test_every_recording_is_read(recorded):
    readers = {
        "products_2_0": lambda body: [
            catalogue.read_product(variant) for entry in body for variant in Node(entry, "product").nodes("variants")
        ],
        "wro_1": lambda body: [inbound.read(Node(body, "wro"))],
        "wro_boxes_response_stowing": lambda body: inbound.read(
            Node(recorded["wro_1"], "wro"), [Node(box, "box") for box in body]
        ).received,
    }
    counts = Counter(parsed=sum(bool(readers[name](body)) for name, body in recorded.items()), total=len(recorded))
    print(f"ShipBob: parsed {counts['parsed']} / total {counts['total']}")
    assert counts["parsed"] == counts["total"] == 3


def test_a_recorded_notice_counts_what_was_stowed(recorded):
    boxes = [Node(box, "box") for box in recorded["wro_boxes_response_stowing"]]
    state = inbound.read(Node(recorded["wro_1"], "wro"), boxes)
    assert (state.reference, state.external_id, state.status) == ("POTEST1", "443001", InboundStatus.RECEIVED)
    (line,) = state.received  # of the second box nothing is put away yet
    assert (line.sku, line.carton, line.sellable) == ("100", 1, 50)
    assert line.at == datetime(2025, 2, 19, 1, 23, 5, 850000, tzinfo=timezone.utc)


def test_a_recorded_product_has_no_measures_yet(recorded):
    (variant,) = Node(recorded["products_2_0"][0], "product").nodes("variants")
    state = catalogue.read_product(variant)
    assert (state.sku, state.status, state.barcode) == ("100", ProductStatus.APPROVED, "100")
    assert state.external_id == "8598495" and state.weight_kg is None


def test_a_split_order_is_the_sum_of_what_left():
    def shipment(number, status, units, **more):
        products = [{"sku": "CUP", "inventory_items": [{"id": 1, "quantity": units}]}]
        return {"id": number, "status": status, "products": products, **more}

    left = {"invoice_amount": "5.10", "invoice_currency_code": "USD", "measurements": {"total_weight_oz": 16},
            "tracking": {"tracking_number": "T1", "carrier": "USPS"}}  # fmt: skip
    problem = {"status_details": [{"description": "an item is missing"}]}
    order = {"id": 7, "reference_id": "SO7", "status": "PartiallyFulfilled",
             "shipments": [shipment(1, "Completed", 2, **left), shipment(2, "Exception", 1, **problem)]}  # fmt: skip
    state = outbound.read(Node(order, "order"))
    assert state.status is OutboundStatus.PROCESSING and state.lines == (("CUP", 2),)
    assert (state.tracking, state.carrier, state.weight_kg) == ("T1", "USPS", Decimal("0.454"))
    assert [(kind, amount.text) for kind, amount in state.fees] == [(FeeKind.FREIGHT, "5.10")]
    assert state.message == "an item is missing"
    arrived = shipment(1, "Completed", 2, delivery_date="2026-01-05T00:00:00Z")
    order |= {"status": "Fulfilled", "shipments": [arrived]}
    assert outbound.read(Node(order, "order")).status is OutboundStatus.DELIVERED


def test_a_refund_is_negative_and_a_shipment_leads_to_its_order():
    row = {"transaction_id": "01A", "amount": "3.5", "currency_code": "USD", "charge_date": "2026-01-02",
           "invoice_type": "AdditionalFee", "transaction_fee": "Pick Fee", "transaction_type": "Refund",
           "reference_type": "Shipment", "reference_id": "71", "fulfillment_center": "Cicero (IL)"}  # fmt: skip
    line = money.read_bill(Node(row, "row"), {"Cicero (IL)": "1"}, {"71": "7"}.get)
    assert (line.amount.amount, line.amount.text, line.kind) == (Decimal("-3.5"), "3.5", FeeKind.HANDLING)
    assert (line.document, line.warehouse) == ("7", "1")
    assert line.charged_at == datetime(2026, 1, 2, tzinfo=timezone.utc)


def test_disposed_units_come_back_to_no_stock():
    actions = [{"action": name, "quantity_processed": units} for name, units in
               (("Restock", 2), ("Quarantine", 1), ("Dispose", 4))]  # fmt: skip
    row = {"id": 9, "status": "Completed", "fulfillment_center": {"id": 10}, "insert_date": "2026-01-01T00:00:00Z",
           "inventory": [{"id": 1, "sku": "CUP", "action_taken": actions}]}  # fmt: skip
    record = money.read_return(Node(row, "row"))
    assert record.status is ReturnStatus.FINISHED
    assert [(line.units, line.grade) for line in record.lines] == [(2, Grade.SELLABLE), (1, Grade.DAMAGED)]


def test_an_event_with_two_sides_is_two_events():
    def side(status):
        return {"facility_id": 10, "sku": "CUP", "quantity_change": 3, "inventory_status": status}

    row = {"inventory_audit_event_id": 5, "event_category": "AttributeUpdated",
           "event_datetime": "2026-01-01T00:00:00Z",
           "decrement": side("Sellable"), "increment": side("Damaged")}  # fmt: skip
    events = catalogue.read_events(Node(row, "row"), "10")
    assert {event.kind for event in events} == {StockEventKind.REGRADE}
    found = [(event.external_id, event.units, event.grade) for event in events]
    assert found == [("5-", -3, Grade.SELLABLE), ("5+", 3, Grade.DAMAGED)]
    assert catalogue.read_events(Node(row, "row"), "20") == []


def test_what_is_there_but_not_free_may_not_be_sold():
    row = {"location_id": 10, "on_hand_quantity": 10, "fulfillable_quantity": 6, "committed_quantity": 3}
    line = catalogue.read_stock("CUP", Node(row, "row"), datetime.now(timezone.utc))
    assert (line.sellable, line.reserved, line.damaged) == (6, 3, 1)


def test_links_are_followed_without_their_host():
    assert follow("https://elsewhere.example/2026-01/product?cursor=a&PageSize=2") == {"cursor": "a", "PageSize": "2"}
    assert follow("f8cUk/xjhyEYp2L8oHqxL2hFiGz3qjqt") == {"Cursor": "f8cUk/xjhyEYp2L8oHqxL2hFiGz3qjqt"}


def test_labels_are_bytes_or_text_in_base64():
    assert inbound.read_file(b"%PDF-1.7") == b"%PDF-1.7"
    assert inbound.read_file("JVBERg==") == inbound.read_file(b'"JVBERg=="') == b"%PDF"


@pytest.mark.parametrize(
    "body", [{"title": "Bad", "errors": {"products": ["is empty"]}}, {"products": ["is empty"]}, ["is empty"]]
)
def test_a_refusal_says_why(body):
    answer = requests.Response()
    answer.status_code = 422
    error = judge("order.create", answer, body)
    assert type(error) is Rejected and "is empty" in error.reason


def test_the_document_refuses_what_it_does_not_know():
    if document() is None:
        pytest.skip("no specifications beside the checkout: ../shared/specs is absent")
    schema = {"$ref": "#/components/schemas/Orders.CreateOrderModel"}
    assert document().errors(schema, {"reference_id": "1", "colour": "red"})
