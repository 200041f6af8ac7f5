"""Amazon's settlement reports and finances out of the world's book of money."""

import gzip
import json
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest

from addons.marketplace_simulator.server.clock import to_text
from addons.marketplace_simulator.server.spapi import accounts, fba_files
from addons.marketplace_simulator.server.world import money_book, money_settle, seller

from .api import DE, Api

REPORT = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
REPORTS, TRANSACTIONS = "/reports/2021-06-30", "/finances/2024-06-19/transactions"
DAYS = 40


@pytest.fixture
def api():
    """Sellers in every region with shipped orders, one of them refunded."""
    made = Api(orders=40, regions=("eu", "na", "fe"))
    world = made.simulator.world
    for entry in made.control("orders")["orders"]:
        if entry["status"] == "unshipped":
            world.apply(world.get_order(entry["id"]), "ship")
    shipped = [entry for entry in made.control("orders")["orders"] if entry["status"] == "shipped"]
    for entry in shipped[:6]:
        order = world.get_order(entry["id"])
        seller.refund(world, order, [{"line": order["lines"][0]["id"], "quantity": 1, "amount": Decimal("1.00")}])
    return made


def close(api, region):
    world = api.simulator.world
    accounts_ = [name for name in money_settle.accounts(world) if name.startswith(f"{region}:")]
    until = world.clock.now() + timedelta(days=DAYS)
    return [money_settle.close(world, name, until) for name in accounts_]


def reports(api, region, **query):
    query = {"reportTypes": REPORT, "pageSize": 100, **query}
    return api.call("GET", f"{REPORTS}/reports", query, region=region).get_json()["reports"]


def file_of(api, report, region):
    link = api.call("GET", f"{REPORTS}/documents/{report['reportDocumentId']}", region=region).get_json()
    answer = api.http.get(urlsplit(link["url"]).path)
    charset = answer.headers["Content-Type"].split("charset=")[1]
    return charset, gzip.decompress(answer.data).decode(charset)


def transactions(api, region="eu", **query):
    found, query = [], {"postedAfter": api.ago(days=10), **query}
    while True:
        answer = api.call("GET", TRANSACTIONS, query, region=region).get_json()["payload"]
        found += answer["transactions"]
        if "nextToken" not in answer:
            return found
        query = {**query, "nextToken": answer["nextToken"]}


@pytest.mark.parametrize(("region", "charset", "day", "comma"), [
    ("eu", "Cp1252", r"%d.%m.%Y", True), ("na", "UTF-8", "%Y-%m-%d", False), ("fe", "Shift_JIS", "%Y/%m/%d", False)])
def test_files_hold_every_amount_the_way_of_their_region(api, region, charset, day, comma):
    made = {entry["id"]: entry for entry in close(api, region)}
    found = reports(api, region)
    assert len(found) == len(made) >= 1
    for report in found:
        assert (report["processingStatus"], report["reportType"]) == ("DONE", REPORT)
        used, text = file_of(api, report, region)
        header, head, *rows = [line.split("\t") for line in text.splitlines()]
        settlement = made[head[0]]
        currency, euro = settlement["currency"], settlement["currency"] == "EUR"
        assert (used, len(header), len(rows) > 0) == (charset, 24, True)
        sign = "," if comma and currency in ("EUR", "SEK", "PLN") else "."
        amounts = [Decimal(row[14].replace(sign, ".")) for row in rows]
        assert sum(amounts) == Decimal(settlement["total"]) == Decimal(head[4].replace(sign, "."))
        began = api.simulator.world.clock.now().strftime(day if euro or region != "eu" else "%Y-%m-%d")
        assert head[2].startswith(began) and head[2].endswith(" UTC")


def test_what_is_withheld_is_called_by_its_country(api):
    close(api, "na")
    texts = [file_of(api, report, "na")[1] for report in reports(api, "na")]
    assert any("\tItemWithheldTax\tMarketplaceFacilitatorTax-Principal\t-" in text for text in texts)


def test_reports_of_settlements_cannot_be_asked_for(api):
    body = {"reportType": REPORT, "marketplaceIds": [DE]}
    assert api.call("POST", f"{REPORTS}/reports", body=body).status_code == 400


def test_reports_appear_once_and_by_their_marketplaces(api):
    close(api, "eu")
    first, second = reports(api, "eu"), reports(api, "eu")
    assert first == second
    pounds = reports(api, "eu", marketplaceIds=accounts.marketplace_id("GB"))
    assert [report["marketplaceIds"] for report in pounds] == [[accounts.marketplace_id("GB")]]
    later = to_text(api.simulator.world.clock.now() + timedelta(hours=1))
    assert reports(api, "eu", createdSince=later, createdUntil=later) == []


def test_transactions_are_the_book(api):
    api.clock.pass_time(300)
    found = transactions(api)
    booked = money_book.bookings(api.simulator.world, outlet="eu")
    assert {entry["transactionId"]: Decimal(str(entry["totalAmount"]["currencyAmount"])) for entry in found} == {
        f"SIM-{entry['number']:09d}": entry["total"] for entry in booked}
    assert {entry["transactionStatus"] for entry in found} == {"RELEASED", "DEFERRED"}
    for entry in found:
        _check_tree(entry)
        items = [Decimal(str(item["totalAmount"]["currencyAmount"])) for item in entry["items"]]
        assert sum(items) == Decimal(str(entry["totalAmount"]["currencyAmount"]))


