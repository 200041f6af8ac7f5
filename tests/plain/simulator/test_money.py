"""The world's book of money: what is booked is what happened, settlements add up, payouts reach the bank."""

import json
from datetime import timedelta
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from addons.marketplace_simulator.server.world import money, money_bank, money_book, money_settle, seller
from addons.marketplace_simulator.server.world.marketplaces import quantum

from .api import Api
from .bazaar import BAZAAR

ZERO = Decimal(0)
ACCOUNT = "eu:EUR"


@pytest.fixture
def api():
    """Amazon in Europe and a made-up channel, without orders."""
    return Api(channels=("amazon", BAZAAR))


@pytest.fixture
def world(api):
    return api.simulator.world


def order_of(api, *kinds, **options):
    options = {"marketplace": "DE", "fulfilled_by": "merchant", **options}
    (key,) = api.control("orders", {"kinds": list(kinds), **options})["orders"]
    return api.simulator.world.get_order(key)


def ship(world, order, units=None, reference="1"):
    items = [{"line": line["id"], "quantity": line["quantity"] - line["shipped"] if units is None else units}
             for line in order["lines"]]
    seller.confirm_shipment(world, order, {"reference": reference, "carrier": "DHL", "service": "", "tracking": "T",
                                           "shipped_at": order["created"], "items": items})


def shipped(api, *kinds, **options):
    order = order_of(api, *kinds, **options)
    ship(api.simulator.world, order)
    return order


def total(bookings, *kinds):
    return sum((line["amount"] for booking in bookings for line in booking["lines"] if line["kind"] in kinds), ZERO)


def of_order(world, order, kind):
    return [entry for entry in money_book.bookings(world, order=order["id"]) if entry["type"] == kind]


def later(world, days=40):
    return world.clock.now() + timedelta(days=days)


@pytest.mark.parametrize("options", [
    {}, {"marketplace": "bazaar-SG"}, {"marketplace": "bazaar-ID"}, {"marketplace": "bazaar-KW"},
    {"fulfilled_by": "marketplace", "marketplace": "GB"}])
def test_a_sale_books_what_the_buyer_pays(api, world, options):
    kinds = ["multi_line", "several_units", "odd_total", "shipping", "discount", "gift"]
    kinds += ["platform_voucher", "shipping_subsidy"] * str(options.get("marketplace")).startswith("bazaar")
    for _number in range(10):
        order = order_of(api, *kinds, **options)
        world.apply(order, "ship")
        (booking,) = of_order(world, order, "sale")
        assert total([booking], *money_book.BUYER_KINDS) == money.order_total(order)
        assert total([booking], "subsidy", "shipping_subsidy") == money.order_subsidy(order)
        assert sum(line["amount"] for line in booking["lines"]) == booking["total"] != 0
        assert {line["amount"] % quantum(order["currency"]) for line in booking["lines"]} == {0}
        assert sum(line["units"] for line in booking["lines"]) == sum(line["quantity"] for line in order["lines"])


def test_fees_follow_the_rate_card(api, world):
    order = order_of(api, "several_units", "shipping", fulfilled_by="marketplace", marketplace="FR")
    world.apply(order, "ship")
    found, units = of_order(world, order, "sale"), order["lines"][0]["quantity"]
    goods = total(found, "principal", "discount")
    assert total(found, "commission") == -(goods * Decimal("0.15")).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    assert total(found, "fulfilment") == -units * Decimal("3.20")


def test_tax_that_the_channel_remits_is_withheld(api, world):
    order = shipped(api, "uoss", "shipping", "gift", "discount")
    found = of_order(world, order, "sale")
    assert total(found, "tax", "shipping_tax", "gift_wrap_tax", "discount_tax", "shipping_discount_tax") > 0
    assert total(found, "tax", "discount_tax") == -total(found, "tax_withheld")
    assert total(found, "shipping_tax", "shipping_discount_tax") == -total(found, "shipping_tax_withheld")
    assert total(found, "gift_wrap_tax") == -total(found, "gift_wrap_tax_withheld")


