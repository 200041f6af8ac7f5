"""The costs of the supply chain are told, and whatever differs between what was announced and arrived, layers, stock,
ledger, bills and customs is found."""

import copy

import pytest

from scripts.lib.once_costs import Costs, print_costs

HUB, VIEW, SHELF, SEA, PRODUCT, COST, LINE = 1, 10, 11, 12, 7, 3, 4
CAPITALISED, VAT = 5, 6
TRANSIT = {
    "shipment": "FM1", "mode": "air", "to": "Shop", "eta": "2026-01-05", "units": 10, "in_transit": 10.0,
    "expected": 10.0, "equal": True,
}  # fmt: skip
CUSTOMS = {
    "shipment": "FM1", "currency": "GBP", "declared": "40.00", "duty": "3.60", "duty_due": "3.60", "vat": "8.72",
    "vat_due": "8.72", "equal": True,
}  # fmt: skip


class Odoo:
    """Ten units in a hub and four at sea, with 3.60 of freight on them."""

    def __init__(self):
        self.tables = {
            "stock.warehouse": [{"id": HUB, "display_name": "Hub", "view_location_id": [VIEW, "Hub"]}],
            "product.product": [{"id": PRODUCT, "display_name": "Board"}],
            "stock.location": [
                {"id": SHELF, "usage": "internal", "warehouse_id": [HUB, "Hub"]},
                {"id": SEA, "usage": "transit", "warehouse_id": False},
            ],
            "res.company": [{"id": 1, "cost_layer_account_id": [CAPITALISED, "Capitalised"]}],
            "first.mile.cost": [
                {"id": COST, "bill_line_id": [LINE, ""], "company_amount": 3.6, "layer_amount": 3.6, "is_actual": True}
            ],
            "account.move.line": [{"id": LINE, "price_subtotal": 4.7, "balance": 3.6}],
            "overseas.inbound": [
                {
                    "id": 8, "reference": "ASN8", "external_id": "FBA8", "warehouse_id": [9, "Shop"], "units": 10,
                    "units_received": 9, "receipt_ids": [1, 2], "state": "received",
                }
            ],
            "overseas.difference": [{"inbound_id": [8, ""], "kind": "shortage", "units": 1, "state": "settled"}],
        }  # fmt: skip
        self.under_way, self.share, self.logged_duty, self.vat = 0, 4.7, 3.6, 8.72
        self.layers = {(PRODUCT, VIEW): 10.0, (PRODUCT, SEA): 4.0}
        self.quants = {(PRODUCT, SHELF): 10.0, (PRODUCT, SEA): 4.0}
        self.balance = 3.6
        self.units = [
            {
                "warehouse_id": HUB,
                "product_id": PRODUCT,
                "method": method,
                "units": 10.0,
                "components": {"purchase": "5.0000", "freight": "0.2500"},
                "total": "5.2500",
            }
            for method in ("fifo", "moving")
        ]

    def call(self, model, method, *arguments, **options):
        """Answer reads and sums."""
        if method == "get_unit_costs":
            return self.units
        if method == "formatted_read_group":
            return self._group(model, arguments[0], options["aggregates"], options["groupby"])
        if method == "search_count":
            return self.under_way
        return copy.deepcopy(self.tables[model])

    def _group(self, model, domain, aggregates, groupby):
        if model == "cost.layer" and not groupby:
            return [{"value:sum": 73.6, "purchase:sum": 70.0}]
        if model == "account.move.line":
            account = dict(part[::2] for part in domain)["account_id"]
            balance = {CAPITALISED: self.balance, VAT: self.vat}[account]
            return [{"account_id": [account, ""], "balance:sum": balance}]
        if model == "first.mile.cost.share":
            return [{"cost_id": [COST, ""], "amount:sum": self.share}]
        if model == "cost.event":
            return [{"company_id": [1, ""], "duty:sum": self.logged_duty}]
        sums = self.layers if model == "cost.layer" else self.quants
        return [
            {**dict(zip(groupby, ([part, ""] for part in key), strict=True)), aggregates[0]: units}
            for key, units in sums.items()
        ]


@pytest.fixture
def odoo():
    return Odoo()


def answer(odoo, transit=(TRANSIT,), customs=(CUSTOMS,)):
    return Costs(odoo, [PRODUCT], [HUB], VAT).answer([*transit], [*customs], {"plan": "ASN8"})


