"""Stock, feeds, listings and reports."""

import gzip
import json
from datetime import date
from decimal import Decimal

import pytest
from jsonschema import Draft7Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7

from addons.marketplace.contract import Fulfilment, InvalidPayload, NotReady, Rejected, StockLevel, Unavailable
from addons.marketplace_amazon.connector import Credentials
from addons.marketplace_amazon.connector.listings import read_listings
from addons.marketplace_amazon.connector.stock import feed
from tests.plain.amazon.amazon import DE, JP, Amazon, connect, errors, last_path, parts
from tests.plain.fake_http import answer
from tests.plain.spec_models import shared_specs

LEVELS = [StockLevel(f"SKU-{number}", number) for number in range(30)]


def accepted(sku, status="ACCEPTED", issues=()):
    return answer({"sku": sku, "status": status, "submissionId": "s1", "issues": list(issues)})


def issue(severity, message="bad", number=None):
    found = {"code": "90220", "message": message, "severity": severity}
    return {**found, "messageId": number, "sku": "x"} if number else {**found, "categories": []}


# === FEW === #


def test_few_levels_by_single_calls():
    amazon = Amazon(handler=lambda request: accepted(last_path(request)))
    connector, time = connect(amazon)
    results = connector.push_stock(DE, [StockLevel("A/1 ä", 7), StockLevel("B", 0, lead_days=3)])
    assert [(result.sku, result.accepted, result.message) for result in results] == [
        ("A/1 ä", True, ""),
        ("B", True, ""),
    ]
    path, query, body = parts(amazon.calls[0])
    assert path == "/listings/2021-08-01/items/A3SELLER/A%2F1%20%C3%A4"
    assert query == {"marketplaceIds": DE, "issueLocale": "en_US"}
    assert body["patches"] == [
        {
            "op": "merge",
            "path": "/attributes/fulfillment_availability",
            "value": [{"fulfillment_channel_code": "DEFAULT", "quantity": 7}],
        }
    ]
    assert parts(amazon.calls[1])[2]["patches"][0]["value"][0]["lead_time_to_ship_max_days"] == 3
    assert time.waits == []


def test_day_on_which_units_arrive():
    amazon = Amazon(handler=lambda request: accepted(last_path(request)))
    connector, _time = connect(amazon)
    connector.push_stock(DE, [StockLevel("A", 7, available_on=date(2026, 6, 1))])
    (value,) = parts(amazon.calls[0])[2]["patches"][0]["value"]
    assert value == {"fulfillment_channel_code": "DEFAULT", "quantity": 7, "restock_date": "2026-06-01"}


def test_refused_levels_stop_no_other():
    amazon = Amazon(
        errors("InvalidInput", "no such sku", 400),
        accepted("B", "INVALID", [issue("ERROR", "too many")]),
        accepted("C", issues=[issue("WARNING", "slow")]),
    )
    connector, _time = connect(amazon)
    results = connector.push_stock(DE, [StockLevel(sku, 1) for sku in "ABC"])
    assert [result.accepted for result in results] == [False, False, True]
    assert "no such sku" in results[0].message
    assert results[1].message == "ERROR 90220: too many"
    assert results[2].message == "WARNING 90220: slow"


def test_stock_needs_the_seller_id():
    credentials = Credentials("id", "secret", "Atzr|x", "eu")
    with pytest.raises(Rejected, match="seller id"):
        connect(Amazon(), credentials=credentials)[0].push_stock(DE, LEVELS)


# === MANY === #