def test_parcels_of_one_order_add_up(api, world):
    for _number in range(10):
        order = order_of(api, "several_units", "odd_total", "shipping", "discount", "uoss")
        for number in range(order["lines"][0]["quantity"]):
            ship(world, order, 1, str(number))
        found = of_order(world, order, "sale")
        assert len(found) == order["lines"][0]["quantity"] > 1
        assert total(found, *money_book.BUYER_KINDS) == money.order_total(order)


def test_refunds_take_back_what_was_paid(api, world):
    order = shipped(api, "several_units", "shipping", "discount", "uoss")
    line = order["lines"][0]
    paid, before = money.order_total(order), of_order(world, order, "sale")
    seller.refund(world, order, [{"line": line["id"], "quantity": 1, "amount": Decimal("1.11")}], key="a")
    (first,) = of_order(world, order, "refund")
    assert total([first], *money_book.BUYER_KINDS) == Decimal("-1.11")
    back = total([first], "commission")
    kept = (back / 5).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    assert total([first], "refund_administration") == -kept < 0
    seller.refund(world, order, [{"line": line["id"], "quantity": 0, "amount": paid - Decimal("1.11")}], key="b")
    found = of_order(world, order, "refund")
    assert total(found, *money_book.BUYER_KINDS) == -paid
    for kind in ("principal", "discount", "tax", "tax_withheld", "commission", "shipping_commission"):
        assert total(found, kind) == -total(before, kind)


def test_shipping_alone_is_refunded_from_shipping(api, world):
    order = shipped(api, "shipping", marketplace="bazaar-SG")
    while money.order_part(order, "shipping_discount"):
        order = shipped(api, "shipping", marketplace="bazaar-SG")
    seller.refund(world, order, [], Decimal("1.00"))
    (found,) = of_order(world, order, "refund")
    assert {line["kind"] for line in found["lines"]} <= set(money_book.SHIPPING_KINDS) | {"shipping_subsidy"}


def test_what_was_never_shipped_is_never_booked(api, world):
    order = order_of(api, "several_units")
    seller.refund(world, order, [{"line": order["lines"][0]["id"], "quantity": 1, "amount": Decimal(1)}])
    seller.cancel(world, order)
    assert money_book.bookings(world, order=order["id"]) == []


def test_a_refund_before_the_parcel_is_booked_with_it(api, world):
    order = order_of(api)
    seller.refund(world, order, [{"line": order["lines"][0]["id"], "quantity": 0, "amount": Decimal("0.50")}])
    assert not money_book.bookings(world, order=order["id"])
    ship(world, order)
    assert total(of_order(world, order, "refund"), *money_book.BUYER_KINDS) == Decimal("-0.50")


def test_a_settlement_adds_up_and_is_paid(api, world):
    orders = [shipped(api) for _number in range(12)]
    made = money_settle.close(world, ACCOUNT, later(world))
    found = money_book.bookings(world, settlement=made["id"])
    assert {entry["order"] for entry in found if entry["type"] == "sale"} == {order["id"] for order in orders}
    assert sum((entry["total"] for entry in found), ZERO) == Decimal(made["total"]) > 0
    assert sum(len(entry["lines"]) for entry in found) == made["lines"]
    assert total(found, "reserve_held") == -Decimal(made["reserve"]) < 0
    assert total(found, "subscription") == -39
    assert total(found, "advertising") < 0 and total(found, "storage") < 0
    (statement,) = money_bank.statements(world).values()
    assert [row["reference"] for row in statement["rows"]] == [made["payout"]["reference"]]
    assert statement["balance"] == made["payout"]["amount"] == made["total"]
    assert money_settle.close(world, ACCOUNT, later(world)) is None


def test_deferred_money_waits(api, world):
    orders = [shipped(api) for _number in range(8)]
    first = money_settle.close(world, ACCOUNT)
    held = [entry for entry in money_book.bookings(world, account=ACCOUNT) if entry["settlement"] is None]
    assert {entry["order"] for entry in held} == {order["id"] for order in orders if order["number"] % 4 == 0}
    assert all(entry["release"] > entry["at"] for entry in held)
    second = money_settle.close(world, ACCOUNT, later(world))
    found = money_book.bookings(world, settlement=second["id"])
    assert {entry["number"] for entry in held} < {entry["number"] for entry in found}
    assert total(found, "reserve_returned") == Decimal(first["reserve"])
    assert second["start"] == first["end"]