def test_what_is_equal_is_told_with_its_components(odoo, capsys):
    told = answer(odoo)
    assert told["ok"]
    assert told["stock"] == {"places": 2, "units": "14", "differing": 0, "equal": True}
    assert told["ledger"] == {"layers": "3.60", "account": "3.60", "equal": True}
    (row,) = told["units"]
    assert (row["warehouse"], row["product"], row["units"]) == ("Hub", "Board", 10)
    assert row["methods"]["moving"] == {"purchase": "5.0000", "freight": "0.2500", "total": "5.2500"}
    assert told["bills"] == {"count": 1, "billed": "3.60", "divided": "3.60", "equal": True}
    assert told["taxes"] == {
        "duty": "3.60", "duty_billed": "3.60", "vat": "8.72", "vat_assessed": "8.72", "equal": True
    }  # fmt: skip
    (arrival,) = told["arrivals"]
    assert (arrival["notice"], arrival["received"], arrival["short"], arrival["parts"]) == ("FBA8", 9, 1, 2)
    print_costs(told)
    printed = capsys.readouterr().out
    for text in (
        "Hub: Board, 10 units",
        "0.2500",
        "10 of 10 units, 10 expected in Shop on 2026-01-05",
        "duty 3.60 of 3.60 due, import VAT 8.72 of 8.72",
        "FBA8 in Shop: 9 of 10 units in 2 parts, 0 damaged, 1 short",
        "all of it agrees",
    ):
        assert text in printed


@pytest.mark.parametrize("layers", [{(PRODUCT, VIEW): 9.0}, {(PRODUCT, SHELF): 1.0}, {(PRODUCT, SEA): 0.0}])
def test_layers_that_are_not_the_stock(odoo, layers, capsys):
    odoo.layers.update(layers)
    told = answer(odoo)
    assert (told["ok"], told["stock"]["equal"]) == (False, False)
    print_costs(told)
    assert "DOES NOT AGREE" in capsys.readouterr().out


def test_a_ledger_that_is_not_the_layers(odoo):
    odoo.balance = 3.59
    told = answer(odoo)
    assert (told["ok"], told["ledger"]["equal"]) == (False, False)


@pytest.mark.parametrize("change", [{"layer_amount": 3.5}, {"is_actual": False, "bill_line_id": False}])
def test_a_bill_that_did_not_arrive(odoo, change):
    odoo.tables["first.mile.cost"][0].update(change)
    told = answer(odoo)
    assert (told["ok"], told["bills"]["equal"]) == (False, False)


@pytest.mark.parametrize("change", [{"price_subtotal": 4.71}, {"balance": 3.59}])
def test_a_bill_that_is_not_what_was_divided(odoo, change):
    odoo.tables["account.move.line"][0].update(change)
    told = answer(odoo)
    assert (told["ok"], told["bills"]["equal"]) == (False, False)


@pytest.mark.parametrize("change", [{"logged_duty": 3.5}, {"vat": 0.0}])
def test_taxes_that_are_not_what_was_assessed(odoo, change):
    vars(odoo).update(change)
    told = answer(odoo)
    assert (told["ok"], told["taxes"]["equal"]) == (False, False)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("overseas.inbound", {"units_received": 8}),
        ("overseas.inbound", {"state": "receiving"}),
        ("overseas.difference", {"state": "open"}),
    ],
)
def test_goods_that_did_not_arrive(odoo, table, change):
    odoo.tables[table][0].update(change)
    told = answer(odoo)
    assert (told["ok"], told["arrivals"][0]["equal"]) == (False, False)


def test_a_shipment_that_is_still_under_way(odoo):
    odoo.under_way = 1
    assert not answer(odoo)["ok"]


@pytest.mark.parametrize("seen", [[], [{**TRANSIT, "equal": False}]])
def test_goods_that_were_not_seen_in_transit(odoo, seen):
    assert not answer(odoo, transit=seen)["ok"]


@pytest.mark.parametrize("assessed", [[], [{**CUSTOMS, "equal": False}]])
def test_a_wrong_duty(odoo, assessed):
    assert not answer(odoo, customs=assessed)["ok"]


def test_no_unit_costs_at_all(odoo):
    odoo.units = []
    assert not answer(odoo)["ok"]
