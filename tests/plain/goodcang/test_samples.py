"""Every recorded sample of GoodCang is read: by the provider's readers where it uses the operation."""

import json
import re
from collections import Counter
from datetime import date, datetime, timezone
from decimal import Decimal

import pytest
import requests

from addons.marketplace.contract import AuthenticationFailed, Page, RateLimited, Rejected, Unavailable
from addons.overseas_warehouse.contract import FeeKind, Grade, OutboundStatus, ReturnStatus
from addons.overseas_warehouse_goodcang.connector import catalogue, inbound, money, outbound
from addons.overseas_warehouse_goodcang.connector.api import judge
from addons.overseas_warehouse_goodcang.connector.fields import Node
from tests.plain.spec_models import shared_specs

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
#: Readers of the operations that the provider uses: answer → records.
READERS = {
    "inventory/get_product_inventory": lambda answer: [
        catalogue.read_stock(node, NOW) for node in answer.nodes("data")
    ],
    "order/get_order_by_code": lambda answer: [outbound.read(answer.node("data"))],
    "order/get_order_list": lambda answer: [outbound.read(node) for node in answer.nodes("data")],
    "return_order/list": lambda answer: [money.read_return(node) for node in answer.nodes("data")],
    "return_order/search": lambda answer: [money.read_return(node) for node in answer.nodes("data")],
    "finance/cost_flow_list": lambda answer: [money.read_bill(node) for node in answer.node("data").nodes("list")],
    "finance/get_wh_inventory_storage": lambda answer: [
        money.add_storage(_rent(node.text("wis_code")), node) for node in answer.nodes("data")
    ],
}


def _rent(document):
    row = {"order_number": document, "amount": "0.366", "currency_code": "USD", "add_time": "2017-09-05 01:00:00",
           "types_of_fee_name_cn": "仓租"}  # fmt: skip
    return money.read_bill(Node(row, "row"))


@pytest.fixture(scope="module")
def samples():
    if shared_specs() is None:
        pytest.skip("no specifications beside the checkout: ../shared/specs is absent")
    entries = json.loads((shared_specs() / "goodcang" / "examples.json").read_text(encoding="utf-8"))
    return [(entry["path"].removeprefix("/public_open/"), _exact(entry["response"])) for entry in entries]


def _exact(response):
    """The answer as the client hands it over; three samples were written down with slips of the pen."""
    text = response if isinstance(response, str) else json.dumps(response)
    text = text.replace('"total"=>', '"total":')
    text = re.sub(r"^(\s+)(currency_\w+|symbol):", r'\1"\2":', text, flags=re.M)
    text += "}" * (text.count("{") - text.count("}"))
    return json.loads(text, parse_float=str)


def read(path, body):
    answer = requests.Response()
    answer.status_code = 200
    assert judge(path, answer, body) is None
    node = Node(body, path)
    return READERS[path](node) if path in READERS else [node.get("data")]


def test_every_sample_is_read(samples):
    counts = Counter()
    for path, body in samples:
        counts["total"] += 1
        records = read(path, body)
        assert records and all(record is not None for record in records), path
        counts["parsed"] += 1
        counts["by readers"] += path in READERS
    print(f"GoodCang: parsed {counts['parsed']} / total {counts['total']}, {counts['by readers']} by the provider")
    assert counts["parsed"] == counts["total"] == 23
    assert counts["by readers"] == len(READERS)


def test_an_order_says_what_left_and_what_it_cost(samples):
    (state,) = read("order/get_order_by_code", dict(samples)["order/get_order_by_code"])
    assert (state.reference, state.external_id) == ("RVG000-210310-0041", "G000-210420-0004")
    assert state.status is OutboundStatus.SHIPPED and state.lines == (("FISH65", 10),)
    assert state.shipped_at == datetime(2021, 4, 21, 7, 18, 50, tzinfo=timezone.utc)  # Beijing is eight hours ahead
    assert state.weight_kg == Decimal("10.000")
    fees = {(kind, amount.text) for kind, amount in state.fees}
    assert fees == {(FeeKind.FREIGHT, "1"), (FeeKind.HANDLING, "30.88"), (FeeKind.OTHER, "47.964")}


