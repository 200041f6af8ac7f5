"""What an order earns, amount by amount.

Source: documents ``v2.payment.get_escrow_detail`` and ``get_escrow_detail_batch``, which state how ``escrow_amount``
is made of the other amounts, for usual shops and for affiliate shops that Shopee runs for a cross-border seller (SIP).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal

from ...marketplace.contract import InvalidPayload, Money
from .money import amount_of, is_affiliate, negative
from .order_view import sku_of

_ZERO = Decimal(0)
_PLUS = (
    "original_cost_of_goods_sold", "seller_return_refund", "shopee_discount", "buyer_paid_shipping_fee",
    "shopee_shipping_rebate", "shipping_fee_discount_from_3pl", "shipping_fee_discount_from_pl",
    "rsf_seller_protection_fee_claim_amount", "fsf_seller_protection_fee_claim_amount", "buyer_paid_packaging_fee",
)  # fmt: skip
_MINUS = (
    "original_shopee_discount", "voucher_from_seller", "seller_coin_cash_back", "actual_shipping_fee",
    "reverse_shipping_fee", "final_return_to_seller_shipping_fee", "seller_transaction_fee", "service_fee",
    "commission_fee", "campaign_fee", "shipping_seller_protection_fee_amount",
    "shipping_seller_protection_fee_premium_amount", "delivery_seller_protection_fee_premium_amount",
    "final_escrow_product_gst", "order_ams_commission_fee", "escrow_tax", "sales_tax_on_lvg",
    "reverse_shipping_fee_sst", "shipping_fee_sst", "withholding_tax", "overseas_return_service_fee",
    "vat_on_imported_goods", "withholding_vat_tax", "withholding_pit_tax", "withholding_cit_tax",
    "seller_order_processing_fee", "trade_in_bonus_by_seller", "trade_in_bonus_seller", "fbs_fee",
    "ads_escrow_top_up_fee_or_technical_support_fee", "th_import_duty",
)  # fmt: skip
#: Amounts of the formula of usual shops, with their signs in it.
FORMULA = (*((name, 1) for name in _PLUS), *((name, -1) for name in _MINUS))
#: Amounts of the seller that the formula does not mention: they count only where without them it is not right.
BESIDES = (
    ("seller_lost_compensation", 1),
    ("final_escrow_shipping_gst", -1),
    ("final_product_vat_tax", -1),
    ("final_shipping_vat_tax", -1),
    ("rsf_seller_protection_fee_premium_amount", -1),
)
#: The formula of affiliate shops, in the currency of the seller.
AFFILIATE_FORMULA = (
    ("original_price_pri", 1),
    *((f"{name}_pri", -1) for name in ("seller_return_refund", "commission_fee", "service_fee")),
    ("drc_adjustable_refund_pri", -1),
)
#: After a dispute the refund is this amount, and ``seller_return_refund`` does not count.
_DISPUTED, _REFUND = "drc_adjustable_refund", "seller_return_refund"
#: Amounts that the items state too: each way to say it, as sum of fields of the item.
_BY_ITEM = {
    "original_cost_of_goods_sold": (
        {"discounted_price": 1},
        {"discounted_price": 1, "shopee_discount": 1},
        {"original_price": 1, "seller_discount": -1},
    ),
    "original_price_pri": ({"original_price_pri": 1},),
    "shopee_discount": ({"shopee_discount": 1},),
    "original_shopee_discount": ({"shopee_discount": 1},),
    "voucher_from_seller": ({"discount_from_voucher_seller": 1},),
    "order_ams_commission_fee": ({"ams_commission_fee": 1},),
    "seller_order_processing_fee": ({"seller_order_processing_fee": 1},),
}
GOODS = frozenset({"original_cost_of_goods_sold", "original_price_pri"})
#: Word for what Shopee corrected later.
ADJUSTMENT = "order_adjustment"
_WITHOUT_CENTS = frozenset({"CLP", "JPY", "KRW", "VND"})


@dataclass(frozen=True, slots=True)
class Part:
    """One amount of an order's income.

    :param str field: name of the field that states it
    :param amount: positive adds to what the seller gets
    :param at: when it was booked, if not with the others
    :param original: the amount before it was converted
    """

    field: str
    amount: Money
    sku: str = ""
    line_id: str = ""
    units: int = 0
    note: str = ""
    at: datetime | None = None
    original: Money | None = None


def read_income(detail, released):
    """Parts of an order's income.

    :param detail: :class:`Node` of the escrow detail
    :param released: :class:`Money` that reached the seller: the sum of the parts
    :raise InvalidPayload: the amounts do not add up to it
    """
    income = detail.node("order_income", required=True)
    if is_affiliate(income):
        return _read_affiliate(income, released)
    for parts in _readings(income, released.currency):
        if _sum(parts) == released.amount:
            return parts
    raise _unbalanced(income, _read(income, FORMULA, released.currency), released)


def _readings(income, currency):
    """Yield what may make an income, the formula first: with the refund of a dispute, an amount that the formula does
    not mention, or later corrections."""
    plain = _read(income, FORMULA, currency)
    besides = _read(income, BESIDES, currency)
    adjustments = _read_adjustments(income, currency)
    for parts in (plain, *_disputed(income, plain, currency)):
        for more in ([], *([part] for part in besides), besides):
            yield parts + more
            yield parts + more + adjustments


def _disputed(income, parts, currency):
    refund = income.money(_DISPUTED, currency)
    if refund is not None and refund.amount:
        yield [part for part in parts if part.field != _REFUND] + [Part(_DISPUTED, negative(refund))]


def _read_affiliate(income, released):
    """Parts in the seller's currency, converted where the income is paid in another."""
    parts = _read(income, AFFILIATE_FORMULA, income.text("pri_currency"))
    total = income.money("escrow_amount_pri", income.text("pri_currency"), required=True)
    if _sum(parts) != total.amount:
        raise _unbalanced(income, parts, total, "escrow_amount_pri")
    if total.currency == released.currency:
        if total.amount != released.amount:
            raise _unbalanced(income, parts, released, "escrow_amount_pri")
        return parts
    return convert(parts, released, income.where("exchange_rate"))