class FeedWorld:
    """Amazon's side of one feed."""

    def __init__(self, result, statuses=("IN_QUEUE", "IN_PROGRESS", "DONE")):
        self.result = result
        self.statuses = list(statuses)
        self.uploads = []

    def __call__(self, request):
        path, _query, body = parts(request)
        if request.url.startswith("https://upload.example/"):
            assert "x-amz-access-token" not in request.headers
            self.uploads.append(json.loads(request.body))
            return answer(status=200)
        if request.url.startswith("https://download.example/"):
            return answer(gzip.compress(json.dumps(self.result).encode()))
        if path.endswith("/documents"):
            assert body == {"contentType": "application/json; charset=UTF-8"}
            return answer({"feedDocumentId": "in1", "url": "https://upload.example/?X-Amz-Signature=1"}, 201)
        if path.endswith("/documents/out1"):
            url = "https://download.example/?X-Amz-Signature=1"
            return answer({"feedDocumentId": "out1", "url": url, "compressionAlgorithm": "GZIP"})
        if path.endswith("/feeds"):
            assert body == {"feedType": "JSON_LISTINGS_FEED", "marketplaceIds": [DE], "inputFeedDocumentId": "in1"}
            return answer({"feedId": "77"}, 202)
        return answer(self._feed(self.statuses.pop(0)))

    @staticmethod
    def _feed(status):
        shown = {"feedId": "77", "feedType": "JSON_LISTINGS_FEED", "createdTime": "2026-05-28T00:00:00Z"}
        done = {"resultFeedDocumentId": "out1"} if status == "DONE" else {}
        return {**shown, "processingStatus": status, **done}


def report(*issues, processed=30):
    return {"header": {}, "issues": list(issues), "summary": {"messagesProcessed": processed}}


def push(connector, handle=None):
    with pytest.raises(NotReady) as caught:
        connector.push_stock(DE, LEVELS, handle)
    assert json.loads(json.dumps(caught.value.handle)) == caught.value.handle
    return caught.value


def test_many_levels_by_one_feed():
    world = FeedWorld(report(issue("ERROR", "gone", 5), issue("WARNING", "hm", 6)))
    connector, _time = connect(Amazon(handler=world))
    waiting = push(connector)
    assert waiting.handle == {"feed": "77"}
    assert waiting.retry_after == 30
    waiting = push(connector, waiting.handle)
    waiting = push(connector, waiting.handle)
    results = connector.push_stock(DE, LEVELS, waiting.handle)
    assert [result.sku for result in results] == [level.sku for level in LEVELS]
    assert [result.sku for result in results if not result.accepted] == ["SKU-4"]
    assert results[4].message == "ERROR 90220: gone"
    assert results[5].message == "WARNING 90220: hm"
    assert len(world.uploads) == 1
    assert len(world.uploads[0]["messages"]) == 30


def test_feed_follows_the_schema():
    specs = shared_specs()
    if specs is None:
        pytest.skip("the specifications are not there")
    folder = specs / "amazon-sp-api" / "schemas" / "feeds"
    for name, document in (
        ("listings-feed-schema-v2.json", feed("A3SELLER", LEVELS)),
        ("listings-feed-message-schema-v2.json", feed("A3SELLER", LEVELS)["messages"][0]),
    ):
        schema = json.loads((folder / name).read_text())
        registry = Registry().with_resource("urn:feed", DRAFT7.create_resource(schema))
        assert [error.message for error in Draft7Validator(schema, registry=registry).iter_errors(document)] == []


def test_official_processing_reports():
    specs = shared_specs()
    if specs is None:
        pytest.skip("the specifications are not there")
    folder = specs / "amazon-sp-api"
    example = json.loads((folder / "schemas/feeds/listings-feed-processing-report-schema-v2.example.json").read_text())
    minimal = json.loads(
        (
            folder / "notification-fixtures/feeds/listings_feed_processing_report_without_optional_fields.json"
        ).read_text()
    )
    for document, count in ((example, 4), (minimal, 1)):
        levels = [StockLevel(f"S{number}", 1) for number in range(count)]
        connector, _time = connect(Amazon(handler=FeedWorld(document, ["DONE"])))
        results = connector.push_stock(DE, levels, {"feed": "77"})
        assert len(results) == count
    assert [result.accepted for result in results] == [True]


@pytest.mark.parametrize("status", ["CANCELLED", "FATAL"])
def test_feed_that_amazon_gives_up(status):
    connector, _time = connect(Amazon(handler=FeedWorld({}, [status])))
    with pytest.raises(Rejected) as caught:
        connector.push_stock(DE, LEVELS, {"feed": "77"})
    assert caught.value.code == status


