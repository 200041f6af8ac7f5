"""The connector and the training marketplace: neither knows anything of the other but Amazon's protocol."""

from datetime import timedelta
from decimal import Decimal

import pytest

from addons.marketplace.contract import Rejected
from addons.marketplace_amazon.connector.orders import parse_order
from addons.overseas_warehouse_fba.connector import compensation, ledger, planning, removals
from addons.overseas_warehouse_fba.connector.inbound_records import InboundItem, InboundOrder
from addons.overseas_warehouse_fba.connector.outbound import McfStatus
from addons.overseas_warehouse_fba.connector.refunds import SOURCE
from addons.overseas_warehouse_fba.connector.returns import REPORT as RETURNS
from addons.overseas_warehouse_fba.engine.claims import settle, shortages
from addons.overseas_warehouse_fba.engine.classification import Classifier, Knowledge, ShipmentFacts
from addons.overseas_warehouse_fba.engine.missing import (
    RefundedUnits,
    RemovedUnits,
    missing_removals,
    missing_returns,
    paid_back_whole,
)
from addons.overseas_warehouse_fba.engine.movements import Kind
from addons.overseas_warehouse_fba.engine.positions import deviations, opening_of, replay
from addons.overseas_warehouse_fba.engine.receipts import ReceiptIssue, compare
from tests.plain.fba.fba import HUB, READY, box, inbound_order, mcf_order
from tests.plain.fba.training import GB, Fba


@pytest.fixture
def world():
    return Fba()


def cheapest(needed):
    """The cheapest placement, our own carrier, the earliest window."""
    if needed.what == "placement":
        return min(needed.options, key=lambda option: sum(option.costs.values()))
    if needed.what == "transport":
        return next(option for option in needed.options if option.quote is None)
    return needed.options[0]


def read_ledger(world):
    """``(events, balances)`` of the last three days."""
    until = world.api.clock.now()
    period = {"marketplace_id": GB, "since": until - timedelta(days=3), "until": until}
    sheets = [
        world.wait_for(world.fba.fetch_sheet, report_type=kind, **period) for kind in (ledger.DETAIL, ledger.SUMMARY)
    ]
    assert not any(sheet.broken for sheet in sheets)
    return [sheet.records for sheet in sheets]


def test_goods_go_to_amazon_from_plan_to_receipt(world):
    sku, other = world.skus(2)
    order = inbound_order([box((sku, 12), count=2), box((other, 5), (sku, 1))], GB)
    seen = []

    def pick(needed):
        seen.append((needed.what, len(needed.options)))
        return cheapest(needed)

    arranged = world.arrange(order, pick)
    assert seen == [("placement", 2), ("transport", 2), ("transport", 2), ("window", 2), ("window", 2)]
    assert [shipment.status for shipment in arranged.shipments] == ["READY_TO_SHIP"] * 2
    numbers = [shipment.confirmation_id for shipment in arranged.shipments]
    assert all(number.startswith("FBA") for number in numbers) and len(set(numbers)) == 2
    assert world.fba.inbound.fetch_box_labels(numbers[0]).startswith(b"%PDF")
    assert world.fba.inbound.fetch_item_labels(GB, {sku: 25})[0].startswith(b"%PDF")
    sent = {}
    for shipment in arranged.shipments:
        boxes = world.fba.inbound.list_box_ids(arranged.plan_id, shipment.shipment_id)
        tracking = {key: f"1Z{number:04d}" for number, key in enumerate(boxes)}
        items = world.fba.inbound.list_shipment_items(arranged.plan_id, shipment.shipment_id)
        sent[shipment.confirmation_id] = {item.msku: item.units for item in items}
        assert world.fba.inbound.set_tracking(arranged.plan_id, shipment.shipment_id, tracking)
        assert not world.fba.inbound.set_tracking(arranged.plan_id, shipment.shipment_id, tracking)
    assert sum(sum(units.values()) for units in sent.values()) == 30
    world.api.clock.pass_time(7200)
    events, balances = read_ledger(world)
    known = Knowledge(shipments={number: ShipmentFacts(units) for number, units in sent.items()})
    movements = Classifier(known).classify(events)
    issues = [issue for number in numbers for issue in compare(number, sent[number], movements)]
    assert {issue.issue for issue in issues} <= {ReceiptIssue.SHORTAGE, ReceiptIssue.DAMAGE} and issues
    for number in numbers:
        received = world.fba.inbound.fetch_received(number, GB)
        arrived = {}
        for movement in movements:
            if movement.document == number:
                arrived[movement.msku] = arrived.get(movement.msku, 0) + movement.units
        assert received == {msku: (sent[number][msku], units) for msku, units in arrived.items()}
    assert deviations(movements, balances) == []


