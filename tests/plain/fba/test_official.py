"""Amazon's own examples: sandbox pairs, recorded exchanges and recipes, through our verbs."""

import json
from urllib.parse import urlsplit

import pytest

from addons.marketplace.contract import Rejected
from addons.overseas_warehouse_fba.connector.limits import LIMITS
from addons.overseas_warehouse_fba.connector.outbound import McfStatus
from tests.plain.amazon.amazon import US, Amazon, load_model, parts
from tests.plain.fake_http import answer
from tests.plain.fba.fba import box, connect, inbound_order, mcf_order
from tests.plain.spec_models import shared_specs

SPECS = shared_specs()
pytestmark = pytest.mark.skipif(SPECS is None, reason="no ../shared/specs beside the checkout")

INBOUND = "fulfillmentInbound_2024-03-20"
PLAN = "wf1234abcd-1234-abcd-5678-1234abcd5678"
SHIPMENT, OPTION, GROUP = (f"{kind}1234abcd-1234-abcd-5678-1234abcd5678" for kind in ("sh", "po", "pg"))
OPERATION = "1234abcd-1234-abcd-5678-1234abcd5678"
ORDER = inbound_order([box(("msku", 2))], US)
VERBS = {
    "listInboundPlans": lambda inbound: inbound.find_plan("FBA"),
    "createInboundPlan": lambda inbound: inbound.create_plan(ORDER),
    "getInboundPlan": lambda inbound: inbound.fetch_plan(PLAN),
    "cancelInboundPlan": lambda inbound: inbound.cancel_plan(PLAN),
    "getInboundOperationStatus": lambda inbound: inbound.fetch_operation(OPERATION),
    "generatePackingOptions": lambda inbound: inbound.generate_packing_options(PLAN),
    "listPackingOptions": lambda inbound: inbound.list_packing_options(PLAN),
    "confirmPackingOption": lambda inbound: inbound.confirm_packing_option(PLAN, OPTION),
    "listPackingGroupItems": lambda inbound: inbound.list_group_items(PLAN, GROUP),
    "listPackingGroupBoxes": lambda inbound: inbound.count_group_boxes(PLAN, GROUP),
    "setPackingInformation": lambda inbound: inbound.set_packing(PLAN, {GROUP: ORDER.boxes}),
    "generatePlacementOptions": lambda inbound: inbound.generate_placement_options(PLAN),
    "listPlacementOptions": lambda inbound: inbound.list_placement_options(PLAN),
    "confirmPlacementOption": lambda inbound: inbound.confirm_placement_option(PLAN, OPTION),
    "generateTransportationOptions": lambda inbound: inbound.generate_transport_options(
        PLAN, ORDER, OPTION, [SHIPMENT]
    ),
    "listTransportationOptions": lambda inbound: inbound.list_transport_options(PLAN, SHIPMENT),
    "confirmTransportationOptions": lambda inbound: inbound.confirm_transport_options(PLAN, ORDER, {SHIPMENT: OPTION}),
    "generateDeliveryWindowOptions": lambda inbound: inbound.generate_delivery_windows(PLAN, SHIPMENT),
    "listDeliveryWindowOptions": lambda inbound: inbound.list_delivery_windows(PLAN, SHIPMENT),
    "confirmDeliveryWindowOptions": lambda inbound: inbound.confirm_delivery_window(PLAN, SHIPMENT, OPTION),
    "getShipment": lambda inbound: inbound.fetch_shipment(PLAN, SHIPMENT),
    "listShipmentItems": lambda inbound: inbound.list_shipment_items(PLAN, SHIPMENT),
    "listShipmentBoxes": lambda inbound: inbound.list_box_ids(PLAN, SHIPMENT),
    "updateShipmentTrackingDetails": lambda inbound: inbound.set_tracking(PLAN, SHIPMENT, {"box": "1Z"}),
    "createMarketplaceItemLabels": lambda inbound: inbound.fetch_item_labels(US, {"msku1": 1}),
    "getLabels": lambda inbound: inbound.fetch_box_labels("FBA1"),
    "getShipmentItemsByShipmentId": lambda inbound: inbound.fetch_received("FBA1", US),
}
SHIPMENT_SHOWN = {
    "placementOptionId": OPTION,
    "shipmentId": SHIPMENT,
    "destination": {"destinationType": "AMAZON_OPTIMIZED"},
    "source": {"sourceType": "SELLER_FACILITY"},
}


RECIPES = (
    "createFulfillmentOrder",
    "getFulfillmentOrder",
    "getFulfillmentOrder-cancelled",
    "getPackageTrackingDetails",
)


class Sandbox:
    """Answers one operation as Amazon's example does, others with the least that is good."""

    def __init__(self, operation, status, response):
        self.operation, self.status, self.response = operation, status, response
        self.met = 0

    def __call__(self, request):
        path, query, _body = parts(request)
        name = _name(request.method, path)
        if name is None:
            return answer(b"%PDF-1.4")
        if name != self.operation:
            return answer(SHIPMENT_SHOWN)
        self.met += 1
        # The examples name a next page; there is none.
        if "paginationToken" in query and self.met > 1:
            return answer({key: [] for key, value in self.response.items() if isinstance(value, list)})
        return answer(self.response, self.status)


def _name(method, path):
    for model in (INBOUND, "fulfillmentInboundV0", "fulfillmentOutbound_2020-07-01"):
        try:
            return load_model(model).operation(method, path)["operationId"]
        except KeyError:
            continue
    return None


