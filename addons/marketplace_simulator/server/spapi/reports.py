"""Reports 2021-06-30 (model ``reports_2021-06-30.json``): create, watch and fetch reports."""

from ..clock import from_text, to_text
from ..http import Answer, Operation, bad_input
from . import accounts, files, processing, report_files, settlement_files

SHOWN = ("reportId", "reportType", "marketplaceIds", "dataStartTime", "dataEndTime", "createdTime", "reportDocumentId")


def create_report(call):
    """Queue a report."""
    body = call.body()
    kind, markets = body.get("reportType"), body.get("marketplaceIds")
    if kind not in report_files.WRITERS:
        raise bad_input(f"reportType must be one of {', '.join(report_files.WRITERS)}.")
    if not isinstance(markets, list) or not 1 <= len(markets) <= 25 or set(markets) - set(accounts.CODES):
        raise bad_input("marketplaceIds must hold 1 to 25 marketplaces.")
    now = call.world.clock.now()
    key = str(60_000_000 + call.store.count("reports"))
    report = processing.plan(call, {"reportId": key, "reportType": kind, "marketplaceIds": markets,
                                    "dataStartTime": _moment(body, "dataStartTime", now),
                                    "dataEndTime": _moment(body, "dataEndTime", now),
                                    "reportOptions": body.get("reportOptions") or {}})
    call.store.put_document("report", key, call.region, report["createdTime"], report, due=report["ends"])
    return Answer(202, {"reportId": key})


def get_report(call):
    """Return how far a report is."""
    return _view(processing.find(call, "report", call.path["reportId"]), call)


def get_reports(call):
    """Return one page of reports, newest first; those of settlements appear by themselves."""
    settlement_files.publish(call.world, call.region)
    reports, token = processing.search(call, "report", "reportTypes", "reportType")
    body = {"reports": [_view(report, call) for report in reports]}
    return {**body, "nextToken": token} if token else body


def cancel_report(call):
    """Cancel a report that still waits."""
    report = processing.find(call, "report", call.path["reportId"])
    if processing.status(report, call.world.clock.now()) != "IN_QUEUE":
        raise bad_input("Only reports in the queue can be cancelled.")
    report["status"] = "CANCELLED"
    call.store.put_document("report", report["reportId"], call.region, report["createdTime"], report)
    return Answer(200)


def get_report_document(call):
    """Return a link to a report's file."""
    key = call.path["reportDocumentId"]
    processing.find(call, "report_document", key)
    header = call.text("enableContentEncodingUrlHeader") == "true"
    return {"reportDocumentId": key, "url": files.link(call, "report_document", key, encoding_header=header),
            "compressionAlgorithm": "GZIP"}


def process(site, report):
    """Write the file of a report whose time has come."""
    now = site.world.clock.now()
    key = f"amzn1.spdoc.1.4.eu.{report['reportId']}"
    text = report_files.WRITERS[report["reportType"]](site.world, report)
    site.world.store.put_document("report_document", key, report["region"], to_text(now), {
        "region": report["region"], "created": to_text(now),
        "contentType": f"text/plain; charset={report_files.CHARSET}",
    }, files.pack(text, report_files.CHARSET))
    processing.finish(report, "DONE", now)
    report["reportDocumentId"] = key
    site.world.store.put_document("report", report["reportId"], report["region"], report["createdTime"], report)


def _view(report, call):
    return processing.view(report, call.world.clock.now(), SHOWN)


def _moment(body, name, now):
    text = body.get(name)
    if text is None:
        return to_text(now)
    try:
        moment = from_text(text)
    except (ValueError, AttributeError) as error:
        raise bad_input(f"{name} must be an ISO 8601 date and time.") from error
    if moment > now:
        raise bad_input(f"{name} must not be in the future.")
    return to_text(moment)


OPERATIONS = (
    Operation("createReport", "POST", "/reports/2021-06-30/reports", create_report, 0.0167, 15),
    Operation("getReports", "GET", "/reports/2021-06-30/reports", get_reports, 0.0222, 10),
    Operation("getReport", "GET", "/reports/2021-06-30/reports/{reportId}", get_report, 2.0, 15),
    Operation("cancelReport", "DELETE", "/reports/2021-06-30/reports/{reportId}", cancel_report, 0.0222, 10),
    Operation("getReportDocument", "GET", "/reports/2021-06-30/documents/{reportDocumentId}", get_report_document,
              0.0167, 15),
)
