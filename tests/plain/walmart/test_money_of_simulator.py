"""The simulator's book of money as the connector reads it: reports to the cent, amounts by known words."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from addons.marketplace.contract import InvalidPayload, RateLimited, Rejected, Unavailable
from addons.marketplace_walmart.connector import recon_reports
from tests.plain.fee_words import kind_of
from tests.plain.walmart.test_against_simulator import Training


@pytest.fixture
def training():
    """Shipped orders, one of them refunded."""
    training = Training(orders=20)
    waiting = [order["id"] for order in training.api.control("orders")["orders"] if order["status"] == "unshipped"]
    for order_id in waiting:
        happen(training, order_id, "ship")
    kinds = ["multi_line", "several_units", "shipping", "discount", "platform_voucher"]
    happen(training, place(training, kinds), "ship", "return_request", "refund")
    return training


def place(training, kinds=()):
    (order_id,) = training.api.control("orders", {"marketplace": "walmart-US", "kinds": list(kinds)})["orders"]
    return order_id


def happen(training, order_id, *events):
    for event in events:
        training.api.control(f"orders/{order_id}/{event}", {})


def settle(training, days=30):
    until = (training.api.clock.now() + timedelta(days=days)).isoformat()
    (made,) = training.api.control("settlements/close", {"channel": "walmart", "until": until})["settlements"]
    training.api.clock.pass_time(120)
    return made


def reports(training):
    """``[(settlement, lines)]`` in the order of their dates."""
    connector = training.connector
    page = connector.fetch_settlements([training.shop], training.api.clock.now() - timedelta(days=1))
    assert page.complete_until and not page.next_token
    read = [connector.parse_settlement(connector.fetch_settlement(ref.handle)) for ref in page.refs]
    assert [ref.external_id for ref in page.refs] == [f"report {one.external_id}" for one in read]
    return [(one, list(one.lines)) for one in read]


def test_a_report_is_the_settlement_of_the_book(training):
    made = settle(training)
    ((settlement, lines),) = reports(training)
    assert sum(line.amount.amount for line in lines) == settlement.total.amount == Decimal(made["total"])
    assert settlement.reference == made["payout"]["reference"] and settlement.paid_at
    (book,) = training.api.control("money").values()
    kinds, words = Counter(), Counter(line.words for line in lines)
    for line in lines:
        kinds[line.words[:2]] += line.amount.amount
    assert [pieces for pieces in words if not kind_of("walmart", pieces)] == []
    assert kinds["Sale", "Commission on Product"] == Decimal(book["kinds"]["sale.commission"])
    assert kinds["Refund", "Product tax"] == -kinds["Refund", "Product tax withheld"] != 0
    goods = (book["kinds"].get(f"sale.{kind}", 0) for kind in ("principal", "platform_discount"))
    assert kinds["Sale", "Product Price"] == sum(map(Decimal, goods))
    assert words["Reserve", "Funds withheld to cover future refunds"] == 1
    units = Counter()
    for line in lines:
        if line.words == ("Sale", "Product Price"):
            units[line.sku] += line.units
    assert units == {sku: row["units"] for sku, row in book["skus"].items() if row["units"]}


def test_lines_name_the_orders_that_the_connector_knows(training):
    settle(training)
    ((_settlement, lines),) = reports(training)
    for order_id in {line.order_id for line in lines if line.order_id}:
        order = training.order(order_id)
        known = {line.external_id: line.sku for line in order.lines}
        about = [line for line in lines if line.order_id == order_id]
        assert all(known[line.order_line_id] == line.sku for line in about)
        paid = [line for line in about if line.words[0] == "Sale" and line.words[1] == "Product Price"]
        assert sum(line.units for line in paid) == sum(line.quantity_shipped for line in order.lines)


def test_reserves_and_debts_go_into_the_next_report(training):
    first, order_id = settle(training), place(training)
    happen(training, order_id, "ship")
    settle(training)
    happen(training, order_id, "return_request", "refund")
    debt, after = settle(training), settle(training)
    found = reports(training)
    assert [one.total.amount for one, _lines in found][2:] == [Decimal(debt["total"]), Decimal(after["total"])]
    assert Decimal(debt["total"]) < 0 and found[2][0].paid_at is None
    assert len({one.external_id for one, _lines in found}) == 4
    amounts = [{line.words: line.amount.amount for line in lines if not line.order_id} for _one, lines in found]
    assert amounts[1]["Release Reserve", "Reserve credited back"] == Decimal(first["reserve"])
    assert amounts[3]["Adjustment", "Opening Balance"] == Decimal(debt["total"])
    for settlement, lines in found:
        assert sum(line.amount.amount for line in lines) == settlement.total.amount


def test_there_is_no_report_of_another_day_or_version(training, monkeypatch):
    settle(training)
    with pytest.raises(Rejected, match="no report of this date"):
        training.connector.fetch_settlement({"date": "01012020"})
    monkeypatch.setattr(recon_reports, "VERSION", {})
    with pytest.raises(Rejected, match="version v1"):
        training.connector.fetch_settlement({"date": "01012020"})


@pytest.mark.parametrize("kind", ["throttle", "error_500", "error_503", "expired_token", "truncated_json"])
@pytest.mark.parametrize("operation", ["recon.dates", "recon.file"])
def test_faults_lose_nothing(training, kind, operation):
    settle(training)
    whole = reports(training)
    training.api.control("faults", {"kind": kind, "operation": f"walmart.{operation}", "count": 1})
    try:
        found = reports(training)
    except (InvalidPayload, RateLimited, Unavailable):
        found = reports(training)
    assert [lines for _one, lines in found] == [lines for _one, lines in whole] != []
    assert [fault["fired"] for fault in training.api.control("faults")["faults"]] == [1]
