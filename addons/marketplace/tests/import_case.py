"""Orders of a marketplace in memory, received and imported."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from odoo.addons.queue_job.tests.common import trap_jobs

from ..contract import (
    Address,
    Buyer,
    Charge,
    ChargeKind,
    Fulfilment,
    Money,
    Order,
    OrderLine,
    OrderStatus,
    Window,
)
from .fake_connector import FakeMarketplaceCase

ORDERED_AT = datetime(2026, 5, 4, 10, 0, tzinfo=timezone.utc)
ADDRESS = Address(
    name="Ada Byron",
    street="12 Mill Lane",
    city="Leeds",
    postal_code="LS1 4AP",
    country_code="GB",
    phone="0113 496 0000",
)


class ImportCase(FakeMarketplaceCase):
    """A shop with two matched products of which there is plenty, taxed at 20 % on top of the list price."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.currency = cls.shop.currency_id.name
        cls.Inbox = cls.env["marketplace.inbox"]
        cls.tax = cls._create_tax("List 20 %", 20)
        cls.mug = cls._create_product("MUG", 1000, taxes_id=cls.tax.ids)
        cls.pen = cls._create_product("PEN", 1000, taxes_id=cls.tax.ids)
        cls._create_listing("MUG", cls.mug)
        cls._create_listing("PEN", cls.pen)
        cls.fulfilment_warehouse = cls.env["stock.warehouse"].create({"name": "Marketplace", "code": "MPF"})
        cls.shop.fulfilment_warehouse_id = cls.fulfilment_warehouse
        # The database's own positions would map the taxes of this case.
        cls.env["account.fiscal.position"].search([]).auto_apply = False

    @classmethod
    def _create_tax(cls, name, amount, **vals):
        vals = {"price_include_override": "tax_excluded", **vals}
        return cls.env["account.tax"].create({"name": name, "amount": amount, "type_tax_use": "sale", **vals})

    # === RECORDS === #

    def _money(self, text, currency=None):
        return Money(Decimal(text), currency or self.currency, text)

    def _charge(self, kind, amount, tax=None, currency=None, **vals):
        tax = None if tax is None else self._money(tax, currency)
        return Charge(ChargeKind(kind), self._money(amount, currency), tax, **vals)

    def _line(self, sku, quantity, amount, *charges, number=None, **vals):
        """An order line with its goods for ``amount`` in all; any further charges come as they are."""
        own = (self._charge("item", amount),) if amount else ()
        return OrderLine(number or f"{sku}-1", sku, f"A {sku}", quantity, own + charges, **vals)

    def _order(self, ref, *lines, revision=1, **vals):
        """An unshipped merchant order at a revision; later revisions changed a minute later each."""
        lines = lines or (self._line("MUG", 1, "12.00"),)
        charges = [charge for line in lines for charge in line.charges] + list(vals.get("charges", ()))
        total = sum((charge.total for charge in charges), Decimal())
        currency = charges[0].amount.currency if charges else self.currency
        order = Order(
            external_id=ref,
            shop_id=self.shop.external_id,
            revision=str(revision),
            status=OrderStatus.UNSHIPPED,
            fulfilment=Fulfilment.MERCHANT,
            ordered_at=ORDERED_AT,
            updated_at=ORDERED_AT + timedelta(minutes=revision),
            lines=lines,
            total=Money(total, currency, str(total)),
            buyer=Buyer(key=f"buyer-{ref}"),
            address=ADDRESS,
            ship_by=Window(end=ORDERED_AT + timedelta(days=2)),
        )
        return replace(order, **vals)

    def _marketplace_order(self, ref, *lines, shipped=True, **vals):
        """An order that the marketplace ships."""
        lines = lines or (self._line("MUG", 1, "12.00"),)
        if shipped:
            lines = tuple(replace(line, quantity_shipped=line.quantity) for line in lines)
        status = OrderStatus.SHIPPED if shipped else OrderStatus.UNSHIPPED
        return self._order(ref, *lines, **{"fulfilment": Fulfilment.MARKETPLACE, "status": status, **vals})

    # === FLOW === #

    def _receive(self, *orders):
        """Inbox rows that are new."""
        return self.Inbox._receive(self.shop, [self.connector.add_order(order) for order in orders])

    def _import(self, *orders):
        """Receive and import in one batch; the sale orders in the order of ``orders``, without those that are none."""
        self._run_import(self._receive(*orders))
        return self.env["sale.order"].concat(*(self._find(order.external_id) for order in orders))

    def _run_import(self, rows):
        """Import rows; the jobs that were queued."""
        with trap_jobs() as trap:
            self.env["marketplace.order.importer"]._import_rows(rows)
            return list(trap.enqueued_jobs)

    def _import_and_reserve(self, *orders):
        sale_orders = self._import(*orders)
        self._reserve()
        return sale_orders

    def _reserve(self):
        self.env["marketplace.stock.reserver"]._job_reserve(self.warehouse)

    def _ship(self, orders):
        """Reserve the orders and finish their transfers."""
        self._reserve()
        orders.picking_ids.move_ids.picked = True
        with trap_jobs():
            orders.picking_ids._action_done()

    def _find(self, ref):
        return self.env["sale.order"].search([("marketplace_ref", "=", ref)])

    def _rows(self, ref):
        return self.Inbox.search([("external_id", "=", ref)], order="id")

    def _summary(self, order):
        """What an order says, comparable: its lines as (SKU, units, unit price)."""
        return [(line.product_id.default_code, line.product_uom_qty, line.price_unit) for line in order.order_line]
