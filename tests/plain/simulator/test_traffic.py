"""Amazon's Sales and Traffic report of the training marketplace: units are those of the orders."""

import gzip
import json
from collections import Counter

from addons.marketplace_amazon.connector.traffic import read_traffic
from tests.plain.spec_models import schema_errors, shared_specs

from .api import DE

REPORTS = "/reports/2021-06-30"
KIND = "GET_SALES_AND_TRAFFIC_REPORT"


def ask(api, day, granularity="SKU"):
    """The file of a day."""
    moment = f"{day}T00:00:00Z"
    body = {
        "reportType": KIND, "marketplaceIds": [DE], "dataStartTime": moment, "dataEndTime": moment,
        "reportOptions": {"dateGranularity": "DAY", "asinGranularity": granularity},
    }
    key = api.call("POST", f"{REPORTS}/reports", body=body).get_json()["reportId"]
    api.clock.pass_time(60)
    report = api.get(f"{REPORTS}/reports/{key}")
    document = api.get(f"{REPORTS}/documents/{report['reportDocumentId']}")
    return gzip.decompress(api.http.get(document["url"]).data).decode()


def sold(api):
    """``{day: {sku: units}}`` of the world's orders in Germany."""
    days = {}
    for row in api.simulator.world.store.rows("SELECT data FROM purchase"):
        order = json.loads(row["data"])
        if order["marketplace"] == "DE":
            units = days.setdefault(order["created"][:10], Counter())
            for line in order["lines"]:
                units[line["sku"]] += line["quantity"]
    return days


def test_units_are_those_of_the_orders(api):
    days = sold(api)
    assert days
    day, units = max(days.items())
    rows = read_traffic(ask(api, day))
    assert {row.sku: row.units for row in rows} == dict(units)
    assert all(row.day.isoformat() == day and row.item and row.sessions > row.units for row in rows)
    assert rows == read_traffic(ask(api, day))


def test_by_asin(api):
    day = max(sold(api))
    report = json.loads(ask(api, day, "CHILD"))
    assert all("sku" not in row and row["childAsin"] for row in report["salesAndTrafficByAsin"])


def test_follows_the_schema(api):
    """Where the specifications are."""
    report = json.loads(ask(api, max(sold(api))))
    by_day = report["salesAndTrafficByDate"][0]["trafficByDate"]
    assert by_day["sessions"] == sum(row["trafficByAsin"]["sessions"] for row in report["salesAndTrafficByAsin"])
    if shared_specs():
        path = shared_specs() / "amazon-sp-api/schemas/reports/sellerSalesAndTrafficReport.json"
        assert not schema_errors(json.loads(path.read_text()), report)
