"""Finances 2024-06-19 listTransactions (model ``finances_2024-06-19.json``): money that buyers got back."""

import json
from datetime import timedelta
from decimal import Decimal

from ..clock import to_text
from ..http import Operation, bad_input
from ..world import money
from ..world.catalogue import MARKETPLACE
from ..world.marketplaces import rounded
from . import accounts

PAGE = 50
LAG = timedelta(minutes=2)


def list_transactions(call):
    """Return one page of refunds, oldest first."""
    since = call.moment("postedAfter")
    if since is None:
        raise bad_input("postedAfter must be provided.")
    latest = call.world.clock.now() - LAG
    until = call.moment("postedBefore") or latest
    if not since < until <= latest:
        raise bad_input("postedBefore must be later than postedAfter, and two minutes before the request.")
    market = call.text("marketplaceId")
    if market is not None and market not in accounts.CODES:
        raise bad_input("marketplaceId is not known.")
    found, begin = _found(call, to_text(since), to_text(until), market), _offset(call)
    payload = {"transactions": [_view(call, *entry) for entry in found[begin:begin + PAGE]]}
    if begin + PAGE < len(found):
        payload["nextToken"] = call.site.signer.seal("transactions", [call.region, begin + PAGE])
    return {"payload": payload}


def _found(call, since, until, market):
    rows = call.store.rows("SELECT data FROM purchase WHERE region = ?", call.region)
    found = [(refund["at"], order["id"], number, order) for order in (json.loads(row["data"]) for row in rows)
             if market is None or accounts.CODES[market] == order["marketplace"]
             for number, refund in enumerate(order["refunds"]) if since <= refund["at"] < until]
    return [(order, number) for _at, _key, number, order in sorted(found, key=lambda entry: entry[:3])]


def _offset(call):
    text = call.text("nextToken")
    if text is None:
        return 0
    token = call.site.signer.open("transactions", text)
    if token is None or token[0] != call.region:
        raise bad_input("nextToken is invalid.")
    return token[1]


def _view(call, order, number):
    refund = order["refunds"][number]
    line = next((line for line in order["lines"] if line["id"] == refund["line"]), None)
    market = accounts.marketplace_id(order["marketplace"])
    # What is paid back is taken from the seller.
    total = {"currencyCode": order["currency"], "currencyAmount": -float(refund["amount"])}
    shown = {
        "sellingPartnerMetadata": {"sellingPartnerId": accounts.SELLERS[call.region]["id"],
                                   "accountType": "Standard Orders", "marketplaceId": market},
        "relatedIdentifiers": [{"relatedIdentifierName": "ORDER_ID", "relatedIdentifierValue": order["id"]}],
        "transactionType": "Refund", "transactionId": f"{order['id']}-R{number}", "transactionStatus": "RELEASED",
        "description": "Refund Order", "postedDate": refund["at"], "totalAmount": total,
        "marketplaceDetails": {"marketplaceId": market, "marketplaceName": f"Amazon.{order['marketplace'].lower()}"},
    }
    if line is None:
        return shown
    network = "AFN" if order["fulfilled_by"] == MARKETPLACE else "MFN"
    product = {"contextType": "ProductContext", "asin": line["asin"], "sku": line["sku"],
               "quantityShipped": refund["quantity"], "fulfillmentNetwork": network}
    item = {"description": line["title"], "totalAmount": total, "contexts": [product],
            "breakdowns": _breakdowns(line, refund, order["currency"])}
    return {**shown, "items": [item]}


def _breakdowns(line, refund, currency):
    """Return what the money was paid back for: all that was charged, in the proportion of the charges."""
    amount, total = Decimal(refund["amount"]), money.line_total(line)
    goods = rounded(amount * (money.part(line, "item") - money.part(line, "discount")) / total, currency)
    parts = [(name, -value) for name, value in (("ProductCharges", goods), ("OtherCharges", amount - goods)) if value]
    entries = [{"breakdownType": name, "breakdownAmount": {"currencyCode": currency, "currencyAmount": float(value)},
                "breakdowns": []} for name, value in parts]
    return [{"breakdownType": "Sales", "breakdownAmount": {"currencyCode": currency, "currencyAmount": -float(amount)},
             "breakdowns": entries}]


OPERATIONS = (
    Operation("listTransactions", "GET", "/finances/2024-06-19/transactions", list_transactions, 0.5, 10),
)
