"""How the money of a marketplace order becomes order lines. Pure: no database, no rounding left to chance."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from .errors import InvalidPayload
from .money import split_evenly
from .records import ChargeKind, OrderStatus, TaxCollector, TaxTreatment

COLLECTED_TAX = "collected_tax"

_SERVICE_OF = {
    ChargeKind.SHIPPING: "shipping",
    ChargeKind.SHIPPING_DISCOUNT: "shipping",
    ChargeKind.GIFT_WRAP: "gift_wrap",
    ChargeKind.GIFT_WRAP_DISCOUNT: "gift_wrap",
    ChargeKind.COD: "cod",
    ChargeKind.COD_DISCOUNT: "cod",
    ChargeKind.TIP: "tip",
    ChargeKind.OTHER: "other",
}


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """One line of the order in the books.

    :param str kind: ``item``, a service (``shipping``, ``gift_wrap``, ``cod``, ``tip``, ``other``) or
        ``collected_tax``: tax the buyer pays and the marketplace, not the seller, owes to the state
    :param line: the :class:`~.records.OrderLine` of an item
    :param quantity: units
    :param unit_price: what the buyer pays per unit, any tax the seller owes included
    :param taxed: whether the seller owes the tax in it
    :param int shipped: how many of the units have already left according to the marketplace
    """

    kind: str
    line: object
    quantity: int
    unit_price: Decimal
    taxed: bool = True
    shipped: int = 0

    @property
    def total(self):
        return self.unit_price * self.quantity


def plan_lines(order, quantum, shipped_apart=False):
    """Lines whose totals add up to exactly what the buyer pays.

    A unit price that does not come out in coins is shared over two lines with prices one coin apart (largest
    remainder). Discounts reduce what they are a discount on; services are one line per kind for the whole order.

    :param order: :class:`~.records.Order`
    :param Decimal quantum: smallest coin of the order's currency
    :param bool shipped_apart: give units that the marketplace reports as shipped their own lines
    :return: list of :class:`PlannedLine`
    :raise InvalidPayload: the parts do not add up to the stated total
    """
    if order.status is OrderStatus.CANCELLED and not any(line.quantity for line in order.lines):
        return []  # what it would have cost is nobody's debt
    planned, services = [], defaultdict(Decimal)
    for index, line in enumerate(order.lines):
        goods = defaultdict(Decimal)
        for charge in line.charges:
            _share_charge(charge, goods, services)
        planned += _plan_item(line, goods, quantum, shipped_apart, f"lines[{index}]")
    for charge in order.charges:
        _share_charge(charge, services, services)
    planned += [
        PlannedLine(kind, None, 1, amount, taxed) for (kind, taxed), amount in sorted(services.items()) if amount
    ]
    _check_total(order, planned)
    return planned


def _share_charge(charge, goods, services):
    """Add one charge to the goods of its line, to the services of the order, and its tax where it belongs."""
    ours = charge.tax_collector is TaxCollector.SELLER
    kind = _SERVICE_OF.get(charge.kind, "item")
    (goods if kind == "item" else services)[kind, ours] += charge.total if ours else charge.net
    if not ours and charge.tax is not None and charge.tax_treatment is not TaxTreatment.OUTSIDE:
        services[COLLECTED_TAX, False] += charge.tax.amount


def _plan_item(line, goods, quantum, shipped_apart, path):
    if len(goods) > 1:
        raise InvalidPayload(path, "part of the item's tax is collected by the marketplace and part by the seller")
    (_kind, taxed), amount = next(iter(goods.items()), (("item", True), Decimal()))
    if not line.quantity:
        if amount:
            raise InvalidPayload(path, f"{amount} is charged for a quantity of zero")
        return []
    if amount % quantum:
        raise InvalidPayload(path, f"{amount} is not a multiple of the smallest coin {quantum}")
    shipped = min(line.quantity_shipped, line.quantity)
    result = []
    for price, count in split_evenly(amount, line.quantity, quantum):
        gone = min(shipped, count)
        shipped -= gone
        for units, left in ((gone, gone), (count - gone, 0)) if shipped_apart else ((count, gone),):
            if units:
                result.append(PlannedLine("item", line, units, price, taxed, left))
    return result


def _check_total(order, planned):
    if order.total is None:
        return
    total = sum((line.total for line in planned), Decimal())
    if total != order.total.amount:
        raise InvalidPayload("total", f"the parts add up to {total}, the marketplace states {order.total.amount}")
