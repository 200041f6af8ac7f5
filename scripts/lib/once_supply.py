"""The supply chain, once, end to end: goods are bought for a hub in Shenzhen, go by sea to a third party's warehouse in
the United Kingdom and by air to Amazon's in the United States, both announced before, are sold from both, and get late
bills in several currencies. Then :mod:`scripts.lib.once_costs` tells what each unit really cost."""

from scripts.lib.once_books import Books
from scripts.lib.once_chain import Chain, is_
from scripts.lib.once_costs import Costs
from scripts.lib.once_fba import Inbound
from scripts.lib.once_first_mile import Cost, FirstMile, Leg, Way
from scripts.lib.once_setup import Setup
from scripts.lib.services import Context

OPERATOR = "goodcang"
# Amazon sells in Europe and America here, and GoodCang keeps goods.
WORLD = ("--regions", "eu,na", "--channels", f"amazon,{OPERATOR}")
QUIET = {"skip_sms": True, "skip_backorder": True}
BOUGHT, SOLD_UK, BROKEN = 60, 4, 1
SEA = Way(
    "sea_lcl", "GB", "GBP", 30, 10, ("container", "CSQU3054383"),
    (
        Leg("pickup", "Shenzhen", "Shenzhen (Yantian)", 0, 1),
        Leg("main", "Shenzhen (Yantian)", "Port of Felixstowe", 3, 35, "CB Horizon 012W"),
        Leg("delivery", "Port of Felixstowe", "Coventry", 36, 38),
    ),
    (
        Cost("Sea freight", "freight", "chargeable", "USD", 240, 263.35),
        Cost("Cargo insurance", "insurance", "value", "CNY", 85, 85),
    ),
)  # fmt: skip
AIR = Way(
    "air", "US", "USD", 16, 8, ("air_waybill", "784-12345675"),
    (
        Leg("pickup", "Shenzhen", "Hong Kong", 0, 0),
        Leg("main", "Hong Kong", "Los Angeles", 1, 2, "CB 880"),
        Leg("delivery", "Los Angeles", "Ontario, US", 3, 5),
    ),
    (
        Cost("Air freight", "freight", "chargeable", "CNY", 2080, 2186.66),
        Cost("FBA labels", "preparation", "quantity", "CNY", 90, 90),
    ),
)  # fmt: skip


def run_supply(context: Context, books: Books) -> dict:
    """Do all of it.

    :param books: kept since before the first order
    :return: what :meth:`scripts.lib.once_costs.Costs.answer` says, with ``transit``, ``customs`` and ``amazon``: what
        was seen on the way, assessed, and arranged with Amazon
    :raise SetupError: something did not come to an end, or was refused
    """
    context.progress.note("a customs tariff, a hub, accounts at GoodCang and Amazon's warehouses")
    world = Setup(context.client(), books, context.simulator_url, OPERATOR)
    return Supply(context, world).run()


