"""The supply chain, once, end to end: goods are bought for a hub in Shenzhen, go by sea to a third party's warehouse in
the United Kingdom and by air to Amazon's in the United States, are sold from both, and get late bills in several
currencies. Then :mod:`scripts.lib.once_costs` tells what each unit really cost."""

from collections.abc import Callable

import requests

from scripts.lib.home import SetupError
from scripts.lib.once_costs import Costs
from scripts.lib.once_setup import Setup
from scripts.lib.once_steps import Steps, cron_ids
from scripts.lib.services import Context

OPERATOR = "goodcang"
# Amazon sells in Europe and America here, and GoodCang keeps goods.
WORLD = ("--regions", "eu,na", "--channels", f"amazon,{OPERATOR}")
QUIET = {"skip_sms": True, "skip_backorder": True}
BOUGHT, BY_SEA, BY_AIR, PER_CARTON = 60, 30, 20, 10
SOLD_UK, BROKEN = 4, 1
#: Of each shipment: name, component, basis, currency, estimate, what the bill says in the end.
SEA_COSTS = (
    ("Sea freight", "freight", "chargeable", "USD", 240, 263.35),
    ("Import duty", "duty", "value", "GBP", 41.5, 44.17),
    ("Cargo insurance", "insurance", "value", "CNY", 85, 85),
)
AIR_COSTS = (
    ("Air freight", "freight", "chargeable", "CNY", 5200, 5466.66),
    ("Import duty", "duty", "value", "USD", 96, 101.09),
    ("FBA labels", "preparation", "quantity", "CNY", 90, 90),
)


