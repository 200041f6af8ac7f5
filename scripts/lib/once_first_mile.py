"""Shipments of the supply chain, from cartons to bills: legs, tracking numbers, estimates, duty by the customs tariff,
what is seen of them in transit, and the bills in the end."""

from dataclasses import dataclass
from datetime import date, timedelta

from scripts.lib.once_chain import Chain, is_
from scripts.lib.once_customs import assess

DUTY = "Duty"


@dataclass(frozen=True)
class Cost:
    """A cost of a shipment.

    :param billed: what the bill says in the end; the estimate may have been another
    """

    name: str
    component: str
    basis: str
    currency: str
    estimate: float
    billed: float


@dataclass(frozen=True)
class Leg:
    """A leg of a shipment; days are counted from today."""

    kind: str
    origin: str
    destination: str
    leaves: int
    arrives: int
    vehicle: str = ""


@dataclass(frozen=True)
class Way:
    """How goods go from the hub to a warehouse.

    :param country: ISO country of the warehouse
    :param currency: of what is declared to its customs
    :param units: of each product
    :param tracking: kind and number
    """

    mode: str
    country: str
    currency: str
    units: int
    per_carton: int
    tracking: tuple[str, str]
    legs: tuple[Leg, ...]
    costs: tuple[Cost, ...]