class Supply(Chain):
    """The steps of the supply chain."""

    def run(self) -> dict:
        """Do them. Amazon takes its time: meanwhile the goods for GoodCang go their way."""
        world = self._world
        self._odoo.call("overseas.product", "action_send", world.cards)
        self._buy()
        mile = self._mile = FirstMile(self._context, world)
        air = mile.prepare(AIR, world.us_warehouse, world.us_lane)
        amazon = Inbound(self._context, world, air)
        waiting = [("id", "in", world.cards), ("state", "!=", "approved")]
        self._exchange("GoodCang knows the products", lambda: not self._count("overseas.product", waiting))
        sea = mile.prepare(SEA, world.uk_warehouse, world.uk_lane)
        reference = self._announce(sea)
        mile.depart(sea)
        self._receive_in_parts(sea, reference)
        amazon.choose_placement()
        self._sell_uk()
        mile.bill(sea)
        amazon.arrange()
        mile.depart(air)
        amazon.send()
        mile.arrive(air)
        amazon.receive()
        self._sell_us()
        mile.bill(air)
        warehouses = [world.hub, world.uk_warehouse, world.us_warehouse]
        costs = Costs(self._odoo, [*world.products.values()], warehouses, world.vat)
        return costs.answer(mile.transit, mile.customs, amazon.papers)

    def _buy(self) -> None:
        """From a supplier in China, in its currency, received in the hub and billed."""
        world = self._world
        lines = [
            (0, 0, {"product_id": product, "product_qty": BOUGHT, "price_unit": 38 + 9 * index, "tax_ids": [(5,)]})
            for index, product in enumerate(world.products.values())
        ]
        hub = self._odoo.call("stock.warehouse", "read", [world.hub], ["in_type_id"])[0]
        order = self._odoo.create(
            "purchase.order",
            partner_id=world.supplier,
            currency_id=world.currencies["CNY"],
            picking_type_id=hub["in_type_id"][0],
            order_line=lines,
        )
        self._odoo.call("purchase.order", "button_confirm", [order])
        receipts = self._odoo.call("stock.picking", "search", [("purchase_id", "=", order)])
        self._odoo.call("stock.picking", "button_validate", receipts, context=QUIET)
        self._odoo.call("purchase.order", "action_create_invoice", [order])
        bills = self._odoo.call("purchase.order", "read", [order], ["invoice_ids"])[0]["invoice_ids"]
        self._odoo.call("account.move", "write", bills, {"invoice_date": world.today})
        self._odoo.call("account.move", "action_post", bills)

    # GoodCang

    def _announce(self, shipment: int) -> str:
        """GoodCang is told of the cartons; returns the notice's reference."""
        self._odoo.call("first.mile.shipment", "action_announce", [shipment])
        notice = [("first_mile_shipment_id", "=", shipment)]
        self._exchange("GoodCang takes the notice", lambda: self._count("overseas.inbound", [*notice, is_("accepted")]))
        return self._odoo.call("overseas.inbound", "search_read", notice, fields=["reference"])[0]["reference"]

    def _receive_in_parts(self, shipment: int, reference: str) -> None:
        """GoodCang counts half, then the rest, with something broken."""
        self._mile.arrive(shipment)
        half = SEA.units // 2
        parts = [dict.fromkeys(self._world.products, (half, 0))]
        parts.append(dict.fromkeys(self._world.products, (SEA.units - half - BROKEN, BROKEN)))
        receipts = [("inbound_id.reference", "=", reference)]
        for number, counts in enumerate(parts, 1):
            self._play("receive", reference=reference, counts=counts, finished=number == len(parts))
            self._exchange(
                f"part {number} is counted",
                lambda number=number: self._count("overseas.inbound.receipt", receipts) == number,
            )
        self._exchange("the sea shipment is received", lambda: self._mile.has(shipment, "received"))

    def _sell_uk(self) -> None:
        """An order of our own, shipped by GoodCang."""
        world = self._world
        lines = [
            (0, 0, {"product_id": product, "product_uom_qty": SOLD_UK, "price_unit": 25, "tax_ids": [(5,)]})
            for product in world.products.values()
        ]
        order = self._odoo.create(
            "sale.order", partner_id=world.buyer, warehouse_id=world.uk_warehouse, order_line=lines
        )
        self._odoo.call("sale.order", "action_confirm", [order])
        of_order = [("picking_id.sale_id", "=", order)]
        self._exchange(
            "GoodCang takes the order", lambda: self._count("overseas.outbound", [*of_order, is_("accepted")])
        )
        reference = self._odoo.call("overseas.outbound", "search_read", of_order, fields=["reference"])[0]["reference"]
        self._play("ship", reference=reference)
        done = [("sale_id", "=", order), is_("done"), ("carrier_tracking_ref", "!=", False)]
        self._exchange("GoodCang ships", lambda: self._count("stock.picking", done))

    def _play(self, event: str, **body: object) -> None:
        self._ask_simulator(f"depots/{OPERATOR}/{event}", body)

    # Amazon

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
