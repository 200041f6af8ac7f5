"""What each unit cost, per warehouse, product and method; and whether layers, stock and ledger are of one mind."""

from collections import defaultdict
from decimal import Decimal

from scripts.lib.odoo_client import OdooClient

COST_COMPONENTS = ("purchase", "freight", "duty", "insurance", "preparation", "other")
UNIT = Decimal("0.000001")


class Costs:
    """Reads what is there and compares it, through plain reads: nothing here is taken from the layers' own checks.

    :param products: ids that are shown; compared are all
    :param warehouses: ids of warehouses that are shown
    """

    def __init__(self, odoo: OdooClient, products: list[int], warehouses: list[int]):
        self._odoo, self._products, self._warehouses = odoo, products, warehouses

    def answer(self) -> dict:
        """``units``: rows of warehouse, product, units and cost of one unit by method and component; ``stock``,
        ``ledger`` and ``bills``: what was compared with the layers; ``ok``: whether all of it is equal."""
        answer = {"units": self._unit_costs(), "stock": self._stock(), "ledger": self._ledger(), "bills": self._bills()}
        return answer | {
            "ok": bool(answer["units"]) and all(answer[name]["equal"] for name in ("stock", "ledger", "bills"))
        }

    def _unit_costs(self) -> list[dict]:
        names = {
            model: dict(self._names(model, ids))
            for model, ids in (("stock.warehouse", self._warehouses), ("product.product", self._products))
        }
        rows = defaultdict(dict)
        for row in self._odoo.call("cost.layer", "get_unit_costs", self._products, self._warehouses):
            key = (
                names["stock.warehouse"][row["warehouse_id"]],
                names["product.product"][row["product_id"]],
                row["units"],
            )
            rows[key][row["method"]] = {**row["components"], "total": row["total"]}
        return [
            {"warehouse": warehouse, "product": product, "units": units, "methods": methods}
            for (warehouse, product, units), methods in rows.items()
        ]

    def _names(self, model: str, ids: list[int]):
        for row in self._odoo.call(model, "read", ids, ["display_name"]):
            yield row["id"], row["display_name"]

    # What must be equal

    def _stock(self) -> dict:
        """Units of all products in all places, in layers and in quants."""
        layers = self._sum("cost.layer", [], ["product_id", "place_id"], "quantity")
        places = self._places()
        quants = defaultdict(Decimal)
        usages = [("location_id.usage", "in", ("internal", "transit")), ("product_id.is_storable", "=", True)]
        for (product, location), units in self._sum(
            "stock.quant", usages, ["product_id", "location_id"], "quantity"
        ).items():
            quants[product, places[location]] += units
        differing = [key for key in layers.keys() | quants.keys() if layers.get(key, 0) != quants.get(key, 0)]
        return {
            "places": len(quants),
            "units": f"{sum(quants.values()).normalize():f}",
            "differing": len(differing),
            "equal": not differing,
        }

    def _places(self) -> dict[int, int]:
        """Location → the place that its goods are costed in: the warehouse's view location, else itself."""
        views = {
            row["id"]: row["view_location_id"][0]
            for row in self._odoo.call("stock.warehouse", "search_read", [], fields=["view_location_id"])
        }
        locations = self._odoo.call("stock.location", "search_read", [], fields=["usage", "warehouse_id"])
        return {
            row["id"]: views[row["warehouse_id"][0]]
            if row["usage"] == "internal" and row["warehouse_id"]
            else row["id"]
            for row in locations
        }

    def _ledger(self) -> dict:
        """Freight, duty and other costs of the stock, in layers and on the account of capitalised costs."""
        company = self._odoo.call("res.company", "search_read", [], fields=["cost_layer_account_id"], limit=1)[0]
        domain = [("account_id", "=", company["cost_layer_account_id"][0]), ("parent_state", "=", "posted")]
        balance = sum(self._sum("account.move.line", domain, ["account_id"], "balance").values())
        sums = self._odoo.call(
            "cost.layer", "formatted_read_group", [], groupby=[], aggregates=["value:sum", "purchase:sum"]
        )[0]
        layers = _money(sums["value:sum"]) - _money(sums["purchase:sum"])
        return {"layers": str(layers), "account": str(_money(balance)), "equal": layers == _money(balance)}

    def _bills(self) -> dict:
        """What the shipments cost, and what of it arrived in the layers."""
        fields = ["company_amount", "layer_amount", "is_actual"]
        costs = self._odoo.call("first.mile.cost", "search_read", [], fields=fields)
        billed = sum(_money(cost["company_amount"]) for cost in costs)
        divided = sum(_money(cost["layer_amount"]) for cost in costs)
        equal = all(
            cost["is_actual"] and _money(cost["company_amount"]) == _money(cost["layer_amount"]) for cost in costs
        )
        return {"count": len(costs), "billed": str(billed), "divided": str(divided), "equal": equal}

    def _sum(self, model: str, domain: list, groupby: list[str], field: str) -> dict:
        rows = self._odoo.call(model, "formatted_read_group", domain, groupby=groupby, aggregates=[f"{field}:sum"])
        sums = {}
        for row in rows:
            key = tuple(row[name][0] for name in groupby)
            if total := Decimal(str(row[f"{field}:sum"])).quantize(UNIT):
                sums[key] = total
        return sums


def print_costs(answer: dict) -> None:
    """Print the unit costs for people."""
    print(f"\n{'cost of one unit':34}{'method':9}" + "".join(f"{name:>12}" for name in (*COST_COMPONENTS, "total")))
    for row in answer["units"]:
        print(f"{row['warehouse']}: {row['product']}, {row['units']:g} units")
        for method, amounts in row["methods"].items():
            cells = "".join(f"{amounts.get(name, '–'):>12}" for name in (*COST_COMPONENTS, "total"))
            print(f"{'':34}{method:9}{cells}")
    stock, ledger, bills = answer["stock"], answer["ledger"], answer["bills"]
    print(
        f"{'layers':12}{stock['units']} units in {stock['places']} places, {stock['differing']} differ from the stock"
    )
    print(f"{'ledger':12}{ledger['account']} capitalised, {ledger['layers']} in layers")
    print(f"{'bills':12}{bills['count']} bills of {bills['billed']}, {bills['divided']} divided")
    print(f"{'supply':12}{'all of it agrees' if answer['ok'] else 'LAYERS, STOCK, LEDGER OR BILLS DO NOT AGREE'}")


def _money(number: float) -> Decimal:
    return Decimal(str(number)).quantize(Decimal("0.01"))