def send(world, order):
    """Send an order and let it arrive; returns ``{FBA shipment number: {MSKU: units sent}}``."""
    arranged = world.arrange(order, cheapest)
    sent, inbound = {}, world.fba.inbound
    for shipment in arranged.shipments:
        boxes = inbound.list_box_ids(arranged.plan_id, shipment.shipment_id)
        items = inbound.list_shipment_items(arranged.plan_id, shipment.shipment_id)
        sent[shipment.confirmation_id] = {item.msku: item.units for item in items}
        inbound.set_tracking(arranged.plan_id, shipment.shipment_id, {key: f"1Z{key}" for key in boxes})
    world.api.clock.pass_time(7200)
    return sent


def test_shortages_are_claimed_and_what_amazon_paid_is_taken_off(world):
    first, second = world.skus(2)
    sent = send(world, inbound_order([box((first, 10), (second, 10))], GB))
    ((number, units),) = sent.items()
    events, _balances = read_ledger(world)
    movements = Classifier(Knowledge(shipments={number: ShipmentFacts(units)})).classify(events)
    today = world.api.clock.now().date()
    claims = shortages(compare(number, units, movements), {number: today})
    assert [(claim.msku, claim.units) for claim in claims] == [(first, 1), (second, 1)]
    period = {"marketplace_id": GB, "since": world.api.clock.now() - timedelta(days=1), "until": world.api.clock.now()}
    paid = world.wait_for(world.fba.fetch_sheet, report_type=compensation.REPORT, **period)
    found = settle(claims, paid.records, {claim.fnsku: Decimal("3.20") for claim in claims})
    assert not found.unmatched and not paid.broken
    assert {claim.msku: (claim.open_units, claim.expected) for claim in found.claims} == {
        first: (0, Decimal("0.00")),
        second: (1, Decimal("3.20")),
    }
    assert next(claim.paid for claim in found.claims if claim.msku == first) == paid.records[0].amount.amount > 0


def day_until_now(world):
    """The last day, as a report's period."""
    now = world.api.clock.now()
    return {"marketplace_id": GB, "since": now - timedelta(days=1), "until": now}


def test_aged_stock_is_reported(world):
    aged = world.wait_for(world.fba.fetch_sheet, report_type=planning.REPORT, **day_until_now(world))
    shown = {entry.msku: entry.sellable for entry in world.fba.fetch_inventory(GB)}
    assert {entry.msku: sum(entry.ages.values()) for entry in aged.records} == shown


def remove(world, sku, units, kind):
    """Order units out of Amazon's stock, as in Seller Central; returns the order's number."""
    return world.api.control("fba/removal", {"sku": sku, "units": units, "type": kind})["number"]


def test_removals_are_followed_to_the_unit_that_went_astray(world):
    sku = max(world.fba.fetch_inventory(GB), key=lambda entry: entry.sellable).msku
    numbers = {"return": remove(world, sku, 10, "Return"), "disposal": remove(world, sku, 3, "Disposal")}
    waiting = world.wait_for(world.fba.fetch_sheet, report_type=removals.ORDERS, **day_until_now(world)).records
    assert {(line.order_id, line.open_units, line.in_process) for line in waiting} == {
        (numbers["return"], 10, 10),
        (numbers["disposal"], 3, 3),
    }
    world.api.clock.pass_time(7200)
    assert world.api.control("advance", {})["events"]
    world.api.clock.pass_time(60)
    done = world.wait_for(world.fba.fetch_sheet, report_type=removals.ORDERS, **day_until_now(world)).records
    assert {(line.order_id, line.order_type.value, line.shipped, line.disposed) for line in done} == {
        (numbers["return"], "return", 10, 0),
        (numbers["disposal"], "disposal", 0, 3),
    }
    parcels = world.wait_for(world.fba.fetch_sheet, report_type=removals.SHIPMENTS, **day_until_now(world)).records
    assert [(parcel.order_id, parcel.units) for parcel in parcels] == [(numbers["return"], 9)]
    events, balances = read_ledger(world)
    purposes = {number: purpose for purpose, number in numbers.items()}
    movements = Classifier(Knowledge(removals=purposes)).classify(events)
    gone = {movement.document: (movement.kind, -movement.units) for movement in movements if movement.document}
    assert (gone[numbers["return"]], gone[numbers["disposal"]]) == ((Kind.REMOVAL, 10), (Kind.DISPOSAL, 3))
    assert deviations(movements, balances) == []
    removed = [
        RemovedUnits(line.order_id, line.fnsku, line.msku, line.updated_at.date(), gone[line.order_id][1], accounted)
        for line in done
        for accounted in [line.disposed + sum(part.units for part in parcels if part.order_id == line.order_id)]
    ]
    assert [(claim.document, claim.units) for claim in missing_removals(removed, [])] == [(numbers["return"], 1)]


