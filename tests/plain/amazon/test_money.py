"""Money of orders: whichever way Amazon states tax and discounts, charges add up exactly or the order is refused."""

from decimal import Decimal

import pytest

from addons.marketplace.contract import ChargeKind, InvalidPayload, TaxCollector, TaxTreatment
from addons.marketplace_amazon.connector.orders import parse_order
from tests.plain.amazon.amazon import JP, US, breakdown, item, money, order

FACILITATOR = {"tax": {"taxCollections": [{"model": "MARKETPLACE_FACILITATOR", "responsibleParty": "Amazon"}]}}


def parse(total, *items, currency="EUR", **fields):
    return parse_order(order(total=total, items=list(items), currency=currency, **fields))


def charges(line):
    """``{kind: (amount, tax)}``."""
    return {c.kind: (c.amount.amount, c.tax and c.tax.amount) for c in line.charges}


def charged(parsed):
    parts = [charge for line in parsed.lines for charge in line.charges] + list(parsed.charges)
    return sum((charge.total for charge in parts), Decimal(0))


def test_tax_inside_the_price():
    parts = [breakdown("ITEM", "11.90"), breakdown("TAX", "1.90", ITEM="1.90")]
    line = parse("11.90", item(total="11.90", breakdowns=parts)).lines[0]
    (charge,) = line.charges
    assert charge.tax_treatment is TaxTreatment.INCLUDED
    assert (charge.amount.text, charge.tax.text) == ("11.90", "1.90")
    assert (charge.total, charge.net) == (Decimal("11.90"), Decimal("10.00"))


def test_tax_on_top():
    parts = [breakdown("ITEM", "10.00", "USD"), breakdown("TAX", "0.83", "USD", ITEM="0.83")]
    parsed = parse("10.83", item(total="10.83", breakdowns=parts, currency="USD"), currency="USD", shop=US)
    (charge,) = parsed.lines[0].charges
    assert charge.tax_treatment is TaxTreatment.ADDED
    assert charge.total == Decimal("10.83")


def test_tax_on_top_of_line_totals_but_in_the_grand_total():
    parts = [breakdown("ITEM", "10.00", "USD"), breakdown("TAX", "0.83", "USD", ITEM="0.83")]
    parsed = parse("10.83", item(total="10.00", breakdowns=parts, currency="USD"), currency="USD", shop=US)
    assert parsed.lines[0].charges[0].tax_treatment is TaxTreatment.ADDED
    assert charged(parsed) == Decimal("10.83")


def test_tax_outside_what_the_seller_receives():
    parts = [breakdown("ITEM", "10.00", "USD"), breakdown("TAX", "0.83", "USD", ITEM="0.83")]
    one = item(total="10.00", breakdowns=parts, currency="USD", **FACILITATOR)
    (charge,) = parse("10.00", one, currency="USD", shop=US).lines[0].charges
    assert charge.tax_treatment is TaxTreatment.OUTSIDE
    assert charge.tax_collector is TaxCollector.MARKETPLACE
    assert (charge.total, charge.net) == (Decimal("10.00"), Decimal("10.00"))


@pytest.mark.parametrize("sign", ["", "-"])
def test_discount_of_either_sign(sign):
    parts = [
        breakdown("ITEM", "20.00"),
        breakdown("SHIPPING", "4.99"),
        breakdown("DISCOUNT", f"{sign}6.99", ITEM=f"{sign}2.00", SHIPPING=f"{sign}4.99"),
    ]
    parsed = parse("18.00", item(total="18.00", breakdowns=parts))
    assert charges(parsed.lines[0]) == {
        ChargeKind.ITEM: (Decimal("20.00"), None),
        ChargeKind.SHIPPING: (Decimal("4.99"), None),
        ChargeKind.ITEM_DISCOUNT: (Decimal("-2.00"), None),
        ChargeKind.SHIPPING_DISCOUNT: (Decimal("-4.99"), None),
    }
    assert charged(parsed) == Decimal("18.00")


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize(("total", "treatment"), [("21.80", TaxTreatment.INCLUDED), ("25.28", TaxTreatment.ADDED)])
def test_tax_of_each_part(sign, total, treatment):
    parts = [
        breakdown("ITEM", "20.00"),
        breakdown("SHIPPING", "3.80"),
        breakdown("DISCOUNT", f"{sign}2.00"),
        breakdown("TAX", "3.48", ITEM="3.19", SHIPPING="0.61", DISCOUNT=f"{sign}0.32"),
    ]
    parsed = parse(total, item(total=total, breakdowns=parts))
    assert charges(parsed.lines[0]) == {
        ChargeKind.ITEM: (Decimal("20.00"), Decimal("3.19")),
        ChargeKind.SHIPPING: (Decimal("3.80"), Decimal("0.61")),
        ChargeKind.ITEM_DISCOUNT: (Decimal("-2.00"), Decimal("-0.32")),
    }
    assert {charge.tax_treatment for charge in parsed.lines[0].charges} == {treatment}


