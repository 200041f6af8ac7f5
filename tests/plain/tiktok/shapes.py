"""The official document samples as shapes: what an exchange may hold. Never copied, read where they are."""

import json
import re
from functools import lru_cache

from tests.plain.spec_models import shared_specs

_SAMPLES = "tiktok-shop/ModelSamples/_"
# Our operation → sample of the request body, sample of the answer; some have none.
SAMPLES = {
    "authorization.shops": ("", "Authorization/AuthorizationGetShopsResponse"),
    "orders.search": ("Order/OrderSearchOrdersRequest", "Order/OrderSearchOrdersResponse"),
    "orders.detail": ("", "Order/OrderSearchOrdersResponse"),
    "products.search": ("Product/ProductSearchProductsRequest", "Product/ProductSearchProductsResponse"),
    "fbt.warehouses": ("", "FBT/FBTGetWarehousesResponse"),
    "packages.split": (
        "Fulfillment/Orders/FulfillmentSplitOrderRequest",
        "Fulfillment/Orders/FulfillmentSplitOrderResponse",
    ),
    "packages.create": ("", "Fulfillment/Packages/FulfillmentCreatePackageResponse"),
    "packages.combinable": ("", "Fulfillment/Packages/Combine/FulfillmentSearchCombinablePackagesResponse"),
    "packages.combine": (
        "Fulfillment/Packages/Combine/FulfillmentCombinePackageRequest",
        "Fulfillment/Packages/Combine/FulfillmentCombinePackageResponse",
    ),
    "packages.ship": ("Fulfillment/Packages/FulfillmentShipPackageRequest", ""),
    "packages.detail": ("", "Fulfillment/Packages/FulfillmentGetPackageDetailResponse"),
    "packages.documents": ("", "Fulfillment/Packages/FulfillmentGetPackageShippingDocumentsResponse"),
    "cancellations.search": (
        "ReturnRefund/Cancellations/ReturnRefundSearchCancellationsRequest",
        "ReturnRefund/Cancellations/ReturnRefundSearchCancellationsResponse",
    ),
    "returns.search": (
        "ReturnRefund/Returns/ReturnRefundSearchReturnsRequest",
        "ReturnRefund/Returns/ReturnRefundSearchReturnsResponse",
    ),
    "returns.create": (
        "ReturnRefund/Returns/ReturnRefundCreateReturnRequest",
        "ReturnRefund/Returns/ReturnRefundCreateReturnResponse",
    ),
    "returns.approve": ("ReturnRefund/Returns/ReturnRefundApproveReturnRequest", ""),
    "finance.payments": ("", "Finance/FinanceGetPaymentsResponse"),
    "events.list": ("", "Event/EventGetWebhooksResponse"),
}
# Documented, but in no sample: "Approve Return" takes the part that the seller offers.
_BESIDES = {"returns.approve": {"partial_refund": {"amount": "1", "currency": "USD"}}}


@lru_cache
def sample(name):
    """A sample by path; ``None`` where the specifications are absent."""
    specs = shared_specs()
    return specs and json.loads((specs / _SAMPLES / f"{name}.json").read_text(), parse_float=str)


@lru_cache
def published():
    """``[(method, pattern of the path)]`` of all published operations; empty where they are absent."""
    specs = shared_specs()
    listed = json.loads((specs / "tiktok-shop/endpoints.json").read_text()) if specs else []
    return [(entry["method"], re.compile(re.sub(r"\{\w+\}", "[^/]+", entry["path"]) + "$")) for entry in listed]


def check_request(operation, body):
    """The body holds nothing that the sample does not name, and everything has its type."""
    name = SAMPLES.get(operation, ("", ""))[0]
    if name and shared_specs() and body is not None:
        errors = list(deviations({**sample(name), **_BESIDES.get(operation, {})}, body, operation))
        assert not errors, errors


def check_answer(operation, body):
    """Likewise for an answer."""
    name = SAMPLES.get(operation, ("", ""))[1]
    if name and shared_specs() and body.get("code") == 0:
        errors = list(deviations(sample(name), body, operation))
        assert not errors, errors


def deviations(shape, value, path):
    """Where a value is not of the shape."""
    if type(shape) is not type(value):
        yield f"{path}: {type(value).__name__} instead of {type(shape).__name__}"
    elif isinstance(shape, dict):
        for key, item in value.items():
            if key not in shape:
                yield f"{path}.{key}: in no sample"
            else:
                yield from deviations(shape[key], item, f"{path}.{key}")
    elif isinstance(shape, list) and shape:
        for index, item in enumerate(value):
            yield from deviations(shape[0], item, f"{path}[{index}]")
