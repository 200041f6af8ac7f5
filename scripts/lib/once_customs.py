"""Customs of the supply chain: a tariff that is imported as a file, and duty and import VAT worked out by it a second
time. The rates are examples, not those of any year."""

import base64
import csv
import io
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from addons.marketplace.contract import share
from scripts.lib.odoo_client import OdooClient

BOARD, CHOPSTICKS = "4419110000", "4419120000"
HEADER = ("HS Code", "Origin", "Destination", "Kind", "Name", "Percent", "Per kg", "Valid From", "Valid To")
TARIFF = (
    ("4419", "", "GB", "base", "", "6.5", "", "2010-01-01", "2019-12-31"),
    ("4419", "", "GB", "base", "", "4", "", "2020-01-01", ""),
    ("441912", "CN", "GB", "anti_dumping", "Bamboo", "12.5", "0.08", "2020-01-01", ""),
    ("", "", "GB", "vat", "", "20", "", "", ""),
    ("4419", "", "US", "base", "", "3.2", "", "", ""),
    ("4419", "CN", "US", "additional", "Section 301", "25", "", "2020-01-01", ""),
    ("4419", "VN", "US", "additional", "Of another origin", "40", "", "2020-01-01", ""),
)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Charges:
    """What goods of China pay.

    :param dict duties: ``{HS code: ((percent, per kg), …)}``, each duty rounded by itself
    :param vat: percent of value, carriage and duty
    :param on_carriage: whether freight and insurance are part of the customs value
    """

    duties: dict[str, tuple[tuple[str, str], ...]]
    vat: str
    on_carriage: bool


CHARGES = {
    "GB": Charges({BOARD: (("4", "0"),), CHOPSTICKS: (("4", "0"), ("12.5", "0.08"))}, "20", on_carriage=True),
    "US": Charges(dict.fromkeys((BOARD, CHOPSTICKS), (("3.2", "0"), ("25", "0"))), "0", on_carriage=False),
}


def import_tariff(odoo: OdooClient) -> None:
    """Import the tariff as a person does, from a file."""
    file = io.StringIO()
    csv.writer(file).writerows((HEADER, *TARIFF))
    content = base64.b64encode(file.getvalue().encode()).decode()
    wizard = odoo.create("customs.tariff.import", file=content, filename="tariff.csv")
    odoo.call("customs.tariff.import", "action_import", [wizard])


def assess(odoo: OdooClient, shipment: int, destination: str) -> dict:
    """Have duty and import VAT of a shipment assessed, and compare them with what :data:`CHARGES` makes of it.

    :param destination: ISO country
    :return: ``shipment``, ``currency``, ``declared``, ``duty``, ``vat`` and, worked out here, ``duty_due`` and
        ``vat_due``; ``equal``: whether they agree
    """
    carriage = _carriage(odoo, shipment) if CHARGES[destination].on_carriage else Decimal(0)
    odoo.call("first.mile.shipment", "action_estimate_duty", [shipment])
    fields = ["name", "currency_id", "duty_amount", "vat_amount"]
    told = odoo.call("first.mile.shipment", "read", [shipment], fields)[0]
    lines = odoo.call(
        "first.mile.shipment.line", "search_read", [("shipment_id", "=", shipment)],
        fields=["product_id", "hs_code", "quantity", "unit_value"],
    )  # fmt: skip
    weights = odoo.call("product.product", "read", [line["product_id"][0] for line in lines], ["weight"])
    kilograms = {row["id"]: _decimal(row["weight"]) for row in weights}
    values = [_decimal(line["quantity"]) * _decimal(line["unit_value"]) for line in lines]
    duty = vat = Decimal(0)
    for line, value, extra in zip(lines, values, share(carriage, values, CENT), strict=True):
        weight = _decimal(line["quantity"]) * kilograms[line["product_id"][0]]
        own = _duty(CHARGES[destination].duties[line["hs_code"]], value + extra, weight)
        duty += own
        vat += _round((value + extra + own) * Decimal(CHARGES[destination].vat) / 100)
    answer = {
        "shipment": told["name"],
        "currency": told["currency_id"][1],
        "declared": str(sum(values).quantize(CENT)),
        "duty": str(_decimal(told["duty_amount"]).quantize(CENT)),
        "duty_due": str(duty.quantize(CENT)),
        "vat": str(_decimal(told["vat_amount"]).quantize(CENT)),
        "vat_due": str(vat.quantize(CENT)),
    }
    equal = duty > 0 and answer["duty"] == answer["duty_due"] and answer["vat"] == answer["vat_due"]
    return answer | {"equal": equal}


def _carriage(odoo: OdooClient, shipment: int) -> Decimal:
    """Freight and insurance in the company's currency, which is that of the declaration."""
    domain = [("shipment_id", "=", shipment), ("component", "in", ("freight", "insurance"))]
    costs = odoo.call("first.mile.cost", "search_read", domain, fields=["company_amount"])
    return sum((_decimal(cost["company_amount"]) for cost in costs), Decimal(0))


def _duty(rates: tuple[tuple[str, str], ...], value: Decimal, weight: Decimal) -> Decimal:
    return sum(
        (_round(value * Decimal(percent) / 100 + weight * Decimal(per_kg)) for percent, per_kg in rates), Decimal(0)
    )


def _round(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def _decimal(number: float) -> Decimal:
    return Decimal(str(number))
