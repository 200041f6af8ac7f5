"""Amazon's own sandbox answers and recordings for all operations that we call: every one is read, none is skipped."""

import json
from decimal import Decimal
from functools import lru_cache
from urllib.parse import urlsplit

import pytest

from addons.marketplace.contract import InvalidPayload, NotReady, Rejected, StockLevel
from addons.marketplace_amazon.connector.limits import LIMITS
from addons.marketplace_amazon.connector.listings import read_listings
from tests.plain.amazon.amazon import DE, SINCE, US, Amazon, connect, last_path, load_model, parts
from tests.plain.amazon.test_verbs import shipment
from tests.plain.fake_http import answer
from tests.plain.spec_models import shared_specs

SPECS = shared_specs()
pytestmark = pytest.mark.skipif(SPECS is None, reason="the specifications are not beside the checkout")

# model file → prefix of our names of its operations
MODELS = {
    "sellers": "sellers",
    "orders_2026-01-01": "orders",
    "ordersV0": "ordersV0",
    "tokens_2021-03-01": "tokens",
    "listingsItems_2021-08-01": "listings",
    "feeds_2021-06-30": "feeds",
    "reports_2021-06-30": "reports",
    "fbaInventory": "fbaInventory",
    "notifications": "notifications",
    "finances_2024-06-19": "finances",
}


def operation_name(model, operation):
    """Our name of an operation; confirmShipment is of the v0 model but no read operation to be replaced."""
    return "orders.confirmShipment" if operation == "confirmShipment" else f"{MODELS[model]}.{operation}"


@lru_cache
def pairs():
    """``[(our name, pair)]`` of all sandbox pairs."""
    found = []
    if SPECS:
        for model in MODELS:
            path = SPECS / "amazon-sp-api" / "sandbox-pairs" / f"{model}.json"
            for pair in json.loads(path.read_text()) if path.exists() else []:
                name = operation_name(model, pair["operationId"])
                if name in LIMITS:
                    found.append((name, pair))
    return found


def good(name):
    """The first successful sandbox answer of an operation."""
    return next(pair["response"] for known, pair in pairs() if known == name and pair["status"].startswith("2"))


def played(pair):
    body = pair["response"] or None
    return answer(body, int(pair["status"]))


# === LIMITS === #


def test_limits_are_those_of_the_models():
    rates = json.loads((SPECS / "amazon-sp-api" / "rate-limits.json").read_text())
    published = {
        operation_name(entry["model"].removesuffix(".json"), entry["operationId"]): (
            entry["rate_per_s"],
            entry["burst"],
        )
        for entry in rates
        if entry["model"].removesuffix(".json") in MODELS
    }
    for name, limit in LIMITS.items():
        assert (limit.rate, limit.burst) == published[name], name


def test_every_operation_is_in_its_model():
    known = {
        operation_name(model, operation["operationId"])
        for model in MODELS
        for _method, _path, operation in load_model(model).operations()
    }
    assert set(LIMITS) <= known


# === SANDBOX PAIRS === #


def call(name, connector):
    """The verb that makes the operation, and what it returns."""
    levels = [StockLevel("GM-ZDPI-9B4E", 5)]
    many = [StockLevel(f"S{number}", 1) for number in range(26)]
    verbs = {
        "sellers.getMarketplaceParticipations": lambda: connector.fetch_shops(),
        "orders.searchOrders": lambda: connector.fetch_orders([US], SINCE),
        "orders.getOrder": lambda: connector.fetch_order("TEST_CASE_400"),
        "orders.confirmShipment": lambda: connector.confirm_shipments([shipment()]),
        "listings.patchListingsItem": lambda: connector.push_stock(US, levels),
        "listings.searchListingsItems": lambda: connector.fetch_stock(US, ["GM-ZDPI-9B4E"]),
        "listings.getListingsItem": lambda: connector.fetch_stock(US, ["Bad,SKU"]),
        "feeds.createFeedDocument": lambda: connector.push_stock(US, many),
        "feeds.createFeed": lambda: connector.push_stock(US, many),
        "feeds.getFeed": lambda: connector.push_stock(US, many, {"feed": "badFeedId1"}),
        "feeds.getFeedDocument": lambda: connector.push_stock(US, many, {"feed": "1"}),
        "finances.listTransactions": lambda: connector.fetch_transactions(["ATIV93840DER"], SINCE),
        "reports.getReports": lambda: connector.fetch_settlements([US], SINCE),
        "reports.createReport": lambda: connector.fetch_listings(US),
        "reports.getReport": lambda: connector.fetch_listings(US, {"report": "badReportId1"}),
        "reports.getReportDocument": lambda: connector.fetch_listings(US, {"report": "1"}),
        "notifications.getDestinations": lambda: connector.subscribe_to_order_changes("arn:aws:sqs:us-east-2:1:q"),
        "notifications.getSubscription": lambda: connector.subscribe_to_order_changes("arn:aws:sqs:us-east-2:1:q"),
        "notifications.createSubscription": lambda: connector.subscribe_to_order_changes("arn:aws:sqs:us-east-2:1:q"),
        "tokens.createRestrictedDataToken": lambda: connector.fetch_order("902-1845936-5435065"),
        "ordersV0.getOrders": lambda: connector.fetch_orders([US], SINCE),
        "ordersV0.getOrder": lambda: connector.fetch_order("902-1845936-5435065"),
        "ordersV0.getOrderItems": lambda: connector.fetch_order("902-1845936-5435065"),
    }
    return verbs[name]()


