"""Offline reports, version 3: asked for, made after a while, downloaded compressed."""

import gzip
import json
import uuid
from datetime import date, timedelta

from ....clock import from_text, to_text
from ....http import Answer, ApiError
from . import spend

KIND = "ads_report"
WORK_TIME = 60
MOST_DAYS = 31
LINK_LIFE = 3600
#: Report type → its name here, ad product, way to group, days kept, columns that it takes.
TYPES = {
    "spAdvertisedProduct": ("sp", "SPONSORED_PRODUCTS", "advertiser", 95),
    "sbCampaigns": ("sb", "SPONSORED_BRANDS", "campaign", 60),
    "sbPurchasedProduct": ("sb_purchased", "SPONSORED_BRANDS", "purchasedAsin", 731),
    "sdAdvertisedProduct": ("sd", "SPONSORED_DISPLAY", "advertiser", 65),
}
_COMMON = {"date": "day", "campaignBudgetCurrencyCode": "currency", "campaignName": "name"}
_TRAFFIC = {"campaignId": "campaign", "impressions": "impressions", "clicks": "clicks", "cost": "cost"}
COLUMNS = {
    "sp": {**_COMMON, **_TRAFFIC, "advertisedSku": "sku", "advertisedAsin": "asin",
           **{f"{name}{days}d": field for days in (1, 7, 14, 30)
              for name, field in (("purchases", "orders"), ("unitsSoldClicks", "units"), ("sales", "sales"))}},
    "sb": {**_COMMON, **_TRAFFIC, "purchases": "orders", "unitsSold": "units", "sales": "sales"},
    "sb_purchased": {**_COMMON, "purchasedAsin": "asin", "orders14d": "orders", "unitsSold14d": "units",
                     "sales14d": "sales"},
    "sd": {**_COMMON, **_TRAFFIC, "promotedSku": "sku", "promotedAsin": "asin", "purchases": "orders",
           "unitsSold": "units", "sales": "sales"},
}


def create(call):
    """Take a request for a report; the same one again, while it is made, is too early."""
    if call.request.content_type != "application/vnd.createasyncreportrequest.v3+json":
        raise ApiError(415, "415", "The content type is not supported.")
    body = json.loads(call.request.get_data() or b"null")
    market = call.site.market(call)
    asked = _check(call, body)
    key = str(uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([call.region, market, asked], sort_keys=True)))
    known = call.store.document(KIND, key, call.region)
    now = call.world.clock.now()
    if known and not known["done"]:
        raise ApiError(425, "425", f"The Request is a duplicate of : {key}")
    due = to_text(now + call.world.clock.wait(WORK_TIME))
    report = {**asked, "reportId": key, "region": call.region, "market": market, "profile": call.profile,
              "createdAt": to_text(now), "updatedAt": to_text(now), "due": due, "done": None}
    call.store.put_document(KIND, key, call.region, report["createdAt"], report, due=due)
    return Answer(200, _view(call, report), content_type="application/vnd.createasyncreportresponse.v3+json")


def _check(call, body):
    configuration = body.get("configuration") if isinstance(body, dict) else None
    if not isinstance(configuration, dict) or configuration.get("reportTypeId") not in TYPES:
        raise _bad("configuration.reportTypeId is not valid.")
    name, product, group, kept = TYPES[configuration["reportTypeId"]]
    expected = {"adProduct": product, "groupBy": [group], "timeUnit": "DAILY", "format": "GZIP_JSON"}
    for field, value in expected.items():
        if configuration.get(field) != value:
            raise _bad(f"configuration.{field} must be {value} for this report type.")
    unknown = set(configuration.get("columns") or ()) - set(COLUMNS[name])
    if unknown or not configuration.get("columns"):
        raise _bad(f"configuration.columns includes invalid values: ({', '.join(sorted(unknown))}).")
    try:
        first, last = (date.fromisoformat(str(body.get(field))) for field in ("startDate", "endDate"))
    except ValueError as error:
        raise _bad("startDate and endDate must be days as YYYY-MM-DD.") from error
    today = call.world.clock.now().date()
    if not first <= last <= today or (last - first).days >= MOST_DAYS:
        raise _bad("The date range must lie in the past and be 31 days at most.")
    if first < today - timedelta(days=kept):
        raise _bad(f"startDate must be within the retention of {kept} days.")
    return {"startDate": str(first), "endDate": str(last), "configuration": configuration}


def get(call):
    """Return how far a report is, with a link when it is done."""
    report = call.store.document(KIND, call.path["report"], call.region)
    if report is None or report["profile"] != call.profile:
        raise ApiError(404, "404", "The report was not found.")
    return Answer(200, _view(call, report), content_type="application/vnd.getasyncreportresponse.v3+json")


def _view(call, report):
    names = ("reportId", "startDate", "endDate", "configuration", "createdAt", "updatedAt")
    half = from_text(report["due"]) - call.world.clock.wait(WORK_TIME) / 2
    waiting = "PENDING" if call.world.clock.now() < half else "PROCESSING"
    shown = {**{name: report[name] for name in names}, "status": report["done"] or waiting, "name": None,
             "failureReason": report.get("failureReason"), "url": None, "urlExpiresAt": None}
    if report["done"] == "COMPLETED":
        until = int(call.world.clock.now().timestamp()) + LINK_LIFE
        sealed = call.site.signer.seal("ads_file", {"report": report["reportId"], "until": until})
        shown["url"] = f"{call.site.url}/files/{sealed}"
    return shown


def process(site, report):
    """Write the file of a report whose time has come; a fault may let it fail."""
    name = TYPES[report["configuration"]["reportTypeId"]][0]
    content, report["done"] = None, "COMPLETED"
    if site.faults.fire("amazon_ads.reports.make", ("error_500",)):
        report.update(done="FAILED", failureReason="Report generation failed due to an internal error.")
    else:
        content = gzip.compress(json.dumps(_rows(site.world, report, name)).encode(), mtime=0)
    report["updatedAt"] = to_text(site.world.clock.now())
    site.world.store.put_document(KIND, report["reportId"], report["region"], report["createdAt"], report, content)


def _rows(world, report, name):
    asins = {listing["sku"]: listing["asin"] for listing in world.listings(report["region"])}
    columns = COLUMNS[name]
    found = []
    for row in spend.rows(world, report["region"], report["market"], report["startDate"], report["endDate"], name):
        number, title = spend.campaign(report["market"], row["sku"], name)
        values = {**row, "campaign": number, "name": title, "asin": asins.get(row["sku"], ""),
                  "cost": float(row["cost"]), "sales": float(row["sales"])}
        found.append({column: values[columns[column]] for column in report["configuration"]["columns"]})
    return found


def download(call):
    """Hand out a report's file to whoever has the link."""
    target = call.site.signer.open("ads_file", call.path["sealed"])
    if target is None or target["until"] < call.world.clock.now().timestamp():
        raise ApiError(403, "AccessDenied", "Request has expired")
    content = call.store.content(KIND, target["report"])
    return Answer(200, content, content_type="application/octet-stream")


def _bad(text):
    return ApiError(400, "400", text)
