"""Refunds to buyers: what they state of units and of the money for the goods."""

from datetime import datetime, timezone

import pytest

from addons.marketplace.contract import InvalidPayload
from addons.overseas_warehouse_fba.connector.refunds import SOURCE
from tests.plain.amazon.amazon import DE, SINCE, Amazon
from tests.plain.fake_http import answer
from tests.plain.fba.fba import connect

UNTIL = datetime(2026, 5, 27, tzinfo=timezone.utc)


def euro(amount):
    return {"currencyCode": "EUR", "currencyAmount": amount}


def part(name, amount, *parts):
    return {"breakdownType": name, "breakdownAmount": euro(amount), "breakdowns": list(parts)}


def refund(*breakdowns, network="AFN", kind="Refund", **product):
    product = {"contextType": "ProductContext", "sku": "TEAPOT", "fulfillmentNetwork": network, **product}
    return {
        "transactionType": kind,
        "transactionId": "T1",
        "postedDate": "2026-05-20T10:00:00Z",
        "relatedIdentifiers": [{"relatedIdentifierName": "ORDER_ID", "relatedIdentifierValue": "302-1"}],
        "totalAmount": euro(-9.5),
        "items": [{"totalAmount": euro(-9.5), "contexts": [product], "breakdowns": list(breakdowns)}],
    }


def read(*transactions, check=True):
    server = Amazon(answer({"payload": {"transactions": list(transactions)}}), check_answers=check)
    return connect(server).fetch_sheet(SOURCE, DE, SINCE, UNTIL).records


@pytest.mark.parametrize(
    ("breakdowns", "stated", "units", "goods"),
    [
        ((part("ProductCharges", -10.0), part("AmazonFees", 0.5)), {"quantityShipped": 1}, 1, "10.0"),
        ((part("Expenses", -9.5, part("Product Charges", -2.5)),), {"quantityShipped": 1}, 1, "2.5"),
        ((), {"quantityShipped": 2}, 2, None),
        ((part("ShippingCharges", -4.0), part("ProductCharges", 0)), {"quantityShipped": 1}, 0, "0"),
        ((part("ShippingCharges", -4.0),), {}, 0, None),
    ],
)
def test_units_are_what_the_refund_states_and_none_where_no_goods_are_paid_back(breakdowns, stated, units, goods):
    (found,) = read(refund(*breakdowns, **stated))
    assert (found.order_id, found.msku, found.units, found.amount.text) == ("302-1", "TEAPOT", units, "-9.5")
    assert (found.goods and str(found.goods.amount)) == goods


def test_null_where_the_model_has_a_list_is_no_breakdown():
    (found,) = read(refund({**part("ProductCharges", -3), "breakdowns": None}, quantityShipped=1), check=False)
    assert found.goods.text == "-3"
    transaction = refund(quantityShipped=1)
    transaction["items"][0]["breakdowns"] = None
    assert read(transaction, check=False)[0].goods is None


def test_only_refunds_of_what_amazon_ships_are_read():
    assert read(refund(network="MFN"), refund(kind="Shipment")) == ()


def test_a_refund_that_names_no_product_is_refused():
    with pytest.raises(InvalidPayload, match="sku"):
        read(refund(sku=""))