def test_tax_of_several_discounts_is_shared_exactly():
    parts = [
        breakdown("ITEM", "20.00"),
        breakdown("SHIPPING", "3.00"),
        breakdown("DISCOUNT", "-4.00", ITEM="-1.00", SHIPPING="-3.00"),
        breakdown("TAX", "3.03", ITEM="3.19", SHIPPING="0.48", DISCOUNT="-0.64"),
    ]
    found = charges(parse("19.00", item(total="19.00", breakdowns=parts)).lines[0])
    assert found[ChargeKind.ITEM_DISCOUNT] == (Decimal("-1.00"), Decimal("-0.16"))
    assert found[ChargeKind.SHIPPING_DISCOUNT] == (Decimal("-3.00"), Decimal("-0.48"))


def test_tax_without_details_is_shared_exactly():
    parts = [breakdown("ITEM", "10.00"), breakdown("SHIPPING", "5.00"), breakdown("TAX", "2.00")]
    found = charges(parse("15.00", item(total="15.00", breakdowns=parts)).lines[0])
    assert found == {
        ChargeKind.ITEM: (Decimal("10.00"), Decimal("1.34")),
        ChargeKind.SHIPPING: (Decimal("5.00"), Decimal("0.66")),
    }


def test_zero_parts_are_no_obstacle():
    parts = [
        breakdown("ITEM", "20.00"),
        breakdown("DISCOUNT", "-2.00", ITEM="-2.00", SHIPPING="0.00"),
        breakdown("TAX", "2.87", ITEM="3.19", SHIPPING="0.00", GIFT_WRAP="0.00", DISCOUNT="-0.32"),
    ]
    found = charges(parse("18.00", item(total="18.00", breakdowns=parts)).lines[0])
    assert found[ChargeKind.ITEM_DISCOUNT] == (Decimal("-2.00"), Decimal("-0.32"))
    assert set(found) == {ChargeKind.ITEM, ChargeKind.ITEM_DISCOUNT}


def test_every_kind_of_proceeds():
    parts = [breakdown(kind, "1.00") for kind in ("ITEM", "SHIPPING", "GIFT_WRAP", "COD_FEE", "OTHER")]
    kinds = [charge.kind.value for charge in parse("5.00", item(total="5.00", breakdowns=parts)).lines[0].charges]
    assert kinds == ["item", "shipping", "gift_wrap", "cod", "other"]


def test_total_without_breakdowns_is_one_charge():
    one = item()
    one["proceeds"] = {"proceedsTotal": money("11.90")}
    assert charges(parse("11.90", one).lines[0]) == {ChargeKind.ITEM: (Decimal("11.90"), None)}


def test_lines_without_totals_are_settled_by_the_grand_total():
    parts = [breakdown("ITEM", "10.00"), breakdown("TAX", "1.90")]
    for total, treatment in (("20.00", TaxTreatment.INCLUDED), ("23.80", TaxTreatment.ADDED)):
        parsed = parse(total, item(1, None, parts), item(2, None, parts))
        assert {line.charges[0].tax_treatment for line in parsed.lines} == {treatment}
        assert charged(parsed) == Decimal(total)


def test_untaxed_line_beside_taxed_ones():
    taxed = [breakdown("ITEM", "10.00", "USD"), breakdown("TAX", "0.83", "USD", ITEM="0.83")]
    offset = [
        breakdown("ITEM", "5.00", "USD"),
        breakdown("DISCOUNT", "-5.00", "USD"),
        breakdown("TAX", "0.00", "USD", ITEM="0.42", DISCOUNT="-0.42"),
    ]
    first = item(1, "10.83", taxed, currency="USD")
    parsed = parse("10.83", first, item(2, "0.00", offset, currency="USD"), currency="USD", shop=US)
    treatments = {charge.tax_treatment for line in parsed.lines for charge in line.charges}
    assert treatments == {TaxTreatment.ADDED}


def test_yen_have_no_decimals():
    parts = [breakdown("ITEM", "1980", "JPY"), breakdown("TAX", "180", "JPY", ITEM="180")]
    parsed = parse("1980", item(total="1980", breakdowns=parts, currency="JPY"), currency="JPY", shop=JP)
    assert (parsed.total.text, parsed.total.amount) == ("1980", Decimal(1980))
    assert parsed.lines[0].charges[0].net == Decimal(1800)


