"""What the channels of the training world charge: simple stated rates, the same for every product.

They are near to what such marketplaces really take, but no marketplace's price list. Amounts are in euros and are
converted by :data:`.marketplaces.EURO_RATES`; rates are shares of one.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from .marketplaces import EURO_RATES, rounded


@dataclass(frozen=True)
class RateCard:
    """The charges of one channel.

    :param sales: ``{kind of fee: rate}`` on the goods after the seller's discounts
    :param shipping: rate on shipping and gift wrap (kind ``shipping_commission``)
    :param payment: rate on what the buyer pays (kind ``payment_fee``)
    :param payment_fixed: euros per order, on its first parcel (kind ``payment_fee``)
    :param fulfilment: euros per unit that the channel ships from its own warehouses
    :param administration: share of the commission that the channel keeps at a refund
    :param administration_cap: euros, the most it keeps
    :param subscription: euros per calendar month
    :param storage: euros per unit in the channel's warehouses and calendar month
    :param advertising: share of the goods sold, which counts as spent on advertising
    :param reserve: share of a settlement that is held back and given back by the next one
    :param hold: days until money of a sale is free
    :param held_every: one in so many orders is held, the others are free at once
    """

    sales: dict = field(default_factory=dict, hash=False)
    shipping: Decimal = Decimal(0)
    payment: Decimal = Decimal(0)
    payment_fixed: Decimal = Decimal(0)
    fulfilment: Decimal = Decimal(0)
    administration: Decimal = Decimal(0)
    administration_cap: Decimal = Decimal(0)
    subscription: Decimal = Decimal(0)
    storage: Decimal = Decimal(0)
    advertising: Decimal = Decimal(0)
    reserve: Decimal = Decimal(0)
    hold: int = 0
    held_every: int = 1


CARDS = {
    "amazon": RateCard(
        sales={"commission": Decimal("0.15")}, shipping=Decimal("0.15"), fulfilment=Decimal("3.20"),
        administration=Decimal("0.20"), administration_cap=Decimal("5.00"), subscription=Decimal("39.00"),
        storage=Decimal("0.004"), advertising=Decimal("0.06"), reserve=Decimal("0.05"), hold=7, held_every=4),
    "shopify": RateCard(payment=Decimal("0.029"), payment_fixed=Decimal("0.30"), hold=2),
    "ebay": RateCard(
        sales={"commission": Decimal("0.128")}, shipping=Decimal("0.128"), payment_fixed=Decimal("0.35"),
        subscription=Decimal("21.95"), advertising=Decimal("0.02"), hold=2),
    "tiktok": RateCard(
        sales={"commission": Decimal("0.06"), "affiliate": Decimal("0.05")}, administration=Decimal("0.20"),
        administration_cap=Decimal("5.00"), advertising=Decimal("0.04"), hold=8),
    "shopee": RateCard(
        sales={"commission": Decimal("0.06"), "service_fee": Decimal("0.03")}, payment=Decimal("0.02"),
        advertising=Decimal("0.03"), hold=3),
    "lazada": RateCard(
        sales={"commission": Decimal("0.05")}, payment=Decimal("0.02"), advertising=Decimal("0.03"), hold=7),
    "walmart": RateCard(
        sales={"commission": Decimal("0.15")}, shipping=Decimal("0.15"), advertising=Decimal("0.03"),
        reserve=Decimal("0.05"), hold=14, held_every=2),
    "woocommerce": RateCard(payment=Decimal("0.014"), payment_fixed=Decimal("0.25"), hold=2),
}


def card(channel):
    """Return the rate card of a channel; one that has none charges nothing."""
    return CARDS.get(channel, RateCard())


def converted(euros, currency):
    """Return euros in another currency, rounded to its smallest unit."""
    return rounded(euros * EURO_RATES[currency], currency)