def _check_tree(node):
    for entry in node["breakdowns"]:
        parts = [Decimal(str(part["breakdownAmount"]["currencyAmount"])) for part in entry["breakdowns"]]
        assert not parts or sum(parts) == Decimal(str(entry["breakdownAmount"]["currencyAmount"]))
        _check_tree(entry)


def test_held_money_is_told_twice_once_it_is_free(api):
    api.clock.pass_time(300)
    held = [entry for entry in transactions(api) if entry["transactionStatus"] == "DEFERRED"]
    assert held and all(entry["contexts"][0]["deferralReason"] == "DD7" for entry in held)
    close(api, "eu")
    api.clock.pass_time(300)
    after = {entry["transactionId"]: entry for entry in transactions(api)}
    for entry in held:
        now, freed = after[entry["transactionId"]], after[entry["transactionId"] + "-R"]
        related = {one["relatedIdentifierName"]: one["relatedIdentifierValue"] for one in freed["relatedIdentifiers"]}
        assert (now["transactionStatus"], freed["transactionStatus"]) == ("DEFERRED_RELEASED", "RELEASED")
        assert related["DEFERRED_TRANSACTION_ID"] == entry["transactionId"] and related["SETTLEMENT_ID"]
        assert freed["totalAmount"] == entry["totalAmount"]
    assert json.dumps(sorted(after.values(), key=str)) == json.dumps(sorted(transactions(api), key=str))


def test_transactions_can_be_chosen(api):
    api.clock.pass_time(300)
    everything = transactions(api)
    german = transactions(api, marketplaceId=DE)
    assert german == [entry for entry in everything if entry["sellingPartnerMetadata"].get("marketplaceId") == DE] != []
    refunds = [entry for entry in everything if entry["transactionType"] == "Refund"]
    assert refunds and all(entry["totalAmount"]["currencyAmount"] < 0 for entry in refunds)
    held = transactions(api, transactionStatus="DEFERRED")
    assert held == [entry for entry in everything if entry["transactionStatus"] == "DEFERRED"]
    gone = api.call("GET", TRANSACTIONS, {"postedAfter": api.ago(days=1), "transactionStatus": "GONE"})
    assert gone.status_code == 400


def test_more_than_180_days_at_once_are_nothing(api):
    api.clock.pass_time(300)
    assert transactions(api, postedAfter=api.ago(days=200)) == []


def test_fees_without_orders(api):
    close(api, "na")
    api.clock.pass_time(300)
    kinds = {entry["transactionType"]: entry for entry in transactions(api, "na")}
    assert kinds["ServiceFee"]["items"] == [] and kinds["ServiceFee"]["breakdowns"]
    assert kinds["ProductAdsPayment"]["breakdowns"][0]["breakdowns"][0]["breakdownType"] == "AdvertisingFee"


def test_work_in_the_warehouses_is_charged(api):
    world, region = api.simulator.world, "eu"
    sku = next(entry["sku"] for entry in world.listings(region) if entry["channel"] == "marketplace")
    api.control("fba/removal", {"region": region, "sku": sku, "units": 2, "type": "Disposal"})
    api.control("advance", {})
    fba_files.reimburse(world, region, accounts.marketplace_id("GB"), sku, 1, "Lost_Inbound")
    booked = {line["kind"]: line for entry in money_book.bookings(world, outlet=region) for line in entry["lines"]}
    assert (booked["disposal"]["amount"], booked["disposal"]["sku"]) == (Decimal("-1.00"), sku)
    assert booked["MISSING_FROM_INBOUND"]["amount"] > 0
    close(api, region)
    texts = [file_of(api, report, region)[1] for report in reports(api, region)]
    text = next(text for text in texts if "\tGBP" in text)
    assert "\tother-transaction\tDisposalComplete\t-1.00\t" in text
    assert "\tFBA Inventory Reimbursement\tMISSING_FROM_INBOUND\t" in text
    api.clock.pass_time(300)
    assert "Adjustment" in {entry["transactionType"] for entry in transactions(api)}


def test_orders_of_other_shops_are_charged(api):
    world, region = api.simulator.world, "eu"
    sku = next(entry["sku"] for entry in world.listings(region) if entry["channel"] == "marketplace")
    item = {"sellerSku": sku, "sellerFulfillmentOrderItemId": "1", "quantity": 2}
    place = {"name": "A", "addressLine1": "1 Street", "stateOrRegion": "", "postalCode": "SW1A 1AA",
             "countryCode": "GB"}
    body = {"sellerFulfillmentOrderId": "WH/OUT/7", "displayableOrderId": "7", "shippingSpeedCategory": "Standard",
            "displayableOrderDate": to_text(world.clock.now()), "displayableOrderComment": "Thanks",
            "destinationAddress": place, "items": [item]}
    assert api.call("POST", "/fba/outbound/2020-07-01/fulfillmentOrders", body=body).status_code == 200
    api.control("advance", {})
    (booking,) = [entry for entry in money_book.bookings(world, outlet=region) if entry["type"] == "mcf"]
    assert booking["total"] == -(Decimal("5.59") + 2 * Decimal("1.81"))
    close(api, region)
    rows = [row.split("\t") for report in reports(api, region) for row in file_of(api, report, region)[1].splitlines()]
    assert [(row[8], row[13], row[14]) for row in rows if row[11] == "Non-Amazon"] == [
        ("WH/OUT/7", "FBAPerOrderFulfillmentFee", "-5.59"), ("WH/OUT/7", "FBAPerUnitFulfillmentFee", "-3.62")]
    api.clock.pass_time(300)
    named = [entry.get("marketplaceDetails", {}).get("marketplaceName") for entry in transactions(api)]
    assert named.count("Non-Amazon") == 1