class FirstMile(Chain):
    """What is done with shipments. ``customs`` and ``transit`` tell of each what was assessed and what was on its way,
    and whether that was right."""

    def __init__(self, context, world):
        super().__init__(context, world)
        self.customs, self.transit = [], []
        self._ways, self._duties = {}, {}

    def prepare(self, way: Way, warehouse: int, lane: int) -> int:
        """Pack cartons, plan legs, estimate costs and duty, and reserve the goods; returns the shipment."""
        world = self._world
        shipment = self._odoo.create(
            "first.mile.shipment",
            lane_id=lane,
            mode=way.mode,
            forwarder_id=world.forwarder,
            warehouse_id=world.hub,
            destination_id=warehouse,
            currency_id=world.currencies[way.currency],
            line_ids=[(0, 0, line) for line in self._lines(way)],
            carton_ids=[(0, 0, carton) for carton in self._cartons(way)],
            leg_ids=[(0, 0, leg) for leg in self._legs(way)],
            tracking_ids=[(0, 0, dict(zip(("kind", "number"), way.tracking, strict=True)))],
        )
        for cost in way.costs:
            values = {"name": cost.name, "component": cost.component, "basis": cost.basis, "estimate": cost.estimate}
            currency = world.currencies[cost.currency]
            self._odoo.create("first.mile.cost", shipment_id=shipment, currency_id=currency, **values)
        self.customs.append(assess(self._odoo, shipment, way.country))
        for action in ("action_plan", "action_allocate_costs"):
            self._odoo.call("first.mile.shipment", action, [shipment])
        self._ways[shipment] = way
        return shipment

    def _lines(self, way: Way) -> list[dict]:
        return [
            {"product_id": product, "quantity": way.units, "unit_value": 4.1 + index}
            for index, product in enumerate(self._world.products.values())
        ]

    def _cartons(self, way: Way) -> list[dict]:
        """Equal cartons of one product each, the products in turn."""
        size = {"length_cm": 50, "width_cm": 40, "height_cm": 35, "weight": 1.3 * way.per_carton}
        contents = list(self._world.products.values()) * (way.units // way.per_carton)
        return [
            {**size, "number": str(number), "line_ids": [(0, 0, {"product_id": product, "quantity": way.per_carton})]}
            for number, product in enumerate(contents, 1)
        ]

    def _legs(self, way: Way) -> list[dict]:
        return [
            {
                "kind": leg.kind,
                "sequence": number,
                "origin": leg.origin,
                "destination": leg.destination,
                "vehicle": leg.vehicle,
                "etd": self._day(leg.leaves),
                "eta": self._day(leg.arrives),
            }
            for number, leg in enumerate(way.legs, 1)
        ]

    def _day(self, number: int) -> str:
        return (date.fromisoformat(self._world.today) + timedelta(days=number)).isoformat()

    # On the way

    def depart(self, shipment: int) -> None:
        """The goods leave the hub; from now on they are seen in transit, and expected on the day they arrive."""
        self._odoo.call("first.mile.shipment", "action_depart", [shipment])
        way = self._ways[shipment]
        self.transit.append(self._look(shipment, way))
        self._note(f"{way.mode}: {len(self._cartons(way))} cartons have left Shenzhen")

    def _look(self, shipment: int, way: Way) -> dict:
        fields = ["name", "eta", "destination_id", "state"]
        told = self._odoo.call("first.mile.shipment", "read", [shipment], fields)[0]
        warehouse = told["destination_id"]
        arrival = [("first_mile_shipment_id", "=", shipment), ("picking_type_id.code", "=", "incoming")]
        places = self._odoo.call("stock.picking", "search_read", arrival, fields=["location_id"])
        quants = self._odoo.call(
            "stock.quant",
            "formatted_read_group",
            [("location_id", "=", places[0]["location_id"][0]), ("product_id", "in", [*self._world.products.values()])],
            groupby=[],
            aggregates=["quantity:sum"],
        )
        last = way.legs[-1].arrives
        before, then = (self._expected(warehouse[0], self._day(day)) for day in (last - 1, last))
        units = way.units * len(self._world.products)
        answer = {
            "shipment": told["name"],
            "mode": way.mode,
            "to": warehouse[1],
            "eta": told["eta"],
            "units": units,
            "in_transit": quants[0]["quantity:sum"],
            "expected": then - before,
        }
        equal = (told["state"], told["eta"]) == ("in_transit", self._day(last))
        return answer | {"equal": equal and answer["in_transit"] == answer["expected"] == units}

    def _expected(self, warehouse: int, day: str) -> float:
        """Units that the warehouse's forecast has coming in up to the end of a day."""
        context = {"warehouse_id": warehouse, "to_date": f"{day} 23:59:59"}
        products = [*self._world.products.values()]
        rows = self._odoo.call("product.product", "read", products, ["incoming_qty"], context=context)
        return sum(row["incoming_qty"] for row in rows)

    def arrive(self, shipment: int) -> None:
        """All legs are behind."""
        legs = self._odoo.call("first.mile.leg", "search", [("shipment_id", "=", shipment)])
        self._odoo.call("first.mile.leg", "write", legs, {"atd": self._world.today, "ata": self._world.today})

    def has(self, shipment: int, state: str) -> bool:
        """Whether a shipment is in a state."""
        return bool(self._count("first.mile.shipment", [("id", "=", shipment), is_(state)]))

    # What it cost

    def bill(self, shipment: int) -> None:
        """The bills come late: some of the goods are sold already. Import VAT is none of their cost."""
        way, world = self._ways[shipment], self._world
        for cost in way.costs:
            self._post(shipment, world.forwarder, cost.currency, {cost.name: (world.clearing, cost.billed)})
        told = self._odoo.call("first.mile.shipment", "read", [shipment], ["duty_amount", "vat_amount"])[0]
        lines = {DUTY: (world.clearing, told["duty_amount"]), "Import VAT": (world.vat, told["vat_amount"])}
        self._post(shipment, world.broker, way.currency, {name: line for name, line in lines.items() if line[1]})
        self._note(f"{len(way.costs) + 1} late bills are divided")

    def _post(self, shipment: int, partner: int, currency: str, lines: dict[str, tuple[int, float]]) -> None:
        """Post a vendor bill; its lines become the actual costs of their names."""
        bill = self._odoo.create(
            "account.move",
            move_type="in_invoice",
            partner_id=partner,
            invoice_date=self._world.today,
            currency_id=self._world.currencies[currency],
            ref=f"{', '.join(lines)} {shipment}",
            invoice_line_ids=[
                (0, 0, {"name": name, "price_unit": amount, "account_id": account, "tax_ids": [(5,)]})
                for name, (account, amount) in lines.items()
            ],
        )
        of_bill = [("move_id", "=", bill), ("display_type", "=", "product")]
        for line in self._odoo.call("account.move.line", "search_read", of_bill, fields=["name"]):
            domain = [("shipment_id", "=", shipment), ("name", "=", line["name"])]
            costs = self._odoo.call("first.mile.cost", "search", domain)
            self._odoo.call("first.mile.cost", "write", costs, {"bill_line_id": line["id"]})
        self._odoo.call("account.move", "action_post", [bill])
