"""How the money of an order becomes lines."""

from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal

import pytest

from addons.marketplace.contract import (
    Charge,
    ChargeKind,
    Fulfilment,
    InvalidPayload,
    Money,
    Order,
    OrderLine,
    OrderStatus,
    TaxCollector,
    TaxTreatment,
    plan_lines,
    split_evenly,
)

CENT = Decimal("0.01")
NOW = datetime(2026, 11, 1, tzinfo=timezone.utc)


def money(text, currency="EUR"):
    return Money.parse(text, currency, "test")


def item(*charges, quantity=1, shipped=0, ref="1"):
    return OrderLine(ref, f"SKU-{ref}", "Title", quantity, tuple(charges), quantity_shipped=shipped)


def order(*lines, total, charges=()):
    return Order(
        external_id="1",
        shop_id="shop",
        revision="1",
        status=OrderStatus.UNSHIPPED,
        fulfilment=Fulfilment.MERCHANT,
        ordered_at=NOW,
        updated_at=NOW,
        lines=lines,
        total=money(total) if total else None,
        charges=charges,
    )


def charge(kind, amount, tax=None, treatment=TaxTreatment.INCLUDED, collector=TaxCollector.SELLER):
    return Charge(kind, money(amount), money(tax) if tax else None, treatment, collector)


def summary(planned):
    return [(line.kind, line.quantity, str(line.unit_price), line.taxed, line.shipped) for line in planned]


@pytest.mark.parametrize(
    ("total", "parts", "expected"),
    [
        ("29.99", 3, [("10.00", 2), ("9.99", 1)]),
        ("30.00", 3, [("10.00", 3)]),
        ("-10.00", 3, [("-3.34", 1), ("-3.33", 2)]),
        ("0.01", 4, [("0.01", 1), ("0.00", 3)]),
        ("0.00", 2, [("0.00", 2)]),
    ],
)
def test_shares_differ_by_one_coin_and_add_up(total, parts, expected):
    shares = split_evenly(Decimal(total), parts, CENT)
    assert shares == [(Decimal(unit), count) for unit, count in expected]
    assert sum(unit * count for unit, count in shares) == Decimal(total)


def test_yen_have_no_cents():
    assert split_evenly(Decimal(1000), 3, Decimal(1)) == [(Decimal(334), 1), (Decimal(333), 2)]


def test_discount_reduces_the_item_and_services_are_one_line_per_kind():
    first = item(
        charge(ChargeKind.ITEM, "20.00"), charge(ChargeKind.ITEM_DISCOUNT, "-2.50"), charge(ChargeKind.SHIPPING, "3.00")
    )
    second = item(
        charge(ChargeKind.ITEM, "5.00"),
        charge(ChargeKind.SHIPPING, "1.00"),
        charge(ChargeKind.SHIPPING_DISCOUNT, "-4.00"),
        charge(ChargeKind.GIFT_WRAP, "1.25"),
        ref="2",
    )
    planned = plan_lines(order(first, second, total="23.75"), CENT)
    assert summary(planned) == [
        ("item", 1, "17.50", True, 0),
        ("item", 1, "5.00", True, 0),
        ("gift_wrap", 1, "1.25", True, 0),
    ]


def test_added_tax_of_the_seller_is_part_of_the_price():
    line = item(charge(ChargeKind.ITEM, "10.00", "2.00", TaxTreatment.ADDED))
    assert summary(plan_lines(order(line, total="12.00"), CENT)) == [("item", 1, "12.00", True, 0)]


@pytest.mark.parametrize(
    ("amount", "treatment", "total"),
    [("12.00", TaxTreatment.INCLUDED, "12.00"), ("10.00", TaxTreatment.ADDED, "12.00")],
)
def test_tax_the_marketplace_owes_is_a_line_of_its_own(amount, treatment, total):
    line = item(charge(ChargeKind.ITEM, amount, "2.00", treatment, TaxCollector.MARKETPLACE))
    planned = plan_lines(order(line, total=total), CENT)
    assert summary(planned) == [("item", 1, "10.00", False, 0), ("collected_tax", 1, "2.00", False, 0)]


def test_tax_outside_the_total_is_left_out():
    line = item(charge(ChargeKind.ITEM, "10.00", "0.80", TaxTreatment.OUTSIDE, TaxCollector.MARKETPLACE))
    assert summary(plan_lines(order(line, total="10.00"), CENT)) == [("item", 1, "10.00", False, 0)]


def test_tip_of_the_order_as_a_whole():
    line = item(charge(ChargeKind.ITEM, "10.00"))
    planned = plan_lines(order(line, total="12.00", charges=(charge(ChargeKind.TIP, "2.00"),)), CENT)
    assert summary(planned)[-1] == ("tip", 1, "2.00", True, 0)


def test_shipped_units_are_shared_over_the_prices_of_an_item():
    line = item(charge(ChargeKind.ITEM, "10.00"), quantity=3, shipped=2)
    together = plan_lines(order(line, total="10.00"), CENT)
    assert summary(together) == [("item", 1, "3.34", True, 1), ("item", 2, "3.33", True, 1)]
    apart = plan_lines(order(line, total="10.00"), CENT, shipped_apart=True)
    assert summary(apart) == [("item", 1, "3.34", True, 1), ("item", 1, "3.33", True, 1), ("item", 1, "3.33", True, 0)]


def test_cancelled_item_without_money_has_no_line():
    assert plan_lines(order(item(quantity=0), total=None), CENT) == []


@pytest.mark.parametrize(
    ("line", "total", "path"),
    [
        (item(charge(ChargeKind.ITEM, "10.00")), "10.01", "total"),
        (item(charge(ChargeKind.ITEM, "10.00"), quantity=0), "10.00", "lines[0]"),
        (item(charge(ChargeKind.ITEM, "10.005")), "10.005", "lines[0]"),
        (
            item(
                charge(ChargeKind.ITEM, "10.00"),
                charge(ChargeKind.ITEM_DISCOUNT, "-1.00", "-0.10", collector=TaxCollector.MARKETPLACE),
            ),
            "9.00",
            "lines[0]",
        ),
    ],
)
def test_money_that_contradicts_itself_is_refused(line, total, path):
    with pytest.raises(InvalidPayload) as refusal:
        plan_lines(order(line, total=total), CENT)
    assert refusal.value.path == path


@pytest.mark.parametrize("value", [12.5, None, "12,50", "NaN", ""])
def test_amounts_must_be_exact_text(value):
    with pytest.raises(InvalidPayload):
        Money.parse(value, "EUR", "total")


@pytest.mark.parametrize("currency", ["EU", "", None, "12A"])
def test_amounts_must_have_a_currency(currency):
    with pytest.raises(InvalidPayload):
        Money.parse("1.00", currency, "total")


def test_amounts_keep_the_text_as_received():
    assert Money.parse("34.9", "eur", "total") == Money(Decimal("34.9"), "EUR", "34.9")


def test_nobody_owes_what_a_cancelled_order_would_have_cost():
    """Shops that go on stating the prices of a cancelled order are no reason to refuse it."""
    bought = order(item(charge(ChargeKind.ITEM, "20.00"), quantity=0), total="20.00")
    with pytest.raises(InvalidPayload, match="quantity of zero"):
        plan_lines(bought, CENT)
    assert plan_lines(replace(bought, status=OrderStatus.CANCELLED), CENT) == []
