"""Settlements: payouts of cross-border shops, weeks of local ones.

Shopee pays a cross-border shop what was released, often in another currency: one payout is one settlement (see
:mod:`.payouts`). A local shop's money goes into its wallet order by order, and the seller has it sent to the bank
whenever he likes: one settlement is what reached the wallet in one week (see :mod:`.weeks`).
"""

from functools import partial

from ...marketplace.contract import InvalidPayload, SettlementPage, unpack_document
from . import payouts, weeks
from .fields import Node
from .shops import fetch_info
from .windows import read_page

_KINDS = {payouts.KIND: payouts, weeks.KIND: weeks}


def fetch_page(api, shop_ids, since, until, token):
    """One page of settlements that were closed in a range of time, see :mod:`.windows`."""
    _shop_id, refs, token, end = read_page(api, shop_ids, since, until, token, partial(_list, api))
    return SettlementPage(tuple(refs), token, end)


def _list(api, shop_id, start, stop, cursor):
    info = fetch_info(api, shop_id)
    if info.flag("is_cb"):
        return payouts.list_payouts(api, shop_id, start, stop, cursor)
    return weeks.list_weeks(api, shop_id, info, start, stop), ""


def fetch_settlement(api, handle):
    """The document of a settlement."""
    return _KINDS[handle["kind"]].fetch(api, handle)


def parse_settlement(document):
    """A document as :class:`Settlement`.

    :raise InvalidPayload: it is none of Shopee's settlements, or does not add up
    """
    content = Node(unpack_document(document))
    kind = content.text("kind")
    if kind not in _KINDS:
        raise InvalidPayload(f"{document.name}.kind", f"no settlement of Shopee: {kind!r}")
    return _KINDS[kind].parse(content)
