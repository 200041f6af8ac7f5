"""Visits per SKU and day, from the report GET_SALES_AND_TRAFFIC_REPORT.

Source: schema ``sellerSalesAndTrafficReport.json``. Its rows by SKU are of the whole range that was asked for, so each
day is a report of its own. Amazon leaves out SKUs that nobody bought.
"""

import json
from datetime import date
from decimal import Decimal

from ...marketplace.contract import InvalidPayload, TrafficDay
from .documents import fetch_report

REPORT = "GET_SALES_AND_TRAFFIC_REPORT"
_OPTIONS = {"dateGranularity": "DAY", "asinGranularity": "SKU"}


def fetch_traffic(api, shop_id, day, handle=None):
    """Visits of a day, as list of :class:`TrafficDay`."""
    moment = f"{day.isoformat()}T00:00:00Z"
    document = fetch_report(
        api, REPORT, shop_id, handle, dataStartTime=moment, dataEndTime=moment, reportOptions=dict(_OPTIONS)
    )
    return read_traffic(document.text)


def read_traffic(content):
    """Rows of the report, asked for a single day by SKU or child ASIN.

    :param content: text or bytes, JSON
    :return: list of :class:`TrafficDay`
    :raise InvalidPayload: it is another report, is of several days, or a row is damaged
    """
    try:
        report = json.loads(content)
        asked = report["reportSpecification"]
        first, last = asked["dataStartTime"][:10], asked["dataEndTime"][:10]
        day, rows = date.fromisoformat(first), report["salesAndTrafficByAsin"]
    except (ValueError, KeyError, TypeError):
        raise InvalidPayload("file", "it is no Sales and Traffic report of Amazon") from None
    if first != last:
        raise InvalidPayload("reportSpecification", f"its rows are of {first} to {last} together, not of a day")
    return [_read_row(row, day, f"salesAndTrafficByAsin[{index}]") for index, row in enumerate(rows)]


def _read_row(row, day, path):
    try:
        traffic, sales = row["trafficByAsin"], row.get("salesByAsin") or {}
        box = traffic.get("buyBoxPercentage")
        return TrafficDay(
            day=day,
            sku=row.get("sku") or "",
            item=row.get("childAsin") or row["parentAsin"],
            sessions=int(traffic["sessions"]),
            page_views=int(traffic["pageViews"]),
            buy_box=None if box is None else Decimal(str(box)),
            units=int(sales["unitsOrdered"]) if "unitsOrdered" in sales else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidPayload(path, f"{error} is missing or damaged") from None
