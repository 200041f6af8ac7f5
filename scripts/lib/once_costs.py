"""What each unit cost, per warehouse, product and method; and whether what was announced arrived, and layers, stock,
ledger, bills and customs are of one mind."""

from collections import defaultdict
from decimal import Decimal

from scripts.lib.odoo_client import OdooClient

COST_COMPONENTS = ("purchase", "freight", "duty", "insurance", "preparation", "other")
COMPARED = ("stock", "ledger", "bills", "taxes")
UNIT = Decimal("0.000001")


class Costs:
    """Reads what is there and compares it, through plain reads: nothing here is taken from the layers' own checks.

    :param products: ids that are shown; compared are all
    :param warehouses: ids of warehouses that are shown
    :param vat_account: id of the account that import VAT is booked on
    """

    def __init__(self, odoo: OdooClient, products: list[int], warehouses: list[int], vat_account: int):
        self._odoo, self._products, self._warehouses, self._vat_account = odoo, products, warehouses, vat_account

    def answer(self, transit: list[dict], customs: list[dict], amazon: dict) -> dict:
        """What it came to.

        :param transit: what was seen of each shipment on its way, and whether that was right (``equal``)
        :param customs: what was assessed for each, and whether that was right
        :param amazon: of the inbound plan
        :return: these three, and ``units``: rows of warehouse, product, units and cost of one unit by method and
            component; ``arrivals``: what operators counted of each notice; ``stock``, ``ledger``, ``bills`` and
            ``taxes``: what was compared; ``ok``: whether all of it is equal
        """
        answer = {
            "units": self._unit_costs(),
            "transit": transit,
            "customs": customs,
            "amazon": amazon,
            "arrivals": self._arrivals(),
            "stock": self._stock(),
            "ledger": self._ledger(),
            "bills": self._bills(),
            "taxes": self._taxes(customs),
        }
        compared = [*transit, *customs, *answer["arrivals"], *(answer[name] for name in COMPARED)]
        complete = all(answer[name] for name in ("units", "transit", "customs", "arrivals"))
        return answer | {"ok": complete and all(row["equal"] for row in compared)}

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

    def _arrivals(self) -> list[dict]:
        """Of each notice: units announced, counted (damaged ones too) and short; equal when nothing is left to be asked
        for and all shipments are received."""
        fields = ["reference", "external_id", "warehouse_id", "units", "units_received", "receipt_ids", "state"]
        notices = self._odoo.call("overseas.inbound", "search_read", [], fields=fields, order="id")
        differences = self._odoo.call(
            "overseas.difference", "search_read", [], fields=["inbound_id", "kind", "units", "state"]
        )
        under_way = self._odoo.call("first.mile.shipment", "search_count", [("state", "!=", "received")])
        rows = []
        for notice in notices:
            units = dict.fromkeys(("damage", "shortage"), 0)
            for difference in differences:
                if difference["inbound_id"][0] == notice["id"] and difference["kind"] in units:
                    units[difference["kind"]] += difference["units"]
            settled = all(row["state"] == "settled" for row in differences if row["kind"] == "shortage")
            counted = notice["units"] == notice["units_received"] + units["shortage"]
            rows.append(
                {
                    "notice": notice["external_id"] or notice["reference"],
                    "warehouse": notice["warehouse_id"][1],
                    "announced": notice["units"],
                    "received": notice["units_received"],
                    "damaged": units["damage"],
                    "short": units["shortage"],
                    "parts": len(notice["receipt_ids"]),
                    "equal": counted and settled and notice["state"] == "received" and not under_way,
                }
            )
        return rows

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
        """What the bills' lines say, each in its currency, what was divided of each over the goods, and what of it
        arrived in the layers, in the company's currency."""
        costs = self._odoo.call(
            "first.mile.cost", "search_read", [], fields=["bill_line_id", "company_amount", "layer_amount", "is_actual"]
        )
        billed_costs = [cost for cost in costs if cost["is_actual"] and cost["bill_line_id"]]
        ids = [cost["bill_line_id"][0] for cost in billed_costs]
        rows = self._odoo.call("account.move.line", "read", ids, ["price_subtotal", "balance"])
        lines = {row["id"]: row for row in rows}
        shares = self._sum("first.mile.cost.share", [], ["cost_id"], "amount")
        equal = len(billed_costs) == len(costs) and all(
            _is_divided(cost, lines[cost["bill_line_id"][0]], shares.get((cost["id"],), Decimal(0)))
            for cost in billed_costs
        )
        billed = sum(_money(line["balance"]) for line in lines.values())
        divided = sum(_money(cost["layer_amount"]) for cost in costs)
        return {"count": len(costs), "billed": str(billed), "divided": str(divided), "equal": equal}

    def _taxes(self, customs: list[dict]) -> dict:
        """Duty is cost and import VAT is none: all duty of the log was billed, and what was assessed of import VAT is
        on its account, whole. Goods on which it is charged are declared in the company's currency."""
        of_duty = [("component", "=", "duty")]
        costs = self._odoo.call("first.mile.cost", "search_read", of_duty, fields=["company_amount"])
        billed = sum(_money(cost["company_amount"]) for cost in costs)
        logged = sum(self._sum("cost.event", [("kind", "=", "cost")], ["company_id"], "duty").values())
        on_account = [("account_id", "=", self._vat_account), ("parent_state", "=", "posted")]
        booked = sum(self._sum("account.move.line", on_account, ["account_id"], "balance").values())
        assessed = sum(Decimal(row["vat"]) for row in customs)
        answer = {"duty": str(_money(logged)), "duty_billed": str(_money(billed))}
        answer |= {"vat": str(_money(booked)), "vat_assessed": str(_money(assessed))}
        return answer | {"equal": logged == billed and booked == assessed}

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
    print()
    for row in answer["transit"]:
        print(f"{'in transit':12}{row['mode']}: {row['in_transit']:g} of {row['units']} units, {row['expected']:g} "
              f"expected in {row['to']} on {row['eta']}")  # fmt: skip
    for row in answer["customs"]:
        print(f"{'customs':12}{row['shipment']}: declared {row['declared']} {row['currency']}, duty {row['duty']} of "
              f"{row['duty_due']} due, import VAT {row['vat']} of {row['vat_due']}")  # fmt: skip
    for row in answer["arrivals"]:
        print(f"{'arrived':12}{row['notice']} in {row['warehouse']}: {row['received']} of {row['announced']} units in "
              f"{row['parts']} parts, {row['damaged']} damaged, {row['short']} short")  # fmt: skip
    stock, ledger, bills, taxes = (answer[name] for name in COMPARED)
    print(
        f"{'layers':12}{stock['units']} units in {stock['places']} places, {stock['differing']} differ from the stock"
    )
    print(f"{'ledger':12}{ledger['account']} capitalised, {ledger['layers']} in layers")
    print(f"{'bills':12}{bills['count']} bills of {bills['billed']}, {bills['divided']} divided")
    print(f"{'taxes':12}duty {taxes['duty']} of {taxes['duty_billed']} billed, import VAT {taxes['vat']} to reclaim")
    print(f"{'supply':12}{'all of it agrees' if answer['ok'] else 'IT DOES NOT AGREE: SEE ABOVE'}")


def _is_divided(cost: dict, line: dict, shared: Decimal) -> bool:
    """Whether the shares of a cost are its bill's line, and the layers have what the line has booked."""
    booked = _money(line["balance"])
    return _money(line["price_subtotal"]) == shared and booked == _money(cost["company_amount"]) == _money(
        cost["layer_amount"]
    )


def _money(number: float) -> Decimal:
    return Decimal(str(number)).quantize(Decimal("0.01"))
