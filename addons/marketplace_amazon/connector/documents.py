"""Reports and feeds: Amazon prepares them by itself, we ask again. Source: models ``reports`` and ``feeds`` 2021-06-30.

What has to be remembered between two questions is a small JSON object, the handle.
"""

import json
from urllib.parse import quote

from ...marketplace.contract import InvalidPayload, NotReady, Rejected, Unavailable
from .fields import Node

REPORTS = "/reports/2021-06-30"
_FEEDS = "/feeds/2021-06-30"
_WAITING = frozenset({"IN_QUEUE", "IN_PROGRESS"})
# Seconds between two questions.
_POLL_REPORT = 60.0
_POLL_FEED = 30.0


def fetch_report(api, report_type, marketplace_id, handle=None, **specification):
    """The report's :class:`~...marketplace.transport.Document`.

    :param handle: of the :class:`NotReady` before; ``None`` asks for a new report
    :param specification: what else a new report is asked for with: ``dataStartTime``, ``reportOptions`` …
    :raise NotReady: Amazon is working on it
    :raise Rejected: cancelled, which Amazon also does when there is nothing to report, or failed
    """
    if handle is None:
        payload = {"reportType": report_type, "marketplaceIds": [marketplace_id], **specification}
        answer = Node(api.send("reports.createReport", "POST", f"{REPORTS}/reports", payload))
        raise NotReady({"report": answer.text("reportId", required=True)}, _POLL_REPORT)
    report = Node(api.get("reports.getReport", f"{REPORTS}/reports/{quote(handle['report'], safe='')}"))
    _require_done(report, report_type, handle, _POLL_REPORT)
    document_id = report.text("reportDocumentId", required=True)
    return fetch_document(api, document_id)


def fetch_document(api, document_id):
    """The file of a report that is done, as :class:`~...marketplace.transport.Document`."""
    return _download(api, "reports.getReportDocument", f"{REPORTS}/documents/{quote(document_id, safe='')}")


def submit_feed(api, feed_type, marketplace_id, content):
    """Upload a feed; returns its handle.

    :param content: JSON content
    """
    content_type = "application/json; charset=UTF-8"
    payload = {"contentType": content_type}
    document = Node(api.send("feeds.createFeedDocument", "POST", f"{_FEEDS}/documents", payload, idempotent=True))
    body = json.dumps(content, separators=(",", ":")).encode()
    try:
        api.client.upload("feeds.upload", document.text("url", required=True), body, content_type)
    except Rejected as error:
        raise Unavailable(str(error)) from None  # the next attempt gets a new address
    payload = {
        "feedType": feed_type,
        "marketplaceIds": [marketplace_id],
        "inputFeedDocumentId": document.text("feedDocumentId", required=True),
    }
    answer = Node(api.send("feeds.createFeed", "POST", f"{_FEEDS}/feeds", payload))
    return {"feed": answer.text("feedId", required=True)}


def not_ready(handle):
    """The error that says when to ask for a feed again."""
    return NotReady(handle, _POLL_FEED)


def fetch_feed_result(api, feed_type, handle):
    """Amazon's processing report of a feed, as JSON object.

    :raise NotReady: Amazon is working on it
    :raise Rejected: cancelled or failed as a whole
    """
    feed = Node(api.get("feeds.getFeed", f"{_FEEDS}/feeds/{quote(handle['feed'], safe='')}"))
    _require_done(feed, feed_type, handle, _POLL_FEED)
    document_id = feed.text("resultFeedDocumentId", required=True)
    document = _download(api, "feeds.getFeedDocument", f"{_FEEDS}/documents/{quote(document_id, safe='')}")
    try:
        return json.loads(document.text)
    except ValueError:
        raise InvalidPayload("document", "the processing report is not JSON") from None


def _require_done(node, kind, handle, poll):
    status = node.text("processingStatus", required=True)
    if status in _WAITING:
        raise NotReady(handle, poll)
    if status != "DONE":
        raise Rejected(f"Amazon ended {kind} as {status}", status)


def _download(api, operation, path):
    """Ask for the address, which lives five minutes, and read at once."""
    document = Node(api.get(operation, path))
    gzipped = document.text("compressionAlgorithm") == "GZIP"
    try:
        return api.client.download(f"{operation}.download", document.text("url", required=True), gzipped=gzipped)
    except Rejected as error:
        raise Unavailable(str(error)) from None  # the next attempt gets a new address