def _unbalanced(income, parts, released, field="escrow_amount"):
    return InvalidPayload(
        income.where(field), f"the amounts of the order add up to {_sum(parts)}, not to {released.amount}"
    )


def _read(income, formula, currency):
    items = income.nodes("items")
    parts = []
    for field, sign in formula:
        amount = income.money(field, currency)
        if amount is not None and amount.amount:
            parts += _split(Part(field, amount if sign > 0 else negative(amount)), items, currency, sign)
    return parts


def _split(part, items, currency, sign):
    """A part by item, where the items state what adds up to it."""
    for fields in _BY_ITEM.get(part.field, ()):
        stated = [_of_item(item, fields, currency) * sign for item in items]
        if items and sum(stated, _ZERO) == part.amount.amount:
            return [_of(part, item, amount) for item, amount in zip(items, stated, strict=True) if amount]
    return [part]


def _of_item(item, fields, currency):
    amounts = ((item.money(name, currency), sign) for name, sign in fields.items())
    return sum((amount.amount * sign for amount, sign in amounts if amount is not None), _ZERO)


def _of(part, item, amount):
    """The part of an item; its line in the order is certain outside of deals only."""
    item_id, model_id = item.ident("item_id", required=True), item.ident("model_id") or "0"
    return replace(
        part,
        amount=amount_of(amount, part.amount.currency),
        sku=sku_of(item),
        line_id="" if item.text("activity_type") else f"{item_id}-{model_id}",
        units=(item.count("quantity_purchased") or 0) if part.field in GOODS else 0,
    )


def _read_adjustments(income, currency):
    parts = []
    for entry in income.nodes("order_adjustment"):
        stated = entry.text("currency") or currency
        amount = entry.money("amount", stated, required=True)
        if stated == currency and amount.amount:
            parts.append(Part(ADJUSTMENT, amount, note=entry.text("adjustment_reason"), at=entry.time("date")))
    return parts


def convert(parts, total, path):
    """Parts in the currency of ``total``, to which they add up: each to its smallest coin, by largest remainder.

    :param list parts: in another currency
    :param str path: named by the error where they add up to nothing, but ``total`` does not
    """
    whole = _sum(parts)
    if not whole and total.amount:
        raise InvalidPayload(path, f"amounts of no value were paid out as {total.amount} {total.currency}")
    coin = Decimal(1) if total.currency in _WITHOUT_CENTS else Decimal("0.01")
    exact = [part.amount.amount * total.amount / whole if whole else _ZERO for part in parts]
    amounts = [amount.quantize(coin, ROUND_FLOOR) for amount in exact]
    left = total.amount - sum(amounts, _ZERO)
    for index in sorted(range(len(parts)), key=lambda index: amounts[index] - exact[index]):
        step = min(coin, left)
        if step <= 0:
            break
        amounts[index] += step
        left -= step
    return [
        replace(part, amount=amount_of(amount, total.currency), original=part.amount)
        for part, amount in zip(parts, amounts, strict=True)
    ]


def _sum(parts):
    return sum((part.amount.amount for part in parts), _ZERO)
