"""What the simulated warehouses charge: ``[(kind, amount)]``, kinds as in the contract of overseas warehouses."""

from decimal import Decimal

_CENT = Decimal("0.01")
_CUBIC_METRE = Decimal(1_000_000)  # cm³


def shipping(weight_kg, units):
    """Fees of an order: freight by weight, handling by piece."""
    freight = Decimal("4.20") + Decimal("0.80") * weight_kg
    handling = Decimal("0.60") + Decimal("0.25") * (units - 1)
    return [("freight", freight.quantize(_CENT)), ("handling", handling.quantize(_CENT))]


def receiving(units):
    """Fee of a notice that is counted, at least one unit's."""
    return [("inbound", (Decimal("0.15") * max(1, units)).quantize(_CENT))]


def storage(volume):
    """Fee of a day's storage of a volume in m³; cheaper than a tenth of a cent is free."""
    amount = (Decimal("0.45") * volume).quantize(Decimal("0.001"))
    return [("storage", amount)] if amount else []


def returning(units):
    """Fee of a return that is judged."""
    return [("return", (Decimal("1.50") + Decimal("0.40") * units).quantize(_CENT))]


def volume(product):
    """Volume of a packed unit in m³."""
    sizes = (Decimal(product[name]) for name in ("length_cm", "width_cm", "height_cm"))
    length, width, height = sizes
    return length * width * height / _CUBIC_METRE
