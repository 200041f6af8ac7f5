"""Reconciliation reports: Walmart makes one at the end of each payment cycle. Source: Walmart's OpenAPI
``payment-reports``.

Walmart lists the dates of all reports that it has. Which settlement a report holds, its file says.
"""

from datetime import datetime, timedelta, timezone

from ...marketplace.contract import InvalidPayload, SettlementDocument, SettlementPage, SettlementRef
from .fields import Node
from .recon_file import parse_settlement

__all__ = ["fetch_page", "fetch_settlement", "parse_settlement"]

DATES_PATH = "/v3/report/reconreport/availableReconFiles"
FILE_PATH = "/v3/report/reconreport/reconFile"
VERSION = {"reportVersion": "v1"}
# A report is listed some days after its date.
_LATE = timedelta(days=14)
_ARCHIVE = b"PK"


def fetch_page(api, shop_ids, since, until):
    """All reports of a range of dates; those of two weeks before too, which may not have been listed yet."""
    (shop_id,) = shop_ids
    answer = api.answer("recon.dates", DATES_PATH, VERSION)
    end = min(until or api.now(), api.settled(answer.headers))
    dates = Node(answer.body).array("availableApReportDates", required=True)
    days = {_day(text): text for text in dates}
    wanted = [day for day in sorted(days) if since - _LATE <= day and (until is None or day < until)]
    return SettlementPage(tuple(_ref(shop_id, day, days[day]) for day in wanted), complete_until=end)


def _ref(shop_id, day, text):
    return SettlementRef(f"report {day:%Y-%m-%d}", shop_id, text, {"date": text}, provisional=True)


def _day(text):
    """A date such as ``07312018``."""
    try:
        return datetime.strptime(text, "%m%d%Y").replace(tzinfo=timezone.utc)
    except (TypeError, ValueError):
        raise InvalidPayload("availableApReportDates", f"{text!r} is no date of a report") from None


def fetch_settlement(api, handle):
    """The file of a report, as :class:`SettlementDocument`."""
    content = api.download("recon.file", FILE_PATH, {"reportDate": handle["date"], **VERSION})
    ending = "zip" if content.startswith(_ARCHIVE) else "csv"
    return SettlementDocument(f"walmart-report-{_day(handle['date']):%Y-%m-%d}.{ending}", content)
