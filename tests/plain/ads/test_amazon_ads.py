"""What the Amazon Ads connector asks and makes of the answers; checked against the specification where it is."""

import json
from datetime import date
from decimal import Decimal

import pytest

from addons.marketplace.contract import (
    AuthenticationFailed,
    InvalidPayload,
    NotReady,
    RateLimited,
    Rejected,
    Unavailable,
)
from addons.marketplace_ads.connector import AdDay, AdType, check_currency
from addons.marketplace_ads.connector.amazon_ads import REPORTS
from addons.marketplace_ads.connector.amazon_ads.reports import parse_report
from tests.plain.ads.amazon_ads import (
    FILE,
    PROFILE,
    REPORT,
    SINCE,
    UNTIL,
    AmazonAds,
    connect,
    packed,
    schema_faults,
    spec,
    status,
)
from tests.plain.fake_http import answer

HANDLE = {"report": REPORT}
SP_ROW = {
    "date": "2026-05-02", "campaignId": 158410630682987, "campaignName": "Lamp – Auto",
    "campaignBudgetCurrencyCode": "EUR", "advertisedSku": "LAMP-1", "advertisedAsin": "B000LAMP01",
    "impressions": 1200, "clicks": 11, "cost": 4.07, "purchases7d": 2, "unitsSoldClicks7d": 3, "sales7d": 59.97,
}  # fmt: skip
NAMES = {
    "sp": "sponsored_products_productads_report_stream_daily.json",
    "sd": "sponsored_display_productads_report_stream_daily.json",
    "sb_purchased": "sponsored_brands_v3_report_stream_daily.json",
}


def fetch(server, name="sp", handle=HANDLE):
    return connect(server).fetch_report(PROFILE, name, SINCE, UNTIL, handle)


def ask(server, name="sp"):
    """The handle of a report that was asked for."""
    with pytest.raises(NotReady) as caught:
        fetch(server, name, None)
    return caught.value.handle


# === ADVERTISERS === #


def test_advertisers():
    profile = {
        "profileId": 4242, "countryCode": "UK", "currencyCode": "GBP", "timezone": "Europe/London",
        "accountInfo": {"type": "seller", "id": "A3SELLER", "name": "Shop", "marketplaceStringId": "A1F83G8C2ARO7P"},
    }  # fmt: skip
    bare = {"profileId": 7, "countryCode": "SE", "accountInfo": {"type": "vendor"}}
    agency = {"profileId": 8, "countryCode": "DE", "accountInfo": {"type": "agency"}}
    server = AmazonAds(answer([profile, bare, agency]))
    first, second = connect(server).fetch_advertisers()
    assert (first.external_id, first.name, first.currency, first.country_code) == ("4242", "Shop", "GBP", "GB")
    assert (first.marketplace_id, first.seller_id) == ("A1F83G8C2ARO7P", "A3SELLER")
    assert (second.name, second.currency, second.kind) == ("SE", "SEK", "vendor")
    headers = server.calls[0].headers
    assert headers["Authorization"] == "Bearer Atza|1"
    assert headers["Amazon-Advertising-API-ClientId"] == "amzn1.client"
    assert "Amazon-Advertising-API-Scope" not in headers


# === ASKING === #


@pytest.mark.parametrize("name", REPORTS)
def test_what_is_asked_for(name):
    server = AmazonAds(status("PENDING"))
    assert ask(server, name) == HANDLE
    request = server.calls[0]
    assert (request.method, request.url) == ("POST", "https://advertising-api-eu.amazon.com/reporting/reports")
    assert request.headers["Content-Type"] == "application/vnd.createasyncreportrequest.v3+json"
    assert request.headers["Amazon-Advertising-API-Scope"] == PROFILE
    body = json.loads(request.body)
    assert (body["startDate"], body["endDate"]) == ("2026-05-01", "2026-05-14")
    assert body["configuration"]["reportTypeId"] == REPORTS[name].type_id
    assert {"date", "campaignName", "campaignBudgetCurrencyCode"} <= set(body["configuration"]["columns"])


@pytest.mark.parametrize("name", REPORTS)
def test_requests_follow_the_specification(name):
    if spec("ReportingVersion3.json") is None:
        pytest.skip("the specification is not here")
    server = AmazonAds(status("PENDING"))
    ask(server, name)
    assert schema_faults("CreateAsyncReportRequest", json.loads(server.calls[0].body)) == []
    assert schema_faults("AsyncReport", json.loads(status("PENDING")[2].read())) == []


@pytest.mark.parametrize("name", NAMES)
def test_columns_are_those_of_the_records(name):
    if spec("ReportingVersion3.json") is None:
        pytest.skip("the specification is not here")
    known = set(spec(f"report-record-schemas/{NAMES[name]}")["properties"])
    # Amazon's guide to report types has it; the collected schema reads the number of the item only.
    assert set(REPORTS[name].columns) - known <= {"advertisedSku"}


def test_a_duplicate_is_the_report_that_is_being_made():
    detail = {"code": "425", "detail": f"The Request is a duplicate of : {REPORT}"}
    server = AmazonAds(answer(detail, status=425))
    assert ask(server) == HANDLE
    assert len(server.calls) == 1


