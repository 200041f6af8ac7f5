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
    "promotion-id",
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
        self._require(HEAD + DETAIL[3:4], names)
        if "amount-type" in self._places:
            self._require(_V2, names)
            self.amounts, self._pick = self._read_v2, self.picker(_V2)
        else:
            self._require([name for name in self._v1_columns() if name not in _V1_OPTIONAL], names)
            self.amounts, self._pick = self._read_v1, self.picker(self._v1_columns())
        if not {"posted-date", "posted-date-time"} & set(names):
            raise InvalidPayload("row 1", "columns are missing: posted-date")

    @staticmethod
    def _v1_columns():
        return (*(name for pair in _V1_PAIRS for name in pair), *_V1_SINGLE)

    @staticmethod
    def _require(wanted, names):
        missing = [name for name in wanted if name not in names]
        if missing:
            raise InvalidPayload("row 1", f"columns are missing: {', '.join(missing)}")
        if len(set(filter(None, names))) < len([name for name in names if name]):
            raise InvalidPayload("row 1", "a column stands twice")

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
