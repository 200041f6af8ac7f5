"""What Amazon booked, settled or not: listTransactions. Source: model ``finances_2024-06-19``."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from ...marketplace.contract import (
    InvalidPayload,
    MoneyState,
    MoneyTransaction,
    Page,
    RawRecord,
    SettlementLine,
    content_hash,
    parse_time,
    read_each,
)
from .fields import Node, format_time
from .orders import LATEST, revision_of
from .regions import words_of

OPERATION = "finances.listTransactions"
PATH = "/finances/2024-06-19/transactions"
# Ranges that are longer have an empty answer.
LONGEST = timedelta(days=180)
# Transactions of orders may appear this much later.
LAG = timedelta(hours=48)
_DEFERRED = "DEFERRED"
# The part of a fee that has no name of its own.
_BASE = "Base"
# What a transaction without an id is known by; its state may change.
_IDENTITY = ("postedDate", "transactionType", "totalAmount", "relatedIdentifiers", "description")


def fetch_page(api, shop_ids, since, until, token):
    """One page of the transactions of some marketplaces, and of those that belong to none, as :class:`Page`.

    All marketplaces are asked for at once: in the United States Amazon leaves out orders of the seller's own
    fulfilment where one is named.

    Our page token is the end of the range, a blank and Amazon's token.
    """
    first_end, _, page_token = token.partition(" ")
    end = parse_time(first_end, "token") if first_end else min(until or api.now(), api.now() - LATEST, since + LONGEST)
    if since >= end:
        return Page((), complete_until=since)
    query = {"postedAfter": format_time(since), "postedBefore": format_time(end), "nextToken": page_token or None}
    payload = Node(api.get(OPERATION, PATH, query)).node("payload", required=True)
    following = payload.text("nextToken")
    wanted = {"", *shop_ids}
    records, broken = read_each(payload.array("transactions"), "payload.transactions", raw_record)
    return Page(
        records=tuple(record for record in records if record.shop_id in wanted),
        next_token=f"{format_time(end)} {following}" if following else "",
        complete_until=None if following else min(end, max(since, api.now() - LAG)),
        broken=tuple(broken),
    )


def raw_record(payload, path=""):
    """File a transaction: id, shop and time are read, nothing else is looked at."""
    node = Node(payload, path)
    posted_at = node.time("postedDate", required=True)
    return RawRecord(
        kind="transaction",
        shop_id=_shop_of(node),
        external_id=node.text("transactionId") or content_hash({key: payload.get(key) for key in _IDENTITY}),
        revision=revision_of(payload, posted_at),
        payload=payload,
        updated_at=posted_at,
    )


def _shop_of(node):
    details, seller = node.node("marketplaceDetails"), node.node("sellingPartnerMetadata")
    return details.text("marketplaceId") or seller.text("marketplaceId")


def parse_transaction(payload):
    """A received transaction as :class:`MoneyTransaction`.

    Money that was deferred is stated twice once it is free: by the transaction ``DEFERRED_RELEASED``, and by the one
    that released it, whose ``releases`` names the first.

    :raise InvalidPayload: with the path of the field
    """
    record, node = raw_record(payload), Node(payload)
    total = _amount(node, "totalAmount")
    related = _identifiers(node)
    state = node.text("transactionStatus").upper()
    matures_at, reason = _read_deferral(node)
    return MoneyTransaction(
        external_id=record.external_id,
        shop_id=record.shop_id,
        revision=record.revision,
        state=MoneyState.DEFERRED if state == _DEFERRED else MoneyState.RELEASED,
        state_text=state,
        posted_at=record.updated_at,
        total=total,
        lines=tuple(_read_lines(node, total, record.updated_at, related)),
        matures_at=matures_at,
        reason=reason,
        releases=related.get("DEFERRED_TRANSACTION_ID", ""),
        settlement_id=related.get("SETTLEMENT_ID", ""),
    )


def _identifiers(node):
    return {
        identifier.text("relatedIdentifierName"): identifier.text("relatedIdentifierValue")
        for identifier in node.nodes("relatedIdentifiers")
    }


def _read_deferral(node):
    """``(when it becomes free, why it is held back)``, stated for the transaction or its items."""
    for owner in (node, *node.nodes("items")):
        for context in owner.nodes("contexts"):
            if "maturityDate" in context or "deferralReason" in context:
                return context.time("maturityDate"), context.text("deferralReason")
    return None, ""


# === LINES === #


def _read_lines(node, total, posted_at, related):
    """The amounts whose sum is the total, as fine as they are stated: those of the items, or of the whole."""
    market = node.node("marketplaceDetails").text("marketplaceName")
    whole = SettlementLine(
        row=0,
        words=(*words_of(market), node.text("transactionType", required=True)),
        amount=total,
        posted_at=posted_at,
        market=market,
        order_id=related.get("ORDER_ID", ""),
        reference=related.get("SHIPMENT_ID") or related.get("REFUND_ID") or related.get("INVOICE_ID") or "",
        note=node.text("description"),
    )
    items = [(item, _about(item, whole)) for item in node.nodes("items")]
    choices = (
        [line for item, about in items for line in (list(_leaves(item, about)) or _item_total(item, about))],
        list(_leaves(node, whole)),
        [line for item, about in items for line in _item_total(item, about)],
    )
    stated = [lines for lines in choices if lines] or [[whole]]
    found = next((lines for lines in stated if _sum(lines) == total.amount), None)
    if found is None:
        sums = ", ".join(str(_sum(lines)) for lines in stated)
        raise InvalidPayload("totalAmount", f"{total.text} is not what its parts add up to: {sums}")
    currencies = {line.amount.currency for line in found}
    if currencies != {total.currency}:
        raise InvalidPayload("totalAmount", f"several currencies: {', '.join(sorted(currencies | {total.currency}))}")
    return [replace(line, row=row) for row, line in enumerate(found, 1)]


def _sum(lines):
    return sum((line.amount.amount for line in lines), Decimal(0))


def _about(item, whole):
    """The line of the whole transaction as one about an item."""
    product = next((context for context in item.nodes("contexts") if "sku" in context or "asin" in context), Node({}))
    identifiers = {
        entry.text("itemRelatedIdentifierName"): entry.text("itemRelatedIdentifierValue")
        for entry in item.nodes("relatedIdentifiers")
    }
    return replace(
        whole,
        sku=product.text("sku"),
        units=product.count("quantityShipped") or 0,
        reference=identifiers.get("ORDER_ADJUSTMENT_ITEM_ID") or whole.reference,
        note=item.text("description") or whole.note,
    )


def _item_total(item, about):
    return [replace(about, amount=_amount(item, "totalAmount"))] if "totalAmount" in item else []


def _leaves(node, line, path=()):
    """Lines of the leaves of a tree of breakdowns.

    A breakdown whose parts are not the whole of it counts as a leaf.
    """
    if isinstance(node.get("breakdowns"), dict):  # as in the model's example, against its schema
        node = node.node("breakdowns")
    for entry in node.nodes("breakdowns"):
        amount = _amount(entry, "breakdownAmount")
        # The model writes some of these names with blanks, and some without.
        names = (*path, entry.text("breakdownType", required=True).replace(" ", ""))
        parts = list(_leaves(entry, line, names))
        if parts and _sum(parts) == amount.amount:
            yield from parts
        elif amount.amount:
            yield replace(line, words=_words(line.words, names), amount=amount)


def _words(kind, names):
    """The transaction's words and the last two names on the way to a leaf: more would differ by how deep it stands."""
    names = [name for place, name in enumerate(names) if name != _BASE or not place]
    return (*kind, *names[-2:])


def _amount(node, key):
    return node.node(key, required=True).as_money("currencyAmount", "currencyCode")
