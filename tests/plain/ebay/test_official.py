"""eBay's documents beside the checkout: the sample parses without loss, operations and scopes are the documents'."""

import json
from decimal import Decimal

import pytest

from addons.marketplace.contract import OrderStatus, plan_lines
from addons.marketplace_ebay.connector import MARKETPLACES
from addons.marketplace_ebay.connector.auth import APPLICATION_SCOPES, AUTHORIZE_PATH, TOKEN_PATH, USER_SCOPES
from addons.marketplace_ebay.connector.limits import LIMITS
from addons.marketplace_ebay.connector.order_parser import parse_order, raw_record
from addons.marketplace_ebay.connector.orders import PATH
from tests.plain.ebay.openapi import DOCUMENTS, document_of, load
from tests.plain.spec_models import shared_specs

SPECS = shared_specs()
pytestmark = pytest.mark.skipif(SPECS is None, reason="the specifications are not beside the checkout")

# Fields of the sample that say nothing about the order itself, or what another field says too.
IGNORED = {
    "legacyOrderId": "the orderId in its old place",
    "sellerId": "the account",
    "salesRecordReference": "a number of eBay's own lists",
    "totalFeeBasisAmount": "what eBay charges the seller is read with the settlements",
    "totalMarketplaceFee": "as above",
    "paymentSummary": "as above; the order's state of payment is orderPaymentStatus",
    "priceSubtotal": "sum of the line items",
    "deliveryCost": "sum of the line items",
    "taxAddress": "part of the delivery address",
    "contactAddress": "of the registration: the delivery address counts",
    "ebaySupportedFulfillment": "false",
    "shippingCarrierCode": "implied by the service",
    "variationAspects": "in the title and the SKU",
    "purchaseMarketplaceId": "the listing's marketplace is the shop",
    "itemLocation": "where the seller has the goods",
    "properties": "programs without consequence for the order",
    "minEstimatedDeliveryDate": "of the line: the order has the same",
    "maxEstimatedDeliveryDate": "as above",
    "guaranteedDelivery": "eBay: it can be ignored",
    "fulfillmentInstructionsType": "decides who ships",
    "email": "the buyer's, stated twice",
    "primaryPhone": "of the registration: the one of the delivery counts",
    "lineItemFulfillmentStatus": "decides how many units are shipped",
    "soldFormat": "FIXED_PRICE is the rule and not repeated",
    "total": "of the line: the charges add up to it",
}
SAMPLES = sorted((SPECS / "ebay").glob("*sample*.json")) if SPECS else []


def sample_orders():
    return [order for path in SAMPLES for order in json.loads(path.read_text(), parse_float=str)["orders"]]


def told(value):
    """Every text that a record holds."""
    if isinstance(value, dict):
        return {text for entry in value.values() for text in told(entry)}
    if isinstance(value, (list, tuple)):
        return {text for entry in value for text in told(entry)}
    if hasattr(value, "__dataclass_fields__"):
        return {text for name in value.__dataclass_fields__ for text in told(getattr(value, name))}
    if hasattr(value, "isoformat"):
        return {value.isoformat(timespec="milliseconds").replace("+00:00", "Z")}
    return {str(getattr(value, "value", value))}


def leaves(node, ignored):
    """``(path, text)`` of what a sample says, without the fields that are ignored."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        if key in ignored:
            continue
        if isinstance(value, (dict, list)):
            yield from ((f"{key}.{path}", text) for path, text in leaves(value, ignored))
        else:
            yield str(key), str(value)


def test_the_samples_parse_without_loss():
    parsed = 0
    for raw in sample_orders():
        order = parse_order(raw)
        assert order.status is OrderStatus.UNSHIPPED
        assert sum(entry.total for entry in plan_lines(order, Decimal("0.01"))) == order.total.amount
        known = told(order) | {raw["pricingSummary"]["total"]["value"]}
        kept = {**raw, "pricingSummary": {"sum": raw["pricingSummary"]["total"]}}
        kept["lineItems"] = [{**item, "delivery": item["deliveryCost"]} for item in raw["lineItems"]]
        kept["cancelStatus"] = {}
        lost = []
        for path, text in leaves(kept, IGNORED):
            if text not in known and not any(text in entry for entry in known):
                lost.append((path, text))
        assert lost == [("orderPaymentStatus", "PAID")]  # paid: else the order would be pending
        parsed += 1
    print(f"\nebay: parsed {parsed} / total {len(sample_orders())}")
    assert parsed == len(sample_orders()) > 0


def test_the_samples_are_answers_of_the_operation_that_we_call():
    for path in SAMPLES:
        body = json.loads(path.read_text())
        document_of(PATH).check_response("GET", PATH, 200, body)
        assert [raw_record(order).shop_id for order in body["orders"]] == ["EBAY_DE"] * len(body["orders"])


def test_every_operation_is_in_its_document():
    documents = {
        "fulfillment": "sell_fulfillment_v1_oas3",
        "inventory": "sell_inventory_v1_oas3",
        "finances": "sell_finances_v1_oas3",
        "identity": "commerce_identity_v1_oas3",
        "notification": "commerce_notification_v1_oas3",
        "keyManagement": "developer_key_management_v1_oas3",
    }
    for name in LIMITS:
        api, _, operation = name.partition(".")
        if api in documents:
            paths = load(documents[api]).document["paths"].values()
            entries = [entry for item in paths for entry in item.values() if isinstance(entry, dict)]
            assert operation in {entry.get("operationId") for entry in entries}, name
    assert set(documents.values()) < set(DOCUMENTS.values())


def test_scopes_and_addresses_of_access():
    user = json.loads((SPECS / "ebay/references/user_scopes.json").read_text())
    application = json.loads((SPECS / "ebay/references/application_scopes.json").read_text())
    assert set(USER_SCOPES) <= set(user)
    assert set(APPLICATION_SCOPES) <= set(application)
    schemes = load("sell_fulfillment_v1_oas3").document["components"]["securitySchemes"]["api_auth"]["flows"]
    flow = schemes["authorizationCode"]
    assert flow["authorizationUrl"] == f"https://auth.ebay.com{AUTHORIZE_PATH}"
    assert flow["tokenUrl"] == f"https://api.ebay.com{TOKEN_PATH}"
    assert "pkce" not in json.dumps(schemes).lower()


def test_marketplaces_are_ebays():
    known = json.loads((SPECS / "ebay/references/marketplace_id_values.json").read_text())
    assert set(known) - set(MARKETPLACES) == {"EBAY_MOTORS_US"}
    assert set(MARKETPLACES) <= set(known)