class Supply(Steps):
    """The steps of the supply chain."""

    def __init__(self, context: Context):
        super().__init__(context)
        self._url = context.simulator_url
        self._crons["exchange"] = cron_ids(self._odoo, "overseas_warehouse")["cron_exchange"]

    def run(self) -> dict:
        """Do all of it.

        :return: what :meth:`scripts.lib.once_costs.Costs.answer` says
        :raise SetupError: something did not come to an end, or was refused
        """
        self._set_up()
        sea = self._ship(self._world.uk_warehouse, self._world.uk_lane, "sea_lcl", BY_SEA, SEA_COSTS)
        air = self._ship(self._world.us_warehouse, self._world.us_lane, "air", BY_AIR, AIR_COSTS)
        self._receive_in_parts(sea)
        self._odoo.call("first.mile.shipment", "action_receive", [air])
        self._sell_uk()
        self._sell_us()
        self._bill(sea, SEA_COSTS)
        self._bill(air, AIR_COSTS)
        world = self._world
        return Costs(
            self._odoo, [*world.products.values()], [world.hub, world.uk_warehouse, world.us_warehouse]
        ).answer()

    def _set_up(self) -> None:
        self._note("books, a hub, an account at GoodCang")
        self._world = Setup(self._odoo, self._url, OPERATOR)
        self._odoo.call("overseas.product", "action_send", self._world.cards)
        waiting = [("id", "in", self._world.cards), ("state", "!=", "approved")]
        self._exchange("GoodCang knows the products", lambda: not self._count("overseas.product", waiting))
        self._buy()

    def _buy(self) -> None:
        """From a supplier in China, in its currency, received in the hub."""
        world = self._world
        lines = [
            (0, 0, {"product_id": product, "product_qty": BOUGHT, "price_unit": 38 + 9 * index, "tax_ids": [(5,)]})
            for index, product in enumerate(world.products.values())
        ]
        order = self._create(
            "purchase.order",
            partner_id=world.supplier,
            currency_id=world.currencies["CNY"],
            picking_type_id=self._read("stock.warehouse", world.hub, "in_type_id"),
            order_line=lines,
        )
        self._odoo.call("purchase.order", "button_confirm", [order])
        self._validate([("purchase_id", "=", order)])

    # The first mile

    def _ship(self, warehouse: int, lane: int, mode: str, units: int, costs: tuple) -> int:
        """Goods leave the hub, with estimates of what the journey will cost."""
        world = self._world
        cartons = [
            {"number": str(number), "length_cm": 50, "width_cm": 40, "height_cm": 35, "weight": 14, "line_ids": [
                (0, 0, {"product_id": product, "quantity": PER_CARTON})]}
            for number, product in enumerate(sorted(world.products.values()) * (units // PER_CARTON), 1)
        ]  # fmt: skip
        shipment = self._create(
            "first.mile.shipment",
            lane_id=lane,
            mode=mode,
            forwarder_id=world.forwarder,
            warehouse_id=world.hub,
            destination_id=warehouse,
            line_ids=[(0, 0, {"product_id": product, "quantity": units}) for product in world.products.values()],
            carton_ids=[(0, 0, carton) for carton in cartons],
        )
        for name, component, basis, currency, estimate, _billed in costs:
            values = {"name": name, "component": component, "basis": basis, "estimate": estimate}
            self._create("first.mile.cost", shipment_id=shipment, currency_id=world.currencies[currency], **values)
        for action in ("action_plan", "action_allocate_costs", "action_depart"):
            self._odoo.call("first.mile.shipment", action, [shipment])
        self._note(f"{mode}: {len(cartons)} cartons have left Shenzhen")
        return shipment

    def _receive_in_parts(self, shipment: int) -> None:
        """GoodCang is told of the cartons, counts half, then the rest, with something broken."""
        self._odoo.call("first.mile.shipment", "action_announce", [shipment])
        notice = [("first_mile_shipment_id", "=", shipment)]
        self._exchange("GoodCang takes the notice", lambda: self._count("overseas.inbound", [*notice, _is("accepted")]))
        reference = self._odoo.call("overseas.inbound", "search_read", notice, fields=["reference"])[0]["reference"]
        half = BY_SEA // 2
        parts = [dict.fromkeys(self._world.products, (half, 0))]
        parts.append(dict.fromkeys(self._world.products, (BY_SEA - half - BROKEN, BROKEN)))
        receipts = [("inbound_id.reference", "=", reference)]
        for number, counts in enumerate(parts, 1):
            self._play("receive", reference=reference, counts=counts, finished=number == len(parts))
            self._exchange(
                f"part {number} is counted",
                lambda number=number: self._count("overseas.inbound.receipt", receipts) == number,
            )
        self._exchange(
            "the sea shipment is received",
            lambda: self._count("first.mile.shipment", [("id", "=", shipment), _is("received")]),
        )

    def _bill(self, shipment: int, costs: tuple) -> None:
        """The bills come late: some of the goods are sold already."""
        world = self._world
        for name, _component, _basis, currency, _estimate, billed in costs:
            line = {"name": name, "price_unit": billed, "account_id": world.clearing, "tax_ids": [(5,)]}
            bill = self._create(
                "account.move",
                move_type="in_invoice",
                partner_id=world.forwarder,
                invoice_date=world.today,
                currency_id=world.currencies[currency],
                ref=f"{name} {shipment}",
                invoice_line_ids=[(0, 0, line)],
            )
            cost = self._odoo.call("first.mile.cost", "search", [("shipment_id", "=", shipment), ("name", "=", name)])
            lines = self._odoo.call(
                "account.move.line", "search", [("move_id", "=", bill), ("display_type", "=", "product")]
            )
            self._odoo.call("first.mile.cost", "write", cost, {"bill_line_id": lines[0]})
            self._odoo.call("account.move", "action_post", [bill])
        self._note(f"{len(costs)} late bills are divided")

    # Sales

    def _sell_uk(self) -> None:
        """An order of our own, shipped by GoodCang."""
        world = self._world
        lines = [
            (0, 0, {"product_id": product, "product_uom_qty": SOLD_UK, "price_unit": 25, "tax_ids": [(5,)]})
            for product in world.products.values()
        ]
        order = self._create("sale.order", partner_id=world.buyer, warehouse_id=world.uk_warehouse, order_line=lines)
        self._odoo.call("sale.order", "action_confirm", [order])
        of_order = [("picking_id.sale_id", "=", order)]
        self._exchange(
            "GoodCang takes the order", lambda: self._count("overseas.outbound", [*of_order, _is("accepted")])
        )
        reference = self._odoo.call("overseas.outbound", "search_read", of_order, fields=["reference"])[0]["reference"]
        self._play("ship", reference=reference)
        done = [("sale_id", "=", order), _is("done"), ("carrier_tracking_ref", "!=", False)]
        self._exchange("GoodCang ships", lambda: self._count("stock.picking", done))

    def _sell_us(self) -> None:
        """Orders at Amazon.com that Amazon ships."""
        placed = []
        for sku in self._world.products:
            options = {"marketplace": "US", "fulfilled_by": "marketplace", "skus": [sku], "kinds": []}
            placed += self._ask_simulator("orders", options)["orders"]
        for order in placed:
            self._ask_simulator(f"orders/{order}/ship", {})
        lines = [("order_id.marketplace_ref", "in", placed)]
        shipped, moved = ([*lines, (field, ">", 0)] for field in ("marketplace_qty_shipped", "marketplace_qty_moved"))
        for what, cron, domain in (
            ("Amazon's parcels are told", "cron_fetch", shipped),
            ("Amazon's parcels have left", "cron_transfer", moved),
        ):
            self._repeat(what, cron, lambda domain=domain: self._count("sale.order.line", domain) >= len(placed))

    # The simulator's people, and Odoo's jobs

    def _play(self, event: str, **body: object) -> None:
        self._ask_simulator(f"depots/{OPERATOR}/{event}", body)

    def _ask_simulator(self, path: str, body: dict) -> dict:
        answer = requests.post(f"{self._url}/_sim/{path}", json=body, timeout=60)
        if answer.status_code != 200:
            raise SetupError(f"the simulator refuses {path}: {answer.text}")
        return answer.json()

    def _exchange(self, what: str, is_done: Callable[[], bool]) -> None:
        """Let the schedule exchange with the operator until something has happened."""
        self._repeat(what, "exchange", is_done)

    def _validate(self, domain: list) -> None:
        ids = self._odoo.call("stock.picking", "search", domain)
        self._odoo.call("stock.picking", "button_validate", ids, context=QUIET)

    def _create(self, model: str, **values: object) -> int:
        return self._odoo.call(model, "create", [values])[0]

    def _read(self, model: str, record: int, field: str) -> int:
        return self._odoo.call(model, "read", [record], [field])[0][field][0]


def _is(state: str) -> tuple:
    return ("state", "=", state)
