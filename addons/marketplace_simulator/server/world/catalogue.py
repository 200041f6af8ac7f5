"""Products of the training shops: deterministic by seed, the same SKUs in every outlet.

Amazon sells all of them and ships some from its own warehouses; every other outlet sells those that the merchant ships.
"""

import random
from decimal import Decimal

from .marketplaces import EURO_RATES, MARKETPLACES, rounded

PRODUCTS = (
    # title, product type, weight in g, price in EUR
    ("Bamboo Cutting Board", "CUTTING_BOARD", 940, "24.99"), ("Insulated Water Bottle", "BOTTLE", 380, "19.95"),
    ("LED Desk Lamp", "LAMP", 870, "34.90"), ("Yoga Mat", "EXERCISE_MAT", 1150, "29.99"),
    ("Wireless Charger", "CHARGING_ADAPTER", 120, "17.49"), ("Ceramic Mug “Café”", "DRINKING_CUP", 410, "11.99"),
    ("Travel Organiser Set", "LUGGAGE", 290, "21.50"), ("Phone Stand", "PORTABLE_ELECTRONIC_DEVICE_STAND", 150, "9.99"),
    ("Garden Gloves", "PROTECTIVE_GLOVE", 130, "7.95"), ("Dog Harness", "ANIMAL_HARNESS", 260, "22.95"),
    ("Kitchen Scale 5 kg ± 1 g", "SCALE", 520, "15.99"), ("Mechanical Keyboard", "COMPUTER_KEYBOARD", 1080, "79.00"),
    ("Folding Bike Lock", "BICYCLE_LOCK", 1250, "44.90"), ("Espresso Tamper", "KITCHEN_TOOLS", 350, "18.90"),
    ("Cotton Throw 150 × 200 cm", "BLANKET", 980, "32.00"),
)
VARIANTS = (("Natural", "NAT"), ("Black", "BLK"), ("Blue", "BLU"), ("Set of 3", "S3"))
MERCHANT, MARKETPLACE = "merchant", "marketplace"
#: Prices in currencies without small coins are multiples of this.
STEPS = {"JPY": Decimal(10), "IDR": Decimal(100), "VND": Decimal(100)}


def build(seed):
    """Return the catalogue as ``{sku: product}``, about sixty products.

    A product has ``sku``, ``title``, ``asin``, ``fnsku``, ``type``, ``weight`` (g), ``channel`` (who fulfils it),
    ``ships_from`` (country of the stock), ``prices`` (``{marketplace code: Decimal text}``), ``euro`` (the price that
    they come from) and ``quantity`` at start. For shops that sell variants of an item: ``model`` (SKU of the item),
    ``model_title`` and ``option`` (what tells the variants apart).
    """
    products = {}
    for number, (title, kind, weight, price) in enumerate(PRODUCTS):
        for variant, (label, suffix) in enumerate(VARIANTS):
            rng = random.Random(f"{seed}:product:{number}:{variant}")
            times = Decimal("2.6") if suffix == "S3" else Decimal(1) + Decimal(variant) / 20
            sku = f"CB-{number + 1:02d}-{suffix}"
            made = product(sku, f"{title}, {label}", kind, int(weight * times), Decimal(price) * times, rng)
            products[sku] = {**made, "model": f"CB-{number + 1:02d}", "model_title": title, "option": label}
    return products


def product(sku, title, kind, weight, euro, rng, quantity=None):
    """Return one product of the catalogue; its codes come from ``rng``."""
    channel = MARKETPLACE if rng.random() < 0.4 else MERCHANT
    imported = channel == MERCHANT and rng.random() < 0.1
    return {
        "sku": sku, "title": title, "type": kind, "weight": weight, "channel": channel,
        "asin": "B0" + _code(rng, 8), "fnsku": "X00" + _code(rng, 7),
        "ships_from": "CN" if imported else "DE", "prices": prices(euro, MARKETPLACES.values()), "euro": str(euro),
        "quantity": rng.randint(40, 400) if quantity is None else quantity,
        "model": sku, "model_title": title, "option": "",
    }


def offer(product, number, markets):
    """Return a product as the outlet of ``markets`` offers it: with their prices, a number and a bar code.

    :param number: position in the catalogue from 1, for shops whose item ids are numbers
    """
    return {**product, "number": number, "barcode": barcode(number),
            "prices": {**product["prices"], **prices(Decimal(product["euro"]), markets)}}


def barcode(number):
    """Return a valid EAN-13 out of the range for use within a company (prefix 2)."""
    body = f"2{number:011d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return f"{body}{-total % 10}"


def prices(euro, markets):
    """Return ``{marketplace code: price}`` from a price in euros."""
    return {market.code: str(_retail(euro * EURO_RATES[market.currency], market.currency)) for market in markets}


def _retail(amount, currency):
    """Round the way shops do: 9 in the last place, whole tens in yen, hundreds in rupiah and dong, fils in dinar."""
    if currency in STEPS:
        return max(STEPS[currency], (amount / STEPS[currency]).quantize(Decimal(1)) * STEPS[currency])
    if currency == "KWD":
        return max(Decimal("0.075"), (amount * 10).quantize(Decimal(1)) / 10 - Decimal("0.005"))
    return max(Decimal("0.19"), rounded((amount * 10).quantize(Decimal(1)) / 10 - Decimal("0.01"), currency))


def _code(rng, length):
    return "".join(rng.choices("0123456789BCDFGHJKLMNPQRSTVWXYZ", k=length))