def test_feed_with_missing_results():
    connector, _time = connect(Amazon(handler=FeedWorld(report(processed=29), ["DONE"])))
    with pytest.raises(InvalidPayload, match="29 of 30"):
        connector.push_stock(DE, LEVELS, {"feed": "77"})


def test_ten_thousand_levels_are_the_most():
    with pytest.raises(ValueError, match="10000"):
        connect(Amazon())[0].push_stock(DE, [StockLevel("A", 1)] * 10_001)


# === READING === #


def shown(sku, *availability):
    return {"sku": sku, "fulfillmentAvailability": list(availability)}


def test_stock_that_amazon_shows():
    def serve(request):
        skus = parts(request)[1]["identifiers"].split(",")
        items = [shown(sku, {"fulfillmentChannelCode": "DEFAULT", "quantity": 3}) for sku in skus if sku != "SKU-1"]
        return answer({"numberOfResults": len(items), "items": items})

    amazon = Amazon(handler=serve)
    connector, _time = connect(amazon)
    levels = connector.fetch_stock(DE, [level.sku for level in LEVELS])
    assert len(amazon.calls) == 2
    assert parts(amazon.calls[0])[1]["identifiersType"] == "SKU"
    assert len(levels) == 29
    assert levels[0] == StockLevel("SKU-0", 3)


def test_stock_of_other_channels_is_no_merchant_stock():
    items = [
        shown("A", {"fulfillmentChannelCode": "AMAZON_EU", "quantity": 9}),
        shown("B", {"fulfillmentChannelCode": "DEFAULT"}),
    ]
    connector, _time = connect(Amazon(answer({"numberOfResults": 2, "items": items})))
    assert connector.fetch_stock(DE, ["A", "B"]) == []


def test_sku_with_comma_is_asked_for_alone():
    amazon = Amazon(
        answer(shown("A,B", {"fulfillmentChannelCode": "DEFAULT", "quantity": 2})), errors("NOT_FOUND", "x", 404)
    )
    connector, _time = connect(amazon)
    assert connector.fetch_stock(DE, ["A,B", "C,D"]) == [StockLevel("A,B", 2)]
    assert last_path(amazon.calls[0]) == "A,B"


# === LISTINGS === #

HEADER = "\t".join(
    ("item-name", "listing-id", "seller-sku", "price", "quantity", "product-id-type", "product-id", "asin1")
    + ("fulfillment-channel", "status")
)


def listings(*rows, header=HEADER, shop=DE):
    return read_listings("\r\n".join([header, *rows, ""]), shop)


def test_listing_rows():
    first, second, third = listings(
        'Vase "blau" 5\u2033\t1\tV-1\t19.90\t4\t4\t4006381333931\tB01\tDEFAULT\tActive',
        "Tasse\t2\tT-1\t\t\t1\tB02\t\tAMAZON_EU\tInactive",
        "Kanne\t3\tK-1\t12,50\t0\t3\t012345678905\tB03\tDEFAULT",
    )
    assert (first.sku, first.title, first.product_id, first.barcode) == (
        "V-1",
        'Vase "blau" 5″',
        "B01",
        "4006381333931",
    )
    assert (first.price.amount, first.price.currency, first.quantity) == (Decimal("19.90"), "EUR", 4)
    assert (first.fulfilment, first.status, first.shop_id) == (Fulfilment.MERCHANT, "Active", DE)
    assert (second.fulfilment, second.price, second.quantity) == (Fulfilment.MARKETPLACE, None, None)
    assert (second.product_id, second.barcode) == ("B02", "")
    assert (third.price.amount, third.price.text) == (Decimal("12.50"), "12,50")