def test_goods_that_amazon_sends_once_more_are_replacements_in_the_ledger(world):
    [sold] = world.api.place(marketplace="GB", fulfilled_by="marketplace")
    world.api.control("advance", {})
    again = world.api.control(f"orders/{sold}/replace", {})["order"]
    world.api.control("advance", {})
    parsed = parse_order(world.api.order(again))
    assert (parsed.is_replacement, parsed.replaces) == (True, sold)
    events, balances = read_ledger(world)
    movements = Classifier(Knowledge(replacements=frozenset({parsed.external_id}))).classify(events)
    units = {line.sku: -line.quantity for line in parsed.lines}
    resent = {entry.msku: entry.units for entry in movements if entry.kind is Kind.REPLACEMENT}
    assert resent == units
    assert {entry.msku: entry.units for entry in movements if entry.document == sold} == units
    assert deviations(movements, balances) == []


def test_what_was_refunded_and_not_sent_back_is_seen(world):
    orders = [world.api.order(key) for key in world.api.place(marketplace="GB", fulfilled_by="marketplace", count=2)]
    world.api.control("advance", {})
    sent, kept = [(order["orderId"], order["orderItems"][0]["product"]["sellerSku"]) for order in orders]
    for order_id, _sku in (sent, kept):
        world.api.control(f"orders/{order_id}/refund", {})
    world.api.clock.pass_time(60)
    plate = world.api.control("fba/return", {"order": sent[0], "sku": sent[1], "disposition": "CUSTOMER_DAMAGED"})
    world.api.clock.pass_time(600)
    refunds = world.fba.fetch_sheet(report_type=SOURCE, **day_until_now(world)).records
    found = {(refund.order_id, refund.msku): refund for refund in refunds}
    assert {sent, kept} <= set(found) and all(refund.amount.amount < 0 for refund in refunds)
    back = world.wait_for(world.fba.fetch_sheet, report_type=RETURNS, **day_until_now(world)).records
    assert [(entry.order_id, entry.msku, entry.units, entry.disposition, entry.plate) for entry in back] == [
        (*sent, 1, "CUSTOMER_DAMAGED", plate["number"])
    ]
    events, balances = read_ledger(world)
    movements = Classifier(Knowledge(orders=frozenset({plate["number"]}))).classify(events)
    assert Kind.RETURN_SOURCED in {movement.kind for movement in movements}
    assert deviations(movements, balances) == []
    owed = missing_returns(
        [RefundedUnits(*key, key[1], refund.refunded_at.date(), refund.units) for key, refund in found.items()],
        {(entry.order_id, entry.msku): entry.units for entry in back},
    )
    assert kept[0] in {claim.document for claim in owed} and sent[0] not in {claim.document for claim in owed}


def test_what_was_refunded_in_part_is_owed_by_nobody(world):
    [key] = world.api.place(marketplace="GB", fulfilled_by="marketplace", kinds=[])
    order = parse_order(world.api.order(key))
    world.api.control("advance", {})
    for event in ("refund_part", "refund_part", "refund"):
        world.api.control(f"orders/{key}/{event}", {})
    world.api.clock.pass_time(600)
    found = [refund for refund in world.fba.fetch_sheet(report_type=SOURCE, **day_until_now(world)).records
             if refund.order_id == key]  # fmt: skip
    price = order.total.amount
    part = round(price / 4, 2)
    # Amazon takes no more back than the seller got.
    assert [(refund.units, refund.goods.amount) for refund in found] == [(1, part), (1, part), (1, price - 2 * part)]
    stated = [RefundedUnits(key, "", refund.msku, refund.refunded_at.date(), refund.units, refund.goods.amount)
              for refund in found]  # fmt: skip
    sold = {(key, found[0].msku): (1, price)}
    assert missing_returns(paid_back_whole(stated[:2], sold), {}) == []
    assert [claim.units for claim in missing_returns(paid_back_whole(stated, sold), {})] == [1]


WRITES = 12


@pytest.mark.parametrize("lost", range(1, WRITES + 1))
def test_a_restart_at_any_step_orders_nothing_twice(lost):
    world = Fba(orders=0, check=False)
    world.bridge.lose = {lost}
    sku, other = world.skus(2)
    arranged = world.arrange(inbound_order([box((sku, 4)), box((other, 5))], GB), cheapest)
    plans = world.api.simulator.store.documents("inbound_plan", "eu")
    assert [plan["id"] for plan in plans] == [arranged.plan_id]
    assert len(arranged.shipments) == 2
    assert all(shipment.window_id and shipment.transport_id for shipment in arranged.shipments)
    assert [units for plan in plans for units in (len(plan["boxes"]), len(plan["placements"]))] == [2, 2]


def test_the_writes_of_a_journey_are_those_that_get_lost():
    """Guards the range of the test above."""
    world = Fba(orders=0, check=False)
    sku, other = world.skus(2)
    world.arrange(inbound_order([box((sku, 4)), box((other, 5))], GB), cheapest)
    assert len(world.bridge.writes) == WRITES


