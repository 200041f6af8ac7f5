"""What eBay's amounts become: charges that are the total, whatever a total contains."""

from decimal import Decimal

import pytest

from addons.marketplace.contract import ChargeKind, InvalidPayload, TaxCollector, TaxTreatment, plan_lines
from addons.marketplace_ebay.connector.order_parser import parse_order
from tests.plain.ebay.samples import amount, line, order

CENT = Decimal("0.01")


def charges(parsed, index=0):
    return [(charge.kind, charge.amount.text) for charge in parsed.lines[index].charges]


def tax(value, kind="STATE_SALES_TAX", currency="GBP"):
    return {"taxType": kind, "amount": amount(value, currency)}


def test_goods_discount_delivery():
    parsed = parse_order(
        order(1, [line(1, "20.00", 2, shipping="3.80", total="21.80", discountedLineItemCost=amount("18.00"))])
    )
    assert charges(parsed) == [
        (ChargeKind.ITEM, "20.00"),
        (ChargeKind.ITEM_DISCOUNT, "-2.00"),
        (ChargeKind.SHIPPING, "3.80"),
    ]


def test_a_promotion_without_discounted_cost_is_a_discount_if_the_total_says_so():
    promotions = [{"promotionId": "1", "discountAmount": amount("1.50")}]
    reduced = parse_order(order(1, [line(1, "20.00", total="18.50", appliedPromotions=promotions)]))
    assert charges(reduced) == [(ChargeKind.ITEM, "20.00"), (ChargeKind.ITEM_DISCOUNT, "-1.50")]
    already = parse_order(order(1, [line(1, "20.00", total="20.00", appliedPromotions=promotions)]))
    assert charges(already) == [(ChargeKind.ITEM, "20.00")]


def test_discounted_delivery():
    delivery = {"shippingCost": amount("4.00"), "discountAmount": amount("4.00")}
    parsed = parse_order(order(1, [line(1, "20.00", total="20.00", deliveryCost=delivery)]))
    assert charges(parsed)[1:] == [(ChargeKind.SHIPPING, "4.00"), (ChargeKind.SHIPPING_DISCOUNT, "4.00")]
    assert parsed.lines[0].charges[2].amount.amount == Decimal("-4.00")


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        ("26.00", [(ChargeKind.SHIPPING, "1.00"), (ChargeKind.OTHER, "5.00")]),
        ("21.00", [(ChargeKind.SHIPPING, "1.00")]),
        ("25.00", [(ChargeKind.OTHER, "5.00")]),
        ("20.00", []),
    ],
)
def test_handling_and_import_charges_count_where_the_total_has_them(total, expected):
    delivery = {"shippingCost": amount("0.0"), "handlingCost": amount("1.00"), "importCharges": amount("5.00")}
    parsed = parse_order(order(1, [line(1, "20.00", total=total, deliveryCost=delivery)]))
    assert charges(parsed)[1:] == expected


def test_tax_that_ebay_remits_is_on_top_and_not_the_sellers():
    taxes = {"taxes": [tax("0.83")], "ebayCollectAndRemitTaxes": [tax("0.83")]}
    parsed = parse_order(order(1, [line(1, "10.00", shipping="2.00", total="12.83", **taxes)]))
    goods, delivery = parsed.lines[0].charges
    assert (goods.tax.text, goods.tax_treatment) == ("0.83", TaxTreatment.ADDED)
    assert {goods.tax_collector, delivery.tax_collector} == {TaxCollector.MARKETPLACE}
    planned = {(entry.kind, entry.unit_price, entry.taxed) for entry in plan_lines(parsed, CENT)}
    assert planned == {
        ("item", Decimal("10.00"), False),
        ("shipping", Decimal("2.00"), False),
        ("collected_tax", Decimal("0.83"), False),
    }


def test_remitted_tax_outside_the_total():
    parsed = parse_order(order(1, [line(1, "10.00", total="10.00", ebayCollectAndRemitTaxes=[tax("0.83", "VAT")])]))
    assert parsed.total.amount == Decimal("10.00")
    assert parsed.lines[0].charges[0].tax_treatment is TaxTreatment.OUTSIDE


