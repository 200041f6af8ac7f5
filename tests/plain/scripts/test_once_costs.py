"""The costs of the supply chain are told, and whatever differs between layers, stock, ledger and bills is found."""

import copy

import pytest

from scripts.lib.once_costs import Costs, print_costs

HUB, VIEW, SHELF, SEA, PRODUCT = 1, 10, 11, 12, 7


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
            "res.company": [{"id": 1, "cost_layer_account_id": [5, "Capitalised"]}],
            "first.mile.cost": [{"company_amount": 3.6, "layer_amount": 3.6, "is_actual": True}],
        }
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
            return self._group(model, options["aggregates"], options["groupby"])
        return copy.deepcopy(self.tables[model])

    def _group(self, model, aggregates, groupby):
        if model == "cost.layer" and not groupby:
            return [{"value:sum": 73.6, "purchase:sum": 70.0}]
        if model == "account.move.line":
            return [{"account_id": [5, ""], "balance:sum": self.balance}]
        sums = self.layers if model == "cost.layer" else self.quants
        return [
            {**dict(zip(groupby, ([part, ""] for part in key), strict=True)), aggregates[0]: units}
            for key, units in sums.items()
        ]


@pytest.fixture
def odoo():
    return Odoo()


def answer(odoo):
    return Costs(odoo, [PRODUCT], [HUB]).answer()


def test_what_is_equal_is_told_with_its_components(odoo, capsys):
    told = answer(odoo)
    assert told["ok"]
    assert told["stock"] == {"places": 2, "units": "14", "differing": 0, "equal": True}
    assert told["ledger"] == {"layers": "3.60", "account": "3.60", "equal": True}
    (row,) = told["units"]
    assert (row["warehouse"], row["product"], row["units"]) == ("Hub", "Board", 10)
    assert row["methods"]["moving"] == {"purchase": "5.0000", "freight": "0.2500", "total": "5.2500"}
    print_costs(told)
    printed = capsys.readouterr().out
    assert "Hub: Board, 10 units" in printed and "0.2500" in printed and "all of it agrees" in printed


@pytest.mark.parametrize("layers", [{(PRODUCT, VIEW): 9.0}, {(PRODUCT, SHELF): 1.0}, {(PRODUCT, SEA): 0.0}])
def test_layers_that_are_not_the_stock(odoo, layers, capsys):
    odoo.layers.update(layers)
    told = answer(odoo)
    assert (told["ok"], told["stock"]["equal"]) == (False, False)
    print_costs(told)
    assert "DO NOT AGREE" in capsys.readouterr().out


def test_a_ledger_that_is_not_the_layers(odoo):
    odoo.balance = 3.59
    told = answer(odoo)
    assert (told["ok"], told["ledger"]["equal"]) == (False, False)


@pytest.mark.parametrize("change", [{"layer_amount": 3.5}, {"is_actual": False}])
def test_a_bill_that_did_not_arrive(odoo, change):
    odoo.tables["first.mile.cost"][0].update(change)
    told = answer(odoo)
    assert (told["ok"], told["bills"]["equal"]) == (False, False)


def test_no_unit_costs_at_all(odoo):
    odoo.units = []
    assert not answer(odoo)["ok"]
