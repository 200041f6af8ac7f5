"""What a buyer pays for an order line, in parts that add up exactly.

Parts are positive Decimal texts: what is charged (``item, shipping, gift_wrap``), what the seller takes off
(``discount``: sale prices and seller vouchers; ``shipping_discount``), and what the platform takes off and pays to the
seller instead (``platform_discount``: its vouchers; ``platform_shipping_discount``: its shipping subsidy). Where tax
comes on top, or was taken out of a gross price, a part has a ``tax_<part>`` beside it; the platform's own discounts
change no tax. The buyer pays charges − discounts − platform discounts + tax; the seller gets
:func:`line_subsidy` on top of that from the platform.
"""

from decimal import Decimal

from .marketplaces import EU, SALES_TAX, VAT_RATES, quantum, rounded

ZERO = Decimal(0)
#: The parts of a line. Discounts and the tax on them are positive here and are taken off in totals.
CHARGES = ("item", "shipping", "gift_wrap")
DISCOUNTS = ("discount", "shipping_discount")
#: What the platform takes off the price and pays to the seller.
SUBSIDIES = ("platform_discount", "platform_shipping_discount")
#: Value up to which the marketplace collects VAT on goods sent into the EU from outside (IOSS), in EUR.
IOSS_LIMIT = Decimal(150)


def price_line(market, quantity, unit_price, kinds, rng):
    """Return the parts of a line as Decimals, before tax.

    With ``odd_total`` the sum for several units is not divisible into whole cents per unit.
    """
    currency = market.currency
    item = unit_price * quantity
    if "b2b" in kinds:
        item = rounded(item * Decimal("0.93"), currency)
    if quantity > 1 and "odd_total" in kinds and item > 2 * quantity * quantum(currency):
        while item % (quantity * quantum(currency)) == 0:
            item -= quantum(currency)
    parts = {"item": item, "shipping": ZERO, "gift_wrap": ZERO, "discount": ZERO,
             "shipping_discount": ZERO}
    if "shipping" in kinds:
        parts["shipping"] = rounded(unit_price * Decimal("0.1") + 3 * quantum(currency) * 100, currency)
        if rng.random() < 0.3:
            parts["shipping_discount"] = parts["shipping"]
    if "gift" in kinds:
        parts["gift_wrap"] = rounded(unit_price * Decimal("0.08") + 2 * quantum(currency) * 100, currency)
    if "discount" in kinds:
        parts["discount"] = rounded(item * Decimal(rng.choice(("0.05", "0.10", "0.15"))), currency)
    if "platform_voucher" in kinds:
        left = item - parts["discount"]
        parts["platform_discount"] = rounded(left * Decimal(rng.choice(("0.05", "0.08", "0.125"))), currency)
    if "shipping_subsidy" in kinds:
        left = parts["shipping"] - parts["shipping_discount"]
        parts["platform_shipping_discount"] = rounded(left * Decimal(rng.choice(("0.5", "1"))), currency)
    return parts


def tax_scheme(market, address, line_total, ships_from, kinds):
    """Return who deals with the tax of a line, and how.

    :return: ``("included", "")`` where the seller owes the VAT contained in the price, ``("collected", scheme)``
        where the marketplace charges and remits it: ``sales_tax``, ``ioss``, ``uoss`` or ``gb``; ``("added",
        "sales_tax")`` where the shop charges it on top and the seller owes it
    """
    country = address["country"]
    if market.taxed_on_top:
        return ("collected" if market.facilitator else "added"), "sales_tax"
    if not market.facilitator:
        return "included", ""
    if "uoss" in kinds and country in EU:
        return "collected", "uoss"
    if ("ioss" in kinds or ships_from == "CN") and country in EU and line_total <= IOSS_LIMIT:
        return "collected", "ioss"
    if "gb" in kinds and country == "GB":
        return "collected", "gb"
    return "included", ""


def apply_tax(market, parts, scheme, address):
    """Add ``tax_*`` parts; VAT that the marketplace collects is taken out of the gross price first."""
    currency = market.currency
    rate = _rate(market, scheme, address)
    taxed = {name: parts[name] for name in SUBSIDIES if name in parts}
    for name in CHARGES + DISCOUNTS:
        gross = parts[name]
        net = gross if scheme == "sales_tax" else rounded(gross / (1 + rate), currency)
        taxed[name] = net
        taxed[f"tax_{name}"] = rounded(net * rate, currency) if scheme == "sales_tax" else gross - net
    return taxed


def _rate(market, scheme, address):
    if scheme == "sales_tax":
        return Decimal(SALES_TAX.get(address["state"], "0.06"))
    return Decimal(VAT_RATES.get(address["country"], VAT_RATES[market.country]))


def part(line, name):
    """Return one part of a stored line as a Decimal; a part that it lacks is zero."""
    amount = line["parts"].get(name)
    return Decimal(amount) if amount else ZERO


def line_tax(line):
    """Return the tax charged on top of a line, discounts taken off."""
    return (sum((part(line, f"tax_{name}") for name in CHARGES), ZERO)
            - sum((part(line, f"tax_{name}") for name in DISCOUNTS), ZERO))


def line_discount(line):
    """Return the seller's discounts on a line, a positive amount."""
    return sum((part(line, name) for name in DISCOUNTS), ZERO)


def line_subsidy(line):
    """Return what the platform takes off a line and pays to the seller, a positive amount."""
    return sum((part(line, name) for name in SUBSIDIES), ZERO)


def line_total(line):
    """Return what the buyer pays for a line."""
    charged = sum((part(line, name) for name in CHARGES), ZERO)
    return charged - line_discount(line) - line_subsidy(line) + line_tax(line)


def order_part(order, *names):
    """Return the sum of parts over all lines of an order, for platforms that state e.g. shipping per order."""
    return sum((part(line, name) for line in order["lines"] for name in names), ZERO)


def order_total(order):
    """Return what the buyer pays for an order."""
    return sum((line_total(line) for line in order["lines"]), ZERO)


def order_subsidy(order):
    """Return what the platform pays the seller on top of what the buyer pays."""
    return sum((line_subsidy(line) for line in order["lines"]), ZERO)


def shrink(line, quantity, currency):
    """Reduce a line to ``quantity`` units: every part in proportion, rounded to the currency."""
    share = Decimal(quantity) / line["quantity"]
    line["parts"] = {name: str(rounded(Decimal(amount) * share, currency)) for name, amount in line["parts"].items()}
    line["quantity"] = quantity
