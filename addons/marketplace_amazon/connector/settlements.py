"""Settlement reports: Amazon makes them by itself, one per settlement; they are listed, never asked for.

Source: model ``reports`` 2021-06-30 and "Settlement Reports" of Amazon's report types.
"""

from datetime import timedelta

from ...marketplace.contract import SettlementDocument, SettlementPage, SettlementRef, parse_time
from .documents import REPORTS, fetch_document
from .fields import Node, format_time
from .settlement_file import parse_settlement

__all__ = ["fetch_page", "fetch_settlement", "parse_settlement"]

REPORT = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
PAGE_SIZE = 100
# Amazon keeps reports for 90 days.
_KEPT = timedelta(days=90)
# A report that is being finished now may be listed a little later.
_LAG = timedelta(minutes=5)
_MOST_SHOPS = 10


def fetch_page(api, shop_ids, since, until, token):
    """One page of settlement reports made in a range of time, as :class:`SettlementPage`.

    A report does not say which settlement it holds; until it is read, the report's own id stands for it.

    Our page token is the time up to which the pages are complete, a blank and Amazon's token, which Amazon takes only
    alone.
    """
    first_end, _, page_token = token.partition(" ")
    end = first_end or format_time(max(since, min(until or api.now(), api.now() - _LAG)))
    query = {"nextToken": page_token} if page_token else _query(api, shop_ids, since, until)
    answer = Node(api.get("reports.getReports", f"{REPORTS}/reports", query))
    following = answer.text("nextToken")
    return SettlementPage(
        refs=tuple(_read(report) for report in answer.nodes("reports", required=True)),
        next_token=f"{end} {following}" if following else "",
        complete_until=None if following else parse_time(end, "token"),
    )


def _query(api, shop_ids, since, until):
    return {
        "reportTypes": [REPORT],
        "processingStatuses": ["DONE"],
        "marketplaceIds": sorted(shop_ids) if len(shop_ids) <= _MOST_SHOPS else None,
        "pageSize": PAGE_SIZE,
        "createdSince": format_time(max(since, api.now() - _KEPT)),
        "createdUntil": until and format_time(until),
    }


def _read(report):
    report_id = report.text("reportId", required=True)
    shops = report.texts("marketplaceIds")
    return SettlementRef(
        external_id=f"report {report_id}",
        shop_id=shops[0] if len(shops) == 1 else "",
        revision=report_id,
        handle={"document": report.text("reportDocumentId", required=True), "report": report_id},
        provisional=True,
    )


def fetch_settlement(api, handle):
    """The file of a report, as :class:`SettlementDocument`."""
    document = fetch_document(api, handle["document"])
    return SettlementDocument(f"settlement-{handle['report']}.txt", document.content)