class Sandbox:
    """Plays the pair that is tested for its operation, and something good for the others on the way to it."""

    def __init__(self, name, pair):
        self.name = name
        self.pair = pair
        self.met = 0

    def __call__(self, request):
        name = self.name_of(request)
        if name == self.name:
            self.met += 1
            return played(self.pair)
        return self.others(request, name)

    @staticmethod
    def name_of(request):
        for model in MODELS:
            try:
                operation = load_model(model).operation(request.method, parts(request)[0])
            except KeyError:
                continue
            return operation_name(model, operation["operationId"])
        return "file"

    @staticmethod
    def others(request, name):
        if name == "file":
            report = {"header": {}, "issues": [], "summary": {"messagesProcessed": 26}}
            listing = b"seller-sku\tprice\tquantity\tfulfillment-channel\n"
            return answer(listing if "Report" in request.url else report)
        if name == "feeds.getFeed":
            return answer({**job("feedId", "feedType"), "resultFeedDocumentId": "d"})
        if name == "reports.getReport":
            return answer({**job("reportId", "reportType"), "reportDocumentId": "d"})
        if name == "notifications.getSubscription":
            return answer({"errors": [{"code": "NotFound", "message": "none"}]}, 404)
        if name == "notifications.createDestination":
            return answer({"payload": good("notifications.getDestinations")["payload"][0]})
        statuses = {"feeds.createFeedDocument": 201, "feeds.createFeed": 202, "reports.createReport": 202}
        return answer(good(name), statuses.get(name, 200))


def job(*names):
    return dict.fromkeys(names, "1") | {"processingStatus": "DONE", "createdTime": "2026-05-28T00:00:00Z"}


CASES = [pytest.param(name, pair, id=f"{name}-{pair['status']}-{n}") for n, (name, pair) in enumerate(pairs())]


@pytest.mark.parametrize(("name", "pair"), CASES)
def test_sandbox_pair(name, pair):
    sandbox = Sandbox(name, pair)
    use_v0 = name.startswith(("ordersV0.", "tokens."))
    connector, _time = connect(Amazon(handler=sandbox), use_v0=use_v0)
    if pair["status"].startswith("4") and name != "orders.confirmShipment":
        with pytest.raises(Rejected) as caught:
            call(name, connector)
        assert caught.value.code == pair["response"]["errors"][0]["code"]
    else:
        CHECKS.get(name, lambda _connector, result: result)(connector, call_through(name, connector))
    assert sandbox.met


def call_through(name, connector):
    """The verb's result, through all its steps."""
    try:
        return call(name, connector)
    except NotReady as waiting:
        return waiting.handle


def check_orders(connector, result):
    records = result.records if hasattr(result, "records") else (result,)
    assert records
    assert not getattr(result, "broken", ())
    for record in records:
        order = connector.parse_order(record.payload)
        charged = sum((charge.total for line in order.lines for charge in line.charges), Decimal(0))
        assert charged == order.total.amount


def check_orders_v0(connector, result):
    """The sandbox's orders and items are of different orders: only the amounts are made to agree."""
    records = result.records if hasattr(result, "records") else (result,)
    assert records
    for record in records:
        items = record.payload["OrderItems"]
        prices = [item[key] for item in items for key in ("ItemPrice", "ItemTax") if key in item]
        total = sum(Decimal(price["Amount"]) for price in prices)
        aligned = {"CurrencyCode": prices[0]["CurrencyCode"], "Amount": str(total)}
        order = connector.parse_order({**record.payload, "OrderTotal": aligned})
        assert order.external_id == record.external_id
        assert [line.external_id for line in order.lines] == [item["OrderItemId"] for item in items]


def check_shipments(_connector, results):
    assert [result.accepted for result in results] in ([True], [False])
    assert results[0].retry_after is None


def check_pushes(_connector, results):
    assert results[0].sku == "GM-ZDPI-9B4E"


def check_stock(_connector, levels):
    assert levels == [StockLevel("GM-ZDPI-9B4E", 100)]


def check_transactions(connector, page):
    assert page.records
    assert not page.broken
    for record in page.records:
        parsed = connector.parse_transaction(record.payload)
        assert sum(line.amount.amount for line in parsed.lines) == parsed.total.amount