def test_remitted_tax_that_only_the_total_of_the_order_contains():
    items = [line(1, "10.00", total="10.00", ebayCollectAndRemitTaxes=[tax("0.83", "VAT")]), line(2)]
    parsed = parse_order(order(1, items, total="20.83"))
    assert parsed.lines[0].charges[0].tax_treatment is TaxTreatment.ADDED
    assert sum(entry.total for entry in plan_lines(parsed, CENT)) == Decimal("20.83")


def test_the_sellers_own_tax():
    added = parse_order(order(1, [line(1, "10.00", total="10.70", taxes=[tax("0.70")])])).lines[0].charges[0]
    assert (added.tax_treatment, added.tax_collector) == (TaxTreatment.ADDED, TaxCollector.SELLER)
    included = parse_order(order(1, [line(1, "10.00", total="10.00", taxes=[tax("1.60", "VAT")])]))
    assert included.lines[0].charges[0].tax_treatment is TaxTreatment.INCLUDED


def test_tax_of_two_debtors_is_refused():
    taxes = {"taxes": [tax("0.83")], "ebayCollectAndRemitTaxes": [tax("0.50")]}
    with pytest.raises(InvalidPayload) as caught:
        parse_order(order(1, [line(1, "10.00", total="10.83", **taxes)]))
    assert caught.value.path == "lineItems[0].taxes"


def test_a_recycling_fee_is_no_tax():
    taxes = [tax("0.83"), tax("1.00", "TIRE_RECYCLING_FEE")]
    parsed = parse_order(order(1, [line(1, "10.00", total="11.83", taxes=taxes, ebayCollectAndRemitTaxes=taxes)]))
    assert charges(parsed) == [(ChargeKind.ITEM, "10.00"), (ChargeKind.OTHER, "1.00")]
    assert parsed.lines[0].charges[0].tax.text == "0.83"


def test_what_the_buyer_pays_in_his_currency():
    """eBay shows amounts in the currency in which the seller is paid, and what they were before."""

    def converted(before, after):
        return amount(after, "GBP", convertedFromValue=before, convertedFromCurrency="USD")

    item = line(1, "20.00", lineItemCost=converted("25.34", "20.00"))
    item["total"] = converted("30.34", "23.94")
    item["deliveryCost"] = {"shippingCost": converted("5.00", "3.95")}  # rounded: 20.00 + 3.95 is not 23.94
    parsed = parse_order({**order(1, [item]), "pricingSummary": {"total": converted("30.34", "23.94")}})
    assert (parsed.total.amount, parsed.total.currency) == (Decimal("30.34"), "USD")
    assert charges(parsed) == [(ChargeKind.ITEM, "25.34"), (ChargeKind.SHIPPING, "5.00")]


@pytest.mark.parametrize(("key", "value"), [("adjustment", "-1.00"), ("fee", "2.50"), ("adjustment", "3.00")])
def test_amounts_of_the_order_itself(key, value):
    total = Decimal("10.00") + Decimal(value)
    summary = {"pricingSummary": {"total": amount(total), key: amount(value)}}
    parsed = parse_order({**order(1), **summary})
    assert [(charge.kind, charge.amount.text) for charge in parsed.charges] == [(ChargeKind.OTHER, value)]
    assert sum(entry.total for entry in plan_lines(parsed, CENT)) == total


def test_two_currencies_in_one_order_are_refused():
    item = line(1, "10.00", total="10.00")
    item["lineItemCost"] = amount("10.00", "EUR")
    with pytest.raises(InvalidPayload, match="not in GBP"):
        parse_order(order(1, [item]))


def test_a_cancelled_order_owes_nothing():
    parsed = parse_order(order(1, cancelStatus={"cancelState": "CANCELED"}))
    assert (parsed.total, parsed.lines[0].quantity, parsed.lines[0].charges) == (None, 0, ())
    assert plan_lines(parsed, CENT) == []
