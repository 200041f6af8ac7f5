"""Visits per SKU and day: what is asked for, what is read, and what is refused."""

import json
from datetime import date
from decimal import Decimal

import pytest

from addons.marketplace.contract import InvalidPayload, NotReady, TrafficDay
from addons.marketplace_amazon.connector.traffic import REPORT, read_traffic
from tests.plain.amazon.amazon import DE, Amazon, connect, parts
from tests.plain.fake_http import answer
from tests.plain.spec_models import shared_specs

DAY = date(2021, 6, 11)
SCHEMA = "amazon-sp-api/schemas/reports/sellerSalesAndTrafficReport.json"


def report(first="2021-06-11", last="2021-06-11", **row):
    """A report with one SKU."""
    given = {
        "parentAsin": "B0PARENT",
        "childAsin": "B0CHILD",
        "sku": "MUG",
        "salesByAsin": {"unitsOrdered": 3},
        "trafficByAsin": {"sessions": 40, "pageViews": 55, "buyBoxPercentage": 95.24},
        **row,
    }
    specification = {"dataStartTime": first, "dataEndTime": last}
    return json.dumps({"reportSpecification": specification, "salesAndTrafficByAsin": [given]})


def test_row():
    assert read_traffic(report()) == [TrafficDay(DAY, "MUG", "B0CHILD", 40, 55, Decimal("95.24"), units=3)]


def test_by_parent():
    (row,) = read_traffic(report(sku=None, childAsin=None))
    assert (row.sku, row.item) == ("", "B0PARENT")


def test_refused():
    for content, reason in (
        (report(last="2021-06-12"), "2021-06-11 to 2021-06-12 together"),
        (report(trafficByAsin={"sessions": 4}), r"salesAndTrafficByAsin\[0\]: .*pageViews"),
        ("{}", "no Sales and Traffic report"),
        ("sku\tsessions", "no Sales and Traffic report"),
    ):
        with pytest.raises(InvalidPayload, match=reason):
            read_traffic(content)


def test_official_example():
    """Rows of the schema's example, which is of four days, as if it were of one."""
    if not shared_specs():
        pytest.skip("the specifications are not here")
    example = json.loads((shared_specs() / SCHEMA).read_text())["examples"][0]
    example["reportSpecification"]["dataEndTime"] = "2021-06-11"
    rows = read_traffic(json.dumps(example))
    assert rows[0] == TrafficDay(DAY, "AB-1C2D-EFGH", "B123456789", 18, 43, Decimal("95.24"), units=1)
    assert len(rows) == len(example["salesAndTrafficByAsin"])


def test_asked_for_by_day_and_sku():
    """The report is asked for by SKU, for that day alone; then its file is read."""
    amazon = Amazon(
        answer({"reportId": "77"}, 202),
        answer(
            {
                "reportId": "77",
                "reportType": REPORT,
                "createdTime": "2021-06-13T08:00:00Z",
                "processingStatus": "DONE",
                "reportDocumentId": "doc-1",
            }
        ),
        answer({"reportDocumentId": "doc-1", "url": "https://tortuga-prod-eu.s3.amazonaws.com/doc-1"}),
        answer(json.loads(report())),
    )
    connector, _time = connect(amazon)
    with pytest.raises(NotReady) as waiting:
        connector.fetch_traffic(DE, DAY)
    _path, _query, body = parts(amazon.calls[0])
    assert body == {
        "reportType": REPORT,
        "marketplaceIds": [DE],
        "dataStartTime": "2021-06-11T00:00:00Z",
        "dataEndTime": "2021-06-11T00:00:00Z",
        "reportOptions": {"dateGranularity": "DAY", "asinGranularity": "SKU"},
    }
    assert [row.sku for row in connector.fetch_traffic(DE, DAY, waiting.value.handle)] == ["MUG"]
