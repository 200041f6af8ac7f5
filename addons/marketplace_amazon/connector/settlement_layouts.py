"""The two layouts of a settlement file: what a row says, whatever columns it stands in.

V2 has an amount per row. V1, which Amazon gave until November 2026 and which people still have, has a pair of columns
for every sort of amount; it is read by Amazon's own map of its columns onto V2 ("Removal of XML Settlement Report and
Flat File Settlement Report"): the name of the pair becomes the amount-type, its value the amount-description, and a
transaction-type with an amount of no sort the amount-description.
"""

from operator import itemgetter

from ...marketplace.contract import InvalidPayload

HEAD = ("settlement-id", "settlement-start-date", "settlement-end-date", "deposit-date", "total-amount", "currency")
DETAIL = (
    "settlement-id", "total-amount", "currency", "transaction-type", "order-id", "adjustment-id", "shipment-id",
    "marketplace-name", "posted-date", "posted-date-time", "order-item-code", "sku", "quantity-purchased",
    "promotion-id", "merchant-order-id",
)  # fmt: skip
OTHER = "other-transaction"
_V2 = ("amount-type", "amount-description", "amount")
# Pairs of V1 and the amount-type that V2 has for them.
_V1_PAIRS = {
    ("price-type", "price-amount"): "ItemPrice",
    ("item-related-fee-type", "item-related-fee-amount"): "ItemFees",
    ("promotion-type", "promotion-amount"): "Promotion",
    ("shipment-fee-type", "shipment-fee-amount"): "Shipment-Fees",
    ("order-fee-type", "order-fee-amount"): "Order-Fees",
    ("other-fee-reason-description", "other-fee-amount"): "Other-Fees",
    ("direct-payment-type", "direct-payment-amount"): "Direct-Payment",
}
_V1_SINGLE = ("misc-fee-amount", "other-amount")
_V1 = (*(name for pair in _V1_PAIRS for name in pair), *_V1_SINGLE)
_V1_OPTIONAL = {"promotion-type", "promotion-amount"}
# Amount-types whose description is the seller's own text: a coupon's title, a shipment's defect.
_FREE_TEXT = {"CouponRedemptionFee", "Inbound Defect Fee", "INBOUND_DEFECT_FEE"}


class Layout:
    """Where the columns of a file are.

    :param list header: cells of the first row
    :raise InvalidPayload: it is the header of no settlement
    """

    def __init__(self, header):
        names = [name.strip().strip('"').lower() for name in header]
        self.width = len(names)
        self._places = {name: place for place, name in enumerate(names)}
        is_v2 = "amount-type" in names
        columns = _V2 if is_v2 else _V1
        self._check(names, columns)
        self.amounts, self._pick = self._read_v2 if is_v2 else self._read_v1, self.picker(columns)

    @staticmethod
    def _check(names, columns):
        wanted = [*HEAD, "transaction-type", *columns]
        missing = [name for name in wanted if name not in names and name not in _V1_OPTIONAL]
        if not {"posted-date", "posted-date-time"} & set(names):
            missing.append("posted-date")
        if missing:
            raise InvalidPayload("row 1", f"columns are missing: {', '.join(missing)}")
        if any(names.count(name) > 1 for name in (*wanted, *DETAIL)):
            raise InvalidPayload("row 1", "a column stands twice")

    def read_head(self, cells, number):
        """``{column: value}`` of the row that states the settlement as a whole; it may end before its last columns."""
        padded = [*cells, *[""] * (self.width - len(cells))]
        head = {name: padded[self._places[name]].strip() for name in HEAD}
        for name in ("settlement-id", "total-amount", "currency"):
            if not head[name]:
                raise InvalidPayload(f"row {number} {name}", "missing: the second row states the settlement as a whole")
        return head

    def picker(self, names):
        """What takes the values of columns out of a row's cells; the row has an empty cell more at its end, which
        stands for columns that the file has not."""
        return itemgetter(*(self._places.get(name, -1) for name in names))

    def _read_v2(self, cells, transaction):
        kind, description, amount = (value.strip() for value in self._pick(cells))
        note = ""
        if kind in _FREE_TEXT:
            description, note = "", description
        return [((transaction, kind, description), amount, "amount", note)]

    def _read_v1(self, cells, transaction):
        values, found = [value.strip() for value in self._pick(cells)], []
        for place, ((_type, column), kind) in enumerate(_V1_PAIRS.items()):
            description, amount = values[2 * place : 2 * place + 2]
            if amount:
                found.append(((transaction, kind, description), amount, column, ""))
        for column, amount in zip(_V1_SINGLE, values[-len(_V1_SINGLE) :], strict=True):
            if amount:
                found.append(((OTHER, OTHER, transaction), amount, column, ""))
        return found