def test_a_duplicate_of_what_is_not_said_is_refused():
    with pytest.raises(Rejected, match="425"):
        fetch(AmazonAds(answer({"code": "425", "detail": "Too early"}, status=425)), handle=None)


def test_the_reason_of_a_refusal_is_told():
    refusal = answer({"code": "400", "detail": "startDate is before retention"}, status=400)
    with pytest.raises(Rejected, match="startDate is before retention"):
        fetch(AmazonAds(refusal), handle=None)


def test_limits_outages_and_access():
    with pytest.raises(RateLimited) as caught:
        fetch(AmazonAds(answer({}, status=429, Retry_After=300)), handle=None)
    assert caught.value.retry_after == 300
    server = AmazonAds(answer({}, status=503), status("PENDING"))
    assert ask(server) == HANDLE
    server = AmazonAds(answer({"code": "401"}, status=401), status("PENDING"))
    assert ask(server) == HANDLE
    assert server.calls[1].headers["Authorization"] == "Bearer Atza|2"
    with pytest.raises(AuthenticationFailed):
        fetch(AmazonAds(answer({"code": "401"}, status=401), answer({"code": "401"}, status=401)), handle=None)


# === WAITING AND READING === #


@pytest.mark.parametrize("state", ["PENDING", "PROCESSING"])
def test_a_report_in_the_making_keeps_its_handle(state):
    with pytest.raises(NotReady) as caught:
        fetch(AmazonAds(status(state)))
    assert caught.value.handle == HANDLE


def test_a_failed_report_says_why():
    with pytest.raises(Rejected, match="Report generation failed") as caught:
        fetch(AmazonAds(status("FAILED", failureReason="Report generation failed")))
    assert caught.value.code == "FAILED"


def test_a_report_is_read_exactly_and_downloaded_without_the_token():
    quiet = {**SP_ROW, "date": "2026-05-03", "impressions": 0, "clicks": 0, "cost": 0, "purchases7d": 0,
             "unitsSoldClicks7d": 0, "sales7d": 0}  # fmt: skip
    server = AmazonAds(status("COMPLETED", url=FILE), packed([SP_ROW, quiet]))
    assert fetch(server) == [
        AdDay(AdType.SPONSORED_PRODUCTS, "158410630682987", "Lamp – Auto", date(2026, 5, 2), Decimal("4.07"), "EUR",
              "LAMP-1", "B000LAMP01", 1200, 11, 2, 3, Decimal("59.97"))
    ]  # fmt: skip
    assert "Authorization" not in server.calls[1].headers
    assert "Amazon-Advertising-API-Scope" not in server.calls[1].headers


def test_an_address_that_has_ended_is_asked_for_again():
    with pytest.raises(Unavailable):
        fetch(AmazonAds(status("COMPLETED", url=FILE), answer(b"<Error/>", status=403)))


def test_what_was_bought_through_brands_has_no_campaign_number():
    row = {"date": "2026-05-02", "campaignName": "Brand", "campaignBudgetCurrencyCode": "EUR",
           "purchasedAsin": "B000LAMP01", "orders14d": 1, "unitsSold14d": 2, "sales14d": 39.98}  # fmt: skip
    (day,) = parse_report(json.dumps([row]).encode(), REPORTS["sb_purchased"])
    assert (day.campaign_id, day.campaign, day.asin, day.units, day.cost) == ("", "Brand", "B000LAMP01", 2, 0)


@pytest.mark.parametrize(("change", "message"), [
    ({"cost": "much"}, r"report\[0\].cost: an amount"),
    ({"cost": True}, r"report\[0\].cost"),
    ({"clicks": 1.5}, r"report\[0\].clicks: a whole number"),
    ({"date": "2026-13-01"}, r"report\[0\].date"),
    ({"campaignId": None}, r"report\[0\].campaignId: missing"),
    ({"campaignBudgetCurrencyCode": ""}, r"report\[0\].campaignBudgetCurrencyCode: missing"),
])  # fmt: skip
def test_damaged_rows_name_row_and_field(change, message):
    with pytest.raises(InvalidPayload, match=message):
        parse_report(json.dumps([{**SP_ROW, **change}]).encode(), REPORTS["sp"])


@pytest.mark.parametrize("content", [b"<html>", b'{"rows": []}'])
def test_a_file_that_is_no_list_is_refused(content):
    with pytest.raises(InvalidPayload):
        parse_report(content, REPORTS["sp"])


def test_a_truncated_file_is_refused():
    server = AmazonAds(status("COMPLETED", url=FILE), answer(packed([SP_ROW])[2].read()[:30]))
    with pytest.raises(InvalidPayload, match="GZIP"):
        fetch(server)


def test_another_currency_is_named():
    days = parse_report(json.dumps([SP_ROW]).encode(), REPORTS["sp"])
    check_currency(days, "EUR")
    with pytest.raises(InvalidPayload, match="in EUR, the advertiser is billed in GBP"):
        check_currency(days, "GBP")
