"""Asking for a report of a period. Source: model ``reports`` 2021-06-30."""

from ...marketplace.contract import NotReady
from ...marketplace_amazon.connector import documents
from ...marketplace_amazon.connector.fields import Node, format_time

PATH = "/reports/2021-06-30/reports"
_POLL = 60.0


def fetch_report(api, report_type, marketplace_id, since, until, options=None, handle=None):
    """The report's text.

    :param datetime since: aware; begin of the period
    :param datetime until: aware; its end
    :param dict options: ``reportOptions`` of the report type
    :param dict handle: of the :class:`NotReady` before; ``None`` asks for a new report
    :raise NotReady: Amazon is working on it
    :raise Rejected: failed (``FATAL``), or ``CANCELLED``: Amazon has nothing to report, or another program asked for
        the same report; which of both it does not tell
    """
    if handle is not None:
        return documents.fetch_report(api, report_type, marketplace_id, handle).text
    payload = {
        "reportType": report_type,
        "marketplaceIds": [marketplace_id],
        "dataStartTime": format_time(since),
        "dataEndTime": format_time(until),
    }
    if options:
        payload["reportOptions"] = options
    answer = Node(api.send("reports.createReport", "POST", PATH, payload))
    raise NotReady({"report": answer.text("reportId", required=True)}, _POLL)