CHECKS = {
    "finances.listTransactions": check_transactions,
    "orders.searchOrders": check_orders,
    "ordersV0.getOrder": check_orders_v0,
    "ordersV0.getOrderItems": check_orders_v0,
    "ordersV0.getOrders": check_orders_v0,
    "orders.confirmShipment": check_shipments,
    "listings.patchListingsItem": check_pushes,
    "listings.searchListingsItems": check_stock,
}


# === RECORDINGS === #


def recordings():
    """``[(id, our name, exchange)]`` of all recorded exchanges of operations that we call."""
    found = []
    folder = SPECS / "amazon-sp-api" / "cassettes" if SPECS else None
    for path in sorted(folder.rglob("*.json")) if folder else []:
        for number, exchange in enumerate(json.loads(path.read_text())):
            name = recorded_name(exchange["request"])
            if name in LIMITS:
                found.append(pytest.param(name, exchange, id=f"{path.stem}-{number}"))
    return found


def recorded_name(request):
    path = urlsplit(request["uri"]).path
    for model in MODELS:
        try:
            operation = load_model(model).operation(request["method"], path)
        except KeyError:
            continue
        return operation_name(model, operation["operationId"])
    return ""


@pytest.mark.parametrize(("name", "exchange"), recordings())
def test_recorded_exchange(name, exchange):
    status = exchange["response"]["status"]["code"]
    body = exchange["response"]["body"]
    pair = {"status": str(status), "response": json.loads(body) if body else None}
    test_sandbox_pair(name, pair)


def test_recorded_report_in_cp1252():
    exchange = helper_recording("Reports20210630Test/test_download_report_document_with_url")
    content = exchange["response"]["body"].encode("cp1252")
    (content_type,) = exchange["response"]["headers"]["Content-Type"]
    connector, _time = connect(Amazon(answer(content, Content_Type=content_type)))
    document = connector._api.client.download("file", exchange["request"]["uri"])
    listings = read_listings(document.text, DE)
    assert len(listings) == len(exchange["response"]["body"].splitlines()) - 1
    assert listings[0].sku == "SKU-001-TEST"


def test_recorded_expired_address():
    exchange = helper_recording("Reports20210630Test/test_download_report_document_client_error")
    body = exchange["response"]["body"].encode()
    connector, _time = connect(Amazon(answer(body, exchange["response"]["status"]["code"])))
    with pytest.raises(Rejected) as caught:
        connector._api.client.download("file", exchange["request"]["uri"])
    assert caught.value.code == "DocumentExpired"


def helper_recording(name):
    path = SPECS / "amazon-sp-api" / "cassettes" / "Helpers" / f"{name}.json"
    return json.loads(path.read_text())[0]


# === SAMPLES OF THE RECIPES === #


def sample(name):
    return json.loads((SPECS / "amazon-sp-api" / "samples" / "recipes" / f"{name}.json").read_text())


def test_sample_of_an_order_with_items_of_another_is_refused():
    """The two samples are of different orders, in dollars and reais: the amounts cannot agree."""
    order = sample("orders-getOrder")["payload"]
    items = sample("orders-getOrderItems")["payload"]["OrderItems"]
    connector, _time = connect(Amazon(), use_v0=True)
    with pytest.raises(InvalidPayload, match="several currencies: BRL, USD"):
        connector.parse_order({**order, "OrderItems": items})
    total = {"CurrencyCode": "BRL", "Amount": "8.02"}
    parsed = connector.parse_order({**order, "OrderTotal": total, "OrderItems": items})
    assert [charge.amount.text for charge in parsed.lines[0].charges] == ["1.00", "7.02"]


@pytest.mark.parametrize(
    ("name", "document", "verb"),
    [
        ("feeds-getFeed", "resultFeedDocumentId", lambda c: c.push_stock(US, [StockLevel("A", 1)], {"feed": "1"})),
        ("reports-getReport", "reportDocumentId", lambda c: c.fetch_listings(US, {"report": "1"})),
    ],
)
def test_samples_of_finished_work_lead_to_their_documents(name, document, verb):
    gone = answer({"errors": [{"code": "NotFound", "message": "gone"}]}, 404)
    amazon = Amazon(answer(sample(name)), gone)
    connector, _time = connect(amazon)
    with pytest.raises(Rejected, match="gone"):
        verb(connector)
    assert last_path(amazon.calls[1]) == sample(name)[document]


def test_sample_of_a_listing():
    connector, _time = connect(Amazon(answer(sample("listings-getListingsItem")), check_answers=False))
    assert connector.fetch_stock(US, ["TEST,SKU"]) == [StockLevel("TEST-SKU-001", 100)]


def test_sample_of_a_patch():
    connector, _time = connect(Amazon(answer(sample("pricing-patchListingsItem"))))
    assert connector.push_stock(US, [StockLevel("TEST-SKU-001", 1)])[0].accepted
