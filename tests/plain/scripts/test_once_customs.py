"""What the supply chain's customs take is worked out twice: by the suite from the imported tariff, and by the check."""

import base64
from datetime import date
from decimal import Decimal

import pytest

from addons.first_mile.engine import DutyTable, Goods
from addons.first_mile.engine import assess as assess_goods
from addons.first_mile.engine.tariff_file import read_tariff
from scripts.lib.once_customs import BOARD, CHOPSTICKS, assess, import_tariff

BOARDS, STICKS, DAY = 1, 2, date(2026, 3, 2)
CARRIAGE = Decimal("101.07")


class Odoo:
    """A shipment of 30 boards at 4.10 and 30 pairs of chopsticks at 5.10 from China, assessed by the suite's own engine
    with the tariff that was imported."""

    def __init__(self, destination, error=Decimal(0)):
        self._destination, self._error = destination, error

    def create(self, model, **values):
        """Import the tariff."""
        self._table = DutyTable(read_tariff(base64.b64decode(values["file"]), {"CN", "VN", "GB", "US"}))
        return 1

    def call(self, model, method, *arguments, **options):
        """Answer what is read."""
        if model == "first.mile.cost":
            return [{"company_amount": 91.07}, {"company_amount": 10.0}]
        if model == "first.mile.shipment.line":
            line = {"hs_code": BOARD, "product_id": [BOARDS, ""], "quantity": 30.0, "unit_value": 4.1}
            return [line, {"hs_code": CHOPSTICKS, "product_id": [STICKS, ""], "quantity": 30.0, "unit_value": 5.1}]
        if model == "product.product":
            return [{"id": BOARDS, "weight": 1.1}, {"id": STICKS, "weight": 0.4}]
        return self._assess() if method == "read" else None

    def _assess(self):
        goods = [
            Goods(1, BOARD, "CN", Decimal(123), Decimal(33)),
            Goods(2, CHOPSTICKS, "CN", Decimal(153), Decimal(12)),
        ]
        found = assess_goods(self._table, goods, self._destination, DAY, CARRIAGE)
        duty, vat = sum(one.duty for one in found) + self._error, sum(one.vat for one in found)
        named = {"name": "FM1", "currency_id": [1, "GBP"]}
        return [{**named, "duty_amount": float(duty), "vat_amount": float(vat)}]


@pytest.mark.parametrize(
    ("destination", "duty", "vat"),
    [
        # Boards: (123 + 45.04) × 4 % = 6.72. Chopsticks: (153 + 56.03) × 4 % = 8.36, × 12.5 % + 12 kg × 0.08 = 27.09.
        # VAT: (168.04 + 6.72) × 20 % = 34.95, (209.03 + 35.45) × 20 % = 48.90.
        ("GB", "42.17", "83.85"),
        # Without freight: 123 × 3.2 % + 123 × 25 % + 153 × 3.2 % + 153 × 25 %, each rounded.
        ("US", "77.84", "0.00"),
    ],
)
def test_both_come_to_the_same(destination, duty, vat):
    odoo = Odoo(destination)
    import_tariff(odoo)
    told = assess(odoo, 1, destination)
    assert told["equal"]
    assert (told["declared"], told["duty"], told["vat"]) == ("276.00", duty, vat)


def test_a_cent_too_much_is_found():
    odoo = Odoo("GB", Decimal("0.01"))
    import_tariff(odoo)
    assert not assess(odoo, 1, "GB")["equal"]
