"""What payouts and weeks have in common: answers read to their last page, and lines out of orders' income."""

from ...marketplace.contract import SettlementLine
from .income import Part
from .orders import BATCH, escrows_in, fetch_escrow_answer

#: Word of what is an order's income; the next word is the field that states the amount.
ESCROW = "ESCROW"
#: Word of what Shopee corrects; the next words say what it is about.
ADJUSTMENT = "ADJUSTMENT"
# What an order earned, where Shopee does not say any more how.
_WHOLE = "released_amount"


def all_pages(read, first):
    """Answers of a list up to its last page.

    :param read: ``(page or cursor) -> (answer, the next page or cursor, None on the last page)``
    """
    answers, following = [], first
    while following is not None:
        answer, following = read(following)
        answers.append(answer)
    return answers


def fetch_details(api, shop_id, order_ids):
    """Answers with the escrow details of orders."""
    wanted = list(dict.fromkeys(order_ids))
    return [
        fetch_escrow_answer(api, shop_id, wanted[start : start + BATCH]).data for start in range(0, len(wanted), BATCH)
    ]


def details_in(content):
    """``{order number: escrow detail}`` of a document."""
    found = {}
    for answer in content.nodes("details", required=True):
        found.update(escrows_in(answer))
    return found


def whole_income(amount):
    """The income of an order as one part."""
    return [Part(_WHOLE, amount)]


class Lines:
    """Puts the lines of a settlement together, in order."""

    def __init__(self):
        self.lines = []

    def add(self, part, words, at, order_id="", reference=""):
        """Add an amount; what is zero, and was it before it was converted, is none."""
        if not (part.original or part.amount).amount:
            return
        self.lines.append(
            SettlementLine(
                row=len(self.lines) + 1,
                words=words,
                amount=part.amount,
                posted_at=part.at or at,
                order_id=order_id,
                order_line_id=part.line_id,
                sku=part.sku,
                units=part.units,
                reference=reference,
                note=part.note,
                original=part.original,
            )
        )

    def add_income(self, parts, at, order_id):
        """Add the parts of an order's income."""
        for part in parts:
            self.add(part, (ESCROW, part.field), at, order_id)