def test_text_of_amounts_stays():
    assert parse("34.9", item(total="34.9")).lines[0].charges[0].amount.text == "34.9"


def test_totals_compare_by_value_not_by_text():
    assert parse("34.90", item(total="34.9")).total.text == "34.90"


@pytest.mark.parametrize(("status", "total"), [("FINALIZED", "13.90"), ("PENDING", "13.90")])
def test_tip_in_the_total(status, total):
    tip = {**breakdown("DELIVERY_TIP", "2.00"), "status": status}
    parsed = parse(total, item(), proceeds={"grandTotal": money(total), "breakdowns": [tip]})
    assert [charge.kind for charge in parsed.charges] == [ChargeKind.TIP]
    assert charged(parsed) == Decimal(total)


def test_pending_tip_outside_the_total_is_no_charge():
    tip = {**breakdown("DELIVERY_TIP", "2.00"), "status": "PENDING"}
    parsed = parse("11.90", item(), proceeds={"grandTotal": money("11.90"), "breakdowns": [tip]})
    assert parsed.charges == ()


def test_order_breakdowns_repeat_the_lines():
    sums = [breakdown("ITEM", "11.90"), breakdown("TAX", "1.90")]
    assert parse("11.90", item(), proceeds={"grandTotal": money("11.90"), "breakdowns": sums}).charges == ()


@pytest.mark.parametrize("status", ["PENDING", "PENDING_AVAILABILITY", "CANCELLED"])
def test_missing_money_of_orders_that_are_not_sales(status):
    one = item()
    del one["proceeds"]
    payload = order(items=[one], status=status)
    del payload["proceeds"]
    parsed = parse_order(payload)
    assert parsed.total is None
    assert parsed.lines[0].charges == ()


@pytest.mark.parametrize("status", ["UNSHIPPED", "PARTIALLY_SHIPPED", "SHIPPED", "UNFULFILLABLE"])
def test_missing_money_of_sales_is_refused(status):
    payload = order(status=status)
    del payload["proceeds"]
    with pytest.raises(InvalidPayload, match="grandTotal"):
        parse_order(payload)
    payload = order(status=status)
    del payload["orderItems"][0]["proceeds"]
    with pytest.raises(InvalidPayload):
        parse_order(payload)


BAD = [
    ([breakdown("ITEM", "10.00")], "11.90", r"proceedsTotal: 11.90 is neither 10.00"),
    ([breakdown("ITEM", "10.00"), breakdown("TAX", "1.00")], "11.90", "neither 10.00 without nor 11.00 with tax"),
    ([breakdown("ITEM", "11.90"), breakdown("TAX", "1.90", ITEM="1.80")], "11.90", "do not add up to 1.90"),
    ([breakdown("ITEM", "13.90"), breakdown("DISCOUNT", "-2.00", ITEM="-1.00")], "11.90", "details add up to -1.00"),
    ([breakdown("ITEM", "11.90"), breakdown("LOYALTY", "1.00")], "11.90", "unknown kind of proceeds 'LOYALTY'"),
    ([breakdown("ITEM", "11.90"), breakdown("TAX", "1.90", DUTY="1.90")], "11.90", "unknown kind of proceeds 'DUTY'"),
    ([breakdown("ITEM", "11.90"), breakdown("TAX", "1.90", SHIPPING="1.90")], "11.90", "on nothing that is charged"),
    ([breakdown("ITEM", "11.90", "USD")], "11.90", "several currencies: EUR, USD"),
    ([breakdown("ITEM", "eleven")], "11.90", "not a number"),
    ([breakdown("ITEM", "NaN")], "11.90", "not finite"),
    ([{"type": "ITEM"}], "11.90", r"breakdowns\[0\].subtotal: missing"),
    ([{"type": "ITEM", "subtotal": {"amount": 11.9, "currencyCode": "EUR"}}], "11.90", "not exact text"),
    ([{"type": "ITEM", "subtotal": {"amount": "11.90", "currencyCode": "€"}}], "11.90", "ISO 4217"),
]


@pytest.mark.parametrize(("parts", "total", "reason"), BAD)
def test_what_does_not_add_up_is_refused(parts, total, reason):
    with pytest.raises(InvalidPayload, match=reason):
        parse(total, item(total=total, breakdowns=parts))


def test_grand_total_that_differs_from_the_lines():
    with pytest.raises(
        InvalidPayload, match=r"proceeds.grandTotal: 12.00 is not what the lines add up to: \['11.90'\]"
    ):
        parse("12.00", item(total="11.90"))