def test_japanese_header():
    header = "商品名\t出品ID\t出品者SKU\t価格\t数量\t商品IDタイプ\t商品ID\tフルフィルメント・チャンネル\tステータス"
    (listing,) = listings("茶碗\t1\tC-1\t1980\t5\t1\tB04\tDEFAULT\tActive", header=header, shop=JP)
    assert (listing.sku, listing.price.text, listing.price.currency) == ("C-1", "1980", "JPY")
    assert listing.product_id == "B04"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("x\t1\t\t1.00\t1\t1\tB\tB\tDEFAULT\tActive", "row 2: without seller-sku"),
        ("x\t1\tS\tcheap\t1\t1\tB\tB\tDEFAULT\tActive", "not a number"),
        ("x\t1\tS\t1.00\tmany\t1\tB\tB\tDEFAULT\tActive", "quantity 'many'"),
        ("x\t1\tS\t1.00\t1\t1\tB\tB\tMARS\tActive", "unknown fulfillment-channel 'MARS'"),
        ("broken", "row 2"),
    ],
)
def test_damaged_rows(row, reason):
    with pytest.raises(InvalidPayload, match=reason):
        listings(row)


def test_missing_columns():
    with pytest.raises(InvalidPayload, match="seller-sku"):
        listings("x", header="item-name")


def test_official_sample_of_the_report():
    specs = shared_specs()
    if specs is None:
        pytest.skip("the specifications are not there")
    sample = specs / "amazon-reports" / "samples" / "GET_MERCHANT_LISTINGS_ALL_DATA.txt"
    found = read_listings(sample.read_text(encoding="utf-8"), "A1F83G8C2ARO7P")
    assert len(found) == len(sample.read_text(encoding="utf-8").splitlines()) - 1
    assert (found[0].sku, found[0].price.text, found[0].price.currency) == ("1234567", "20", "GBP")
    assert (found[0].barcode, found[0].product_id) == ("680242554716", "B01I53BE4O")


class ReportWorld:
    """Amazon's side of one report."""

    def __init__(self, content, statuses, content_type="text/plain; charset=Cp1252"):
        self.content = content
        self.statuses = list(statuses)
        self.content_type = content_type
        self.downloads = [200]

    def __call__(self, request):
        path, _query, body = parts(request)
        if request.url.startswith("https://download.example/"):
            status = self.downloads.pop(0)
            return answer(gzip.compress(self.content), status, Content_Type=self.content_type)
        if path.endswith("/reports"):
            assert body == {"reportType": "GET_MERCHANT_LISTINGS_ALL_DATA", "marketplaceIds": [DE]}
            return answer({"reportId": "r1"}, 202)
        if path.endswith("/documents/d1"):
            url = "https://download.example/?X-Amz-Signature=1"
            return answer({"reportDocumentId": "d1", "url": url, "compressionAlgorithm": "GZIP"})
        status = self.statuses.pop(0)
        shown_ = {"reportId": "r1", "reportType": "X", "createdTime": "2026-05-28T00:00:00Z"}
        done = {"reportDocumentId": "d1"} if status == "DONE" else {}
        return answer({**shown_, "processingStatus": status, **done})


CONTENT = f"{HEADER}\r\nGr\u00f6\u00dfe\t1\tV-1\t19.90\t4\t1\tB01\tB01\tDEFAULT\tActive\r\n".encode("cp1252")


def test_listing_report():
    connector, _time = connect(Amazon(handler=ReportWorld(CONTENT, ["IN_QUEUE", "DONE"])))
    with pytest.raises(NotReady) as first:
        connector.fetch_listings(DE)
    with pytest.raises(NotReady) as second:
        connector.fetch_listings(DE, first.value.handle)
    assert first.value.handle == second.value.handle == {"report": "r1"}
    (listing,) = connector.fetch_listings(DE, second.value.handle)
    assert listing.title == "Größe"


def test_report_address_that_has_expired():
    world = ReportWorld(CONTENT, ["DONE", "DONE"])
    world.downloads = [403, 200]
    connector, _time = connect(Amazon(handler=world))
    with pytest.raises(Unavailable):
        connector.fetch_listings(DE, {"report": "r1"})
    assert len(connector.fetch_listings(DE, {"report": "r1"})) == 1


@pytest.mark.parametrize("status", ["CANCELLED", "FATAL"])
def test_report_that_amazon_gives_up(status):
    connector, _time = connect(Amazon(handler=ReportWorld(b"", [status])))
    with pytest.raises(Rejected, match="GET_MERCHANT_LISTINGS_ALL_DATA") as caught:
        connector.fetch_listings(DE, {"report": "r1"})
    assert caught.value.code == status