def pairs():
    """``(operation, status, response)`` of the sandbox pairs and recorded exchanges of our operations."""
    if SPECS is None:
        return
    folder = SPECS / "amazon-sp-api"
    for model in (INBOUND, "fulfillmentInboundV0"):
        for pair in json.loads((folder / "sandbox-pairs" / f"{model}.json").read_text()):
            if pair["operationId"] in VERBS:
                yield pair["operationId"], int(pair["status"]), pair["response"]
    for file in sorted((folder / "cassettes" / "APIs" / "FulfillmentInbound20240320Test").glob("*.json")):
        for exchange in json.loads(file.read_text()):
            name = _name(exchange["request"]["method"].upper(), urlsplit(exchange["request"]["uri"]).path)
            if name in VERBS:
                body = exchange["response"]["body"]
                yield name, exchange["response"]["status"]["code"], json.loads(body) if body.strip() else None


def test_every_official_example_of_inbound_is_read():
    examples, read = list(pairs()), 0
    for name, status, response in examples:
        sandbox = Sandbox(name, status, response)
        # Recorded answers of the sandbox do not follow Amazon's models everywhere; ours to read them all the same.
        inbound = connect(Amazon(handler=sandbox, check_answers=False)).inbound
        if status < 300:
            VERBS[name](inbound)
        else:
            with pytest.raises(Rejected):
                VERBS[name](inbound)
        assert sandbox.met, name
        read += 1
    print(f"parsed {read} / {len(examples)} official examples of {len({name for name, *_rest in examples})} operations")
    assert read == len(examples) >= 50


def test_examples_mean_what_they_say():
    found = {(name, status): response for name, status, response in pairs()}

    def call(name):
        sandbox = Sandbox(name, 200, found[name, 200])
        return VERBS[name](connect(Amazon(handler=sandbox)).inbound)

    (placement,) = call("listPlacementOptions")
    assert (placement.status, placement.costs, placement.shipment_ids) == ("OFFERED", {"USD": 0}, (SHIPMENT,))
    shipment = call("getShipment")
    assert (shipment.confirmation_id, shipment.warehouse, shipment.tracking) == (
        "FBA1234ABCD",
        "YYZ5",
        {"boxId": "trackingId"},
    )
    operation = call("getInboundOperationStatus")
    assert operation.succeeded and operation.problems[0].startswith("WARNING DimensionMismatch:")


def test_recipes_of_multi_channel_orders_are_read():
    folder = SPECS / "amazon-sp-api" / "samples" / "recipes"
    files = [f"mcf-v1-{name}.json" for name in RECIPES]

    def fetch(file, call):
        server = Amazon(handler=lambda request: answer(json.loads(file.read_text())), check_answers=False)
        return call(connect(server).outbound(US))

    done = fetch(folder / files[1], lambda outbound: outbound.fetch("X"))
    assert (done.status, [package.tracking for package in done.packages]) == (
        McfStatus.COMPLETE,
        ["cf28ebcb-be19-4f4c-b7d4-99486bd2ad6c"],
    )
    assert done.packages[0].lines == {"5X-K5YM-JYEO": 1}
    gone = fetch(folder / files[2], lambda outbound: outbound.fetch("X"))
    assert (gone.status, gone.cancelled, gone.packages) == (McfStatus.CANCELLED, {"5X-K5YM-JYEO": 1}, ())
    status, events = fetch(folder / "mcf-v1-getPackageTrackingDetails.json", lambda outbound: outbound.track(543939833))
    assert (status, len(events), events[-1][2]) == ("DELIVERED", 4, "Anytown, AZ, US")
    empty = json.loads((folder / files[0]).read_text())
    server = Amazon(answer({"errors": [{"code": "NotFound", "message": "unknown"}]}, 404), answer(empty))
    assert connect(server).outbound(US).ship([mcf_order()])[0].accepted
    print(f"parsed {len(files)} / {len(files)} recipes of multi-channel orders")


def test_limits_are_those_of_the_models():
    models = {"inbound": INBOUND, "inboundV0": "fulfillmentInboundV0", "outbound": "fulfillmentOutbound_2020-07-01"}
    rates = {
        (entry["model"], entry["operationId"]): (entry["rate_per_s"], entry["burst"])
        for entry in json.loads((SPECS / "amazon-sp-api" / "rate-limits.json").read_text())
    }
    for name, limit in LIMITS.items():
        family, operation = name.split(".")
        if family in models:
            assert (limit.rate, limit.burst) == rates[f"{models[family]}.json", operation], name


def test_multi_channel_requests_follow_the_model():
    preview = {
        "shippingSpeedCategory": "Standard",
        "isFulfillable": True,
        "isCODCapable": False,
        "marketplaceId": US,
        "estimatedFees": [{"name": "FBAPerUnitFulfillmentFee", "amount": {"currencyCode": "USD", "value": "7.50"}}],
    }
    server = Amazon(
        answer({"payload": {"fulfillmentPreviews": [preview]}}),
        answer({"errors": [{"code": "NotFound", "message": "unknown"}]}, 404),
        answer({}),
    )
    outbound = connect(server).outbound(US)
    (offer,) = outbound.preview(mcf_order())
    assert offer.possible and [(name, fee.text) for name, fee in offer.fees] == [("FBAPerUnitFulfillmentFee", "7.50")]
    assert [result.accepted for result in outbound.ship([mcf_order()])] == [True]