def test_a_negative_settlement_is_carried_over(api, world):
    order = [shipped(api) for _number in range(10)][0]
    money_settle.close(world, ACCOUNT, later(world))
    seller.refund(world, order, [{"line": order["lines"][0]["id"], "quantity": 1,
                                  "amount": money.order_total(order)}])
    again = money_settle.close(world, ACCOUNT, later(world))
    assert Decimal(again["total"]) < 0 and again["payout"] is None and Decimal(again["reserve"]) == 0
    third = money_settle.close(world, ACCOUNT, later(world))
    assert total(money_book.bookings(world, settlement=third["id"]), "opening_balance") == Decimal(again["total"])
    assert len(money_bank.rows(world, "EUR")) == 1


def test_every_account_ties_out(api, world):
    api.control("orders", {"count": 80})
    api.control("advance", {})
    for entry in api.control("orders")["orders"]:
        if entry["status"] == "unshipped":
            world.apply(world.get_order(entry["id"]), "ship")
    made = api.control("settlements/close", {"until": later(world).isoformat()})["settlements"]
    summary = api.control("money")
    assert {one["account"] for one in made} == set(summary) and len(summary) > 3
    for one in summary.values():
        settled = sum((Decimal(entry["total"]) for entry in one["settlements"]), ZERO)
        assert settled == Decimal(one["settled"]) == sum(map(Decimal, one["kinds"].values()))
        assert settled == sum((Decimal(entry["net"]) for entry in one["skus"].values()), ZERO)
        assert Decimal(one["open"]) == Decimal(one["deferred"]) == 0
    bank = api.control("bank")
    paid = [entry for entry in made if entry["payout"]]
    assert sum(len(statement["rows"]) for statement in bank.values()) == len(paid) > 0


def test_only_one_account_or_channel_is_closed(api, world):
    api.control("orders", {"count": 10, "marketplace": "bazaar-SG"})
    shipped(api)
    for entry in api.control("orders")["orders"]:
        if entry["channel"] == "bazaar":
            world.apply(world.get_order(entry["id"]), "ship")
    made = api.control("settlements/close", {"account": ACCOUNT, "until": later(world).isoformat()})["settlements"]
    assert [one["account"] for one in made] == [ACCOUNT]
    made = api.control("settlements/close", {"channel": "bazaar", "until": later(world).isoformat()})["settlements"]
    assert [one["account"] for one in made] == ["bazaar-SG:SGD"]


@pytest.mark.parametrize("body", [{"until": "soon"}, {"until": 7}, {"all": True}])
def test_what_makes_no_sense_is_refused(api, body):
    answer = api.http.post("/_sim/settlements/close", json=body)
    assert answer.status_code == 400 and "until" in answer.get_json()["error"]


def test_the_bank_speaks_camt(api, world):
    for _number in range(10):
        shipped(api, marketplace="FR")
    made = money_settle.close(world, ACCOUNT, later(world))
    statement = money_bank.statement(world, "EUR")
    tree = ElementTree.fromstring(statement["camt"])
    space = {"c": money_bank.NAMESPACE}
    assert [entry.text for entry in tree.iterfind(".//c:Ntry/c:Amt", space)] == [made["total"]]
    assert made["payout"]["reference"] in tree.find(".//c:Ustrd", space).text
    assert tree.find(".//c:IBAN", space).text == made["payout"]["bank"]
    turned = made["payout"]["bank"][4:] + made["payout"]["bank"][:4]
    assert int("".join(str(int(char, 36)) for char in turned)) % 97 == 1
    assert made["payout"]["reference"] in statement["csv"].splitlines()[1]


def test_the_same_seed_books_the_same():
    def amounts():
        world = Api(orders=80, channels=("amazon", BAZAAR)).simulator.world
        rows = world.store.rows("SELECT data FROM booking ORDER BY number")
        return [(entry["event"], entry["order"], entry["lines"]) for entry in (json.loads(row["data"]) for row in rows)]

    first = amounts()
    assert first and first == amounts()


def test_the_book_outlives_the_server(tmp_path):
    world = Api(state=tmp_path / "state.sqlite", orders=40).simulator.world
    before = money_settle.summary(world)
    world.store.close()
    assert before and money_settle.summary(Api(state=tmp_path / "state.sqlite", orders=40).simulator.world) == before