def test_the_dear_placement_says_what_it_costs(world):
    (sku,) = world.skus(1)
    offered = []

    def pick(needed):
        if needed.what != "placement":
            return cheapest(needed)
        offered.extend(needed.options)
        return max(needed.options, key=lambda option: sum(option.costs.values()))

    arranged = world.arrange(inbound_order([box((sku, 10), count=2)], GB), pick)
    assert sorted(sum(option.costs.values()) for option in offered) == [0, Decimal("6.0")]
    assert [shipment.warehouse for shipment in arranged.shipments] == ["BHX4"]


def test_boxes_that_do_not_hold_the_plan_are_refused_before_amazon_sees_them(world):
    (sku,) = world.skus(1)
    order = InboundOrder("WH/OUT/1", GB, HUB, (InboundItem(sku, 9),), (box((sku, 4)),), READY)
    with pytest.raises(Rejected, match="4 in boxes, 9 in the plan"):
        world.arrange(order, cheapest)


def test_ledger_explains_what_lies_at_amazon(world):
    events, balances = read_ledger(world)
    assert events and balances
    movements = Classifier(Knowledge()).classify(events)
    assert {movement.kind for movement in movements} == {Kind.SALE}
    units = replay(movements, opening_of(balances))
    shown = {entry.fnsku: entry.total for entry in world.fba.fetch_inventory(GB)}
    assert {position[0]: count for position, count in units.items()} == {
        key: count for key, count in shown.items() if count
    }
    assert deviations(movements, balances) == [] and not any(balance.gap for balance in balances)


def test_orders_of_other_shops_leave_amazon_once(world):
    (sku,) = world.skus(1)
    before = next(entry for entry in world.fba.fetch_inventory(GB) if entry.msku == sku)
    outbound = world.fba.outbound(GB)
    order = mcf_order(msku=sku)
    offers = outbound.preview(order)
    assert [offer.speed for offer in offers] == ["Standard", "Expedited", "Priority"]
    assert all(offer.possible and sum(fee.amount for _name, fee in offer.fees) > 0 for offer in offers)
    for _time in range(2):
        assert [result.accepted for result in outbound.ship([order])] == [True]
    assert outbound.fetch(order.reference).status is McfStatus.PLANNING
    world.api.clock.pass_time(7200)
    state = outbound.fetch(order.reference)
    (package,) = state.packages
    assert (state.status, package.lines) == (McfStatus.COMPLETE, {"L1": 2})
    assert outbound.track(package.number)[0] == "IN_TRANSIT"
    with pytest.raises(Rejected, match="cannot be stopped"):
        outbound.cancel(order.reference)
    after = next(entry for entry in world.fba.fetch_inventory(GB) if entry.msku == sku)
    assert before.total - after.total == 2
    events, _balances = read_ledger(world)
    movements = Classifier(Knowledge(mcf_orders=frozenset({order.reference}))).classify(events)
    assert [entry.units for entry in movements if entry.kind is Kind.MCF_SALE] == [-2]


def test_an_order_is_stopped_while_it_can_be(world):
    (sku,) = world.skus(1)
    outbound = world.fba.outbound(GB)
    order = mcf_order(msku=sku)
    outbound.ship([order])
    outbound.cancel(order.reference)
    outbound.cancel(order.reference)
    state = outbound.fetch(order.reference)
    assert (state.status, state.cancelled) == (McfStatus.CANCELLED, {"L1": 2})
    assert outbound.fetch("never made") is None
    with pytest.raises(Rejected, match="does not know"):
        outbound.cancel("never made")


def test_too_many_units_are_not_shipped(world):
    (sku,) = world.skus(1)
    outbound = world.fba.outbound(GB)
    order = mcf_order(msku=sku, units=99999)
    assert not any(offer.possible for offer in outbound.preview(order))
    assert outbound.preview(order)[0].missing == {"L1": ("NoInventory",)}
    outbound.ship([order])
    assert outbound.fetch(order.reference).unfulfillable == {"L1": 99999}


def test_offers_that_expired_are_asked_for_again(world):
    """The state says that placements were offered; Amazon has none that is still good."""
    (sku,) = world.skus(1)
    order = inbound_order([box((sku, 10), count=2)], GB)

    def expire(needed):
        (plan,) = world.api.simulator.store.documents("inbound_plan", "eu")
        if needed.what == "placement" and not plan.get("expired"):
            old = [dict(option, status="EXPIRED") for option in plan["placements"]]
            plan |= {"placements": [], "expired": old}
            world.api.simulator.store.put_document("inbound_plan", plan["id"], "eu", plan["created"], plan)
        return cheapest(needed)

    assert world.arrange(order, expire).shipments