def test_stock_is_text_and_stays_exact(samples):
    (line,) = read("inventory/get_product_inventory", dict(samples)["inventory/get_product_inventory"])
    counts = (line.sellable, line.reserved, line.damaged, line.pending, line.inbound)
    assert (line.warehouse, line.sku, counts) == ("USEA", "TEST150810002", (10335, 10, 0, 31, 1482))


def test_storage_names_its_day_and_volume(samples):
    (line,) = read("finance/get_wh_inventory_storage", dict(samples)["finance/get_wh_inventory_storage"])
    assert line.kind is FeeKind.STORAGE and line.quantity_basis == "1.660 m³"
    assert line.period == (date(2017, 9, 4), date(2017, 9, 4)) and line.warehouse == "USWE"


def test_a_return_that_only_arrived_is_not_finished(samples):
    (record,) = read("return_order/search", dict(samples)["return_order/search"])
    assert record.status is ReturnStatus.RECEIVED and record.outbound == "G296-170914-0002"
    assert [(line.sku, line.units, line.grade) for line in record.lines] == [("SKU8945421522", 1, Grade.SELLABLE)]


def test_batches_become_totals():
    rows = [(5, 1, "2026-01-02 08:00:00"), (2, 2, "2026-01-03 08:00:00"), (4, 1, "0000-00-00 00:00:00")]
    nodes = [Node({"product_sku": "CUP", "quantity": units, "inventory_type": kind, "putaway_time": at}, "batch")
             for units, kind, at in rows]  # fmt: skip
    (line,) = inbound.sum_batches(nodes)
    assert (line.sellable, line.damaged, line.at) == (9, 2, datetime(2026, 1, 3, tzinfo=timezone.utc))


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, {"ask": "Failure", "message": "app-token错误"}, AuthenticationFailed),
        (200, {"ask": "Failure", "message": "请求过于频繁"}, RateLimited),
        (200, {"ask": "Failure", "message": "系统繁忙，请稍后再试"}, Unavailable),
        (200, {"code": 50001, "message": "SKU is wrong"}, Rejected),
        (200, {"ask": "Failure", "Error": {"errMessage": "库存不足", "errCode": "7"}}, Rejected),
        (503, {"ask": "Failure", "message": "down"}, Unavailable),
    ],
)
def test_errors_stand_in_the_body(status, body, error):
    answer = requests.Response()
    answer.status_code = status
    assert type(judge("order/create_order", answer, body)) is error


def test_equal_events_of_one_second_stay_apart():
    row = {"reference_no": "G1", "application_code": "4", "product_sku": "CUP", "warehouse_code": "UK",
           "inventory_change_type": "2", "ibl_change_quantity": "1", "ibl_add_time": "2026-01-02 08:00:00"}  # fmt: skip
    seen = Counter()
    first, second = (catalogue.read_event(Node(row, "row"), seen) for _ in range(2))
    assert first.external_id != second.external_id and first.units == second.units == -1
    assert catalogue.read_event(Node(row, "row"), Counter()) == first


class _Log:
    """An account without events, that remembers the spans it was asked for."""

    def __init__(self):
        self.spans = []

    def now(self):
        return datetime(2026, 3, 20, tzinfo=timezone.utc)

    def all(self, operation, payload, **_names):
        self.spans.append((payload["create_date_from"], payload["create_date_end"]))
        return []


def test_a_long_range_is_asked_for_month_by_month():
    api, token, start = _Log(), "", datetime(2026, 1, 1, tzinfo=timezone.utc)
    while True:
        page = catalogue.fetch_stock_events(api, ["UK"], start, datetime(2027, 1, 1, tzinfo=timezone.utc), token)
        assert isinstance(page, Page)
        token = page.next_token
        if not token:
            break
    assert api.spans == [("2026-01-01", "2026-01-31"), ("2026-02-01", "2026-03-03"), ("2026-03-04", "2026-03-21")]
