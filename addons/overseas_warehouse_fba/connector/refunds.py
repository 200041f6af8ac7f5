"""What Amazon paid back to buyers of orders that it shipped. Source: model ``finances_2024-06-19``."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ...marketplace.contract import Money
from ...marketplace_amazon.connector.fields import Node, format_time
from .flat_file import Sheet

SOURCE = "finances.listTransactions"
PATH = "/finances/2024-06-19/transactions"
_REFUND, _BY_AMAZON, _GOODS = "Refund", "AFN", "ProductCharges"
# Amazon refuses to tell of the last two minutes.
_LAG = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class BuyerRefund:
    """One product of an order for which a buyer got money back.

    :param str key: the same in every answer
    :param int units: of the product that the refund states; none where only shipping, tax or fees were paid back.
        A part of the price is stated with units, too
    :param amount: what it changes in our balance
    :param goods: what the buyer got back for the goods; ``None`` if not stated
    """

    key: str
    order_id: str
    msku: str
    units: int
    refunded_at: datetime
    amount: Money
    goods: Money | None = None


def fetch_refunds(api, marketplace_id, since, until):
    """Refunds posted in a period as :class:`~.flat_file.Sheet` of :class:`BuyerRefund`.

    :param datetime since: aware; begin of the period
    :param datetime until: aware; its end
    """
    until = min(until, api.now() - _LAG)
    found, token = [], ""
    while True:
        query = {
            "postedAfter": format_time(since),
            "postedBefore": format_time(until),
            "marketplaceId": marketplace_id,
            "nextToken": token,
        }
        page = Node(api.get(SOURCE, PATH, query)).node("payload", required=True)
        for transaction in page.nodes("transactions"):
            if transaction.text("transactionType") == _REFUND:
                found += _read(transaction)
        token = page.text("nextToken")
        if not token:
            return Sheet(tuple(found))


def _read(transaction):
    order_id = _order_id(transaction)
    for number, item in enumerate(transaction.nodes("items")):
        product = next(
            (context for context in item.nodes("contexts") if context.text("contextType") == "ProductContext"), None
        )
        if order_id and product is not None and product.text("fulfillmentNetwork") == _BY_AMAZON:
            goods = _read_goods(item)
            nothing = goods is not None and not goods.amount
            yield BuyerRefund(
                key=f"{transaction.text('transactionId', required=True)}/{number}",
                order_id=order_id,
                msku=product.text("sku", required=True),
                units=0 if nothing else product.count("quantityShipped") or 0,
                refunded_at=transaction.time("postedDate", required=True),
                amount=item.node("totalAmount", required=True).as_money("currencyAmount", "currencyCode"),
                goods=goods,
            )


def _read_goods(node):
    """What was paid back for the goods; Amazon puts it below its own headings."""
    for entry in node.nodes("breakdowns"):
        # The model writes some of these names with blanks, and some without.
        if entry.text("breakdownType").replace(" ", "") == _GOODS:
            money = entry.node("breakdownAmount", required=True).as_money("currencyAmount", "currencyCode")
            return replace(money, amount=abs(money.amount))
        found = _read_goods(entry)
        if found is not None:
            return found
    return None


def _order_id(transaction):
    for identifier in transaction.nodes("relatedIdentifiers"):
        if identifier.text("relatedIdentifierName") == "ORDER_ID":
            return identifier.text("relatedIdentifierValue")
    return ""
