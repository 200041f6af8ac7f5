"""Daily reports: how they are asked for, waited for and read. Source: Amazon Ads "Offline Report" version 3.

Column names are those of the record schemas that Amazon's reports have; attribution is the one that Amazon's own
screens use: 7 days after the click for sellers' Sponsored Products, else 14 days.
"""

import json
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from urllib.parse import quote

from ....marketplace.contract import InvalidPayload, NotReady, Payload, Rejected, Unavailable
from ..records import AdDay, AdType
from .api import TOO_EARLY

PATH = "/reporting/reports"
CREATE = "application/vnd.createasyncreportrequest.v3+json"
MOST_DAYS = 31
"""A daily report covers so many days at most."""
_POLL = 120.0
_WAITING = frozenset({"PENDING", "PROCESSING"})
_REPORT_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_COMMON = ("date", "campaignName", "campaignBudgetCurrencyCode")


@dataclass(frozen=True, slots=True)
class ReportKind:
    """A report type and where a row states what.

    :param fields: ``{field of AdDay: column}``; a field that is left out is not reported
    """

    product: str
    type_id: str
    group_by: str
    ad_type: AdType
    fields: dict

    @property
    def columns(self):
        """Columns to ask for."""
        return sorted({*_COMMON, *self.fields.values()})


def _traffic(**fields):
    return {"campaign_id": "campaignId", "impressions": "impressions", "clicks": "clicks", "cost": "cost", **fields}


#: By ad type what it cost; ``sb_purchased``: what was bought through Sponsored Brands, whose costs name no item.
REPORTS = {
    "sp": ReportKind(
        "SPONSORED_PRODUCTS", "spAdvertisedProduct", "advertiser", AdType.SPONSORED_PRODUCTS,
        _traffic(sku="advertisedSku", asin="advertisedAsin", orders="purchases7d", units="unitsSoldClicks7d",
                 sales="sales7d"),
    ),
    "sb": ReportKind(
        "SPONSORED_BRANDS", "sbCampaigns", "campaign", AdType.SPONSORED_BRANDS,
        _traffic(orders="purchases", units="unitsSold", sales="sales"),
    ),
    "sb_purchased": ReportKind(
        "SPONSORED_BRANDS", "sbPurchasedProduct", "purchasedAsin", AdType.SPONSORED_BRANDS,
        {"asin": "purchasedAsin", "orders": "orders14d", "units": "unitsSold14d", "sales": "sales14d"},
    ),
    "sd": ReportKind(
        "SPONSORED_DISPLAY", "sdAdvertisedProduct", "advertiser", AdType.SPONSORED_DISPLAY,
        _traffic(sku="promotedSku", asin="promotedAsin", orders="purchases", units="unitsSold", sales="sales"),
    ),
}  # fmt: skip
#: Days that Amazon keeps, from its guide to report types.
LOOKBACK = {"sp": 95, "sb": 60, "sb_purchased": 60, "sd": 65}


def fetch_report(api, profile, name, since, until, handle=None):
    """Rows of a report as list of :class:`AdDay`, without those in which nothing happened.

    :param str name: key of ``REPORTS``
    :param date since: first day; with ``until``, the last, at most ``MOST_DAYS``
    :param handle: of the :class:`NotReady` before; ``None`` asks for a new report
    :raise NotReady: Amazon is working on it
    :raise Rejected: the days or columns are refused, or the report failed; the reason is Amazon's
    """
    kind = REPORTS[name]
    if handle is None:
        raise NotReady({"report": _create(api, profile, kind, since, until)}, _POLL)
    report = Payload(api.get("ads.getReport", f"{PATH}/{quote(handle['report'], safe='')}", profile))
    status = report.text("status", required=True)
    if status in _WAITING:
        raise NotReady(handle, _POLL)
    if status != "COMPLETED":
        raise Rejected(f"{kind.type_id}: {report.text('failureReason') or status}", status)
    return parse_report(_download(api, report.text("url", required=True)), kind)


def _create(api, profile, kind, since, until):
    """Number of a new report, or of the one that Amazon is making already of the same days."""
    payload = {
        "startDate": since.isoformat(),
        "endDate": until.isoformat(),
        "configuration": {
            "adProduct": kind.product,
            "groupBy": [kind.group_by],
            "columns": kind.columns,
            "reportTypeId": kind.type_id,
            "timeUnit": "DAILY",
            "format": "GZIP_JSON",
        },
    }
    try:
        answer = Payload(api.post("ads.createReport", PATH, payload, profile, CREATE))
    except Rejected as error:
        known = _REPORT_ID.search(error.reason) if error.code == str(TOO_EARLY) else None
        if known is None:
            raise
        return known.group()
    return answer.text("reportId", required=True)


def _download(api, url):
    try:
        return api.client.download("ads.download", url, gzipped=True).content
    except Rejected as error:
        raise Unavailable(str(error)) from None  # the next attempt gets a new address


def parse_report(content, kind):
    """Rows of a report's file.

    :param bytes content: JSON, not compressed
    :param ReportKind kind: what the columns mean
    :raise InvalidPayload: the row and the field that cannot be read
    """
    try:
        rows = json.loads(content, parse_float=Decimal)
    except ValueError:
        raise InvalidPayload("report", "the file is not JSON") from None
    if not isinstance(rows, list):
        raise InvalidPayload("report", "a list of rows was expected")
    found = [_read(Payload(row, f"report[{index}]"), kind) for index, row in enumerate(rows)]
    return [day for day in found if day is not None]


def _read(row, kind):
    numbers = {name: _count(row, kind.fields.get(name)) for name in ("impressions", "clicks", "orders", "units")}
    amounts = {name: _amount(row, kind.fields.get(name)) for name in ("cost", "sales")}
    if not any(numbers.values()) and not any(amounts.values()):
        return None
    texts = {name: row.text(kind.fields[name]) for name in ("sku", "asin") if name in kind.fields}
    campaign = row.text("campaignName", required=True)
    return AdDay(
        ad_type=kind.ad_type,
        campaign_id=row.ident(kind.fields["campaign_id"], required=True) if "campaign_id" in kind.fields else "",
        campaign=campaign,
        day=_day(row),
        currency=row.text("campaignBudgetCurrencyCode", required=True),
        **texts,
        **numbers,
        **amounts,
    )


def _day(row):
    try:
        return date.fromisoformat(row.text("date", required=True))
    except ValueError:
        raise InvalidPayload(row.where("date"), f"{row.get('date')!r} is not a day") from None


def _count(row, column):
    value = row.get(column) if column else None
    if value is None:
        return 0
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)  # schemas allow 3.0
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidPayload(row.where(column), f"a whole number was expected, not {value!r}")
    return value


def _amount(row, column):
    value = row.get(column) if column else None
    if value is None:
        return Decimal(0)
    try:
        amount = value if isinstance(value, Decimal) else Decimal(value) if isinstance(value, int | str) else None
    except InvalidOperation:
        amount = None
    if amount is None or isinstance(value, bool) or not amount.is_finite():
        raise InvalidPayload(row.where(column), f"an amount was expected, not {value!r}")
    return amount
