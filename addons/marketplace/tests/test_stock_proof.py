"""Whatever happens, and in whatever order: no unit is promised twice, and the history tells the truth."""

from contextlib import contextmanager
from unittest.mock import patch

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from ..contract import NotReady, OrderStatus
from .fake_connector import FakeConnector
from .import_case import ImportCase

SKUS = ("CUP", "JAR")
SHOPS = 3
SHOP = st.integers(0, SHOPS - 1)
PAID = st.sampled_from([True, True, False])
EXAMPLES = 15
STEPS = 20


class SlowConnector(FakeConnector):
    """A marketplace that shows and acknowledges a number some time after it was sent."""

    def __init__(self):
        super().__init__()
        self.feeds = []
        self.shows = dict.fromkeys(SKUS, 0)

    def push_stock(self, shop_id, levels, handle=None):
        if handle is None:
            self.feeds.append({level.sku: level.quantity for level in levels})
            raise NotReady(len(self.feeds), 60)
        self.shows.update(self.feeds[handle - 1])
        return super().push_stock(shop_id, levels)


class StockMachine(RuleBasedStateMachine):
    """Buyers, marketplaces, clerks and jobs in any order, on real orders and transfers.

    ``case`` is the test whose database and records it works on; what it did is undone at the end.
    """

    case = None

    def __init__(self):
        super().__init__()
        self.env = self.case.env
        self.savepoint = self.env.cr.savepoint()
        self.connectors = {shop.account_id: SlowConnector() for shop in self.case.shops}
        self.patcher = patch.object(type(self.case.account), "_get_connector", lambda account: self.connectors[account])
        self.patcher.start()
        self.sold = []  # orders at the marketplaces: [shop, reference, SKU, units, revision, status]
        self.unheard = []  # those whose last revision has not arrived here
        self.unreserved = False  # whether the next reservation has work
        self.polls = []

    def teardown(self):
        self.patcher.stop()
        self.savepoint.rollback()
        self.savepoint.close()
        self.env.invalidate_all()

    # === WHAT OTHERS DO === #

    @rule(sku=st.sampled_from(SKUS), units=st.integers(1, 4))
    def receive_goods(self, sku, units):
        product = self.case.products[sku]
        self.env["stock.quant"]._update_available_quantity(product, self.case.stock, units)

    @rule(wishes=st.lists(st.tuples(SHOP, st.sampled_from(SKUS), st.integers(1, 3), PAID), min_size=1, max_size=4))
    def buy(self, wishes):
        """What a shop showed to a buyer does not matter: it may have taken the order long ago."""
        for shop, sku, units, paid in wishes:
            status = OrderStatus.UNSHIPPED if paid else OrderStatus.PENDING
            self.sold.append([self.case.shops[shop], f"O{len(self.sold)}", sku, units, 1, status])
            self.unheard.append(self.sold[-1])

    def _revise(self, number, units=None, status=None):
        sale = self.sold[number % len(self.sold)]
        sale[3:] = [units or sale[3], sale[4] + 1, status or sale[5]]
        if sale not in self.unheard:
            self.unheard.append(sale)

    @precondition(lambda self: self.sold)
    @rule(number=st.integers(0, 99), status=st.sampled_from([OrderStatus.CANCELLED, OrderStatus.UNSHIPPED]))
    def cancel_or_pay(self, number, status):
        self._revise(number, status=status)

    @precondition(lambda self: self.sold)
    @rule(number=st.integers(0, 99), units=st.integers(1, 4))
    def change_quantity(self, number, units):
        self._revise(number, units=units)

    # === WHAT THE SUITE DOES === #

    @contextmanager
    def _collect_jobs(self):
        """Jobs are run by rules of their own, so that anything may come between."""
        with trap_jobs() as trap:
            yield
        self.polls += [job for job in trap.enqueued_jobs if job.func.__name__ == "_job_poll_push"]

    @precondition(lambda self: self.unheard)
    @rule(count=st.integers(1, 8))
    def import_orders(self, count):
        some, self.unheard = self.unheard[:count], self.unheard[count:]
        rows = self.case.Inbox
        for shop, ref, sku, units, revision, status in some:
            order = self.case._order(
                ref,
                self.case._line(sku, units, f"{units}0.00"),
                revision=revision,
                status=status,
                shop_id=shop.external_id,
            )
            record = self.connectors[shop.account_id].add_order(order)
            rows |= self.case.Inbox._receive(shop, [record])
        with self._collect_jobs():
            self.env["marketplace.order.importer"]._import_rows(rows)
        self.case.assertEqual(set(rows.mapped("state")) - {"done", "superseded"}, set(), rows.mapped("message"))
        self.unreserved = True

    @rule()
    def reserve(self):
        with self._collect_jobs():
            self.env["marketplace.stock.reserver"]._job_reserve(self.case.warehouse)
        self.unreserved = False

    @rule(shop=SHOP)
    def decide(self, shop):
        shop = self.case.shops[shop]
        with self._collect_jobs():
            self.env["marketplace.stock.publisher"]._job_publish(shop)
        self._check_published(shop)

    @rule(shop=SHOP)
    def send(self, shop):
        with self._collect_jobs():
            self.env["marketplace.stock.publisher"]._job_push(self.case.shops[shop])

    @precondition(lambda self: self.polls)
    @rule()
    def acknowledge(self):
        job = self.polls.pop(0)
        with self._collect_jobs():
            job.func(*job.args)

    # === WHAT CLERKS DO === #

    def _get_orders(self, *states):
        orders = self.env["sale.order"].search([("marketplace_shop_id", "in", self.case.shops.ids)], order="id")
        return orders.filtered(lambda order: order.picking_ids.filtered(lambda picking: picking.state in states))

    @rule(number=st.integers(0, 99))
    def ship(self, number):
        orders = self._get_orders("assigned").filtered(lambda order: not order.marketplace_hold)
        if orders:
            self._finish(orders[number % len(orders)].picking_ids.filtered(lambda p: p.state == "assigned"))

    @rule(number=st.integers(0, 99))
    def take_back(self, number):
        """Goods come back and lie on the shelf again."""
        delivered = self._get_orders("done").picking_ids.filtered(
            lambda picking: picking.state == "done" and not picking.return_ids and not picking.return_id
        )
        if delivered:
            wizard = self.env["stock.return.picking"].create({"picking_id": delivered[number % len(delivered)].id})
            for line in wizard.product_return_moves:
                line.quantity = line.move_id.quantity
            self._finish(wizard._create_return())
            self.unreserved = True

    def _finish(self, pickings):
        pickings.move_ids.picked = True
        with self._collect_jobs():
            pickings._action_done()

    @rule(number=st.integers(0, 99))
    def give_back(self, number):
        orders = self._get_orders("assigned")
        if orders:
            orders[number % len(orders)].picking_ids.filtered(lambda p: p.state == "assigned").do_unreserve()
            self.unreserved = True

    # === WHAT MUST HOLD === #

    def _query(self, statement, *values):
        self.env.flush_all()
        self.env.cr.execute(statement, values)
        return self.env.cr.fetchall()

    def _check_published(self, shop):
        """A shop is to show no more than is left, and where units are divided, all shops together no more."""
        rows = self.env["marketplace.stock.publisher"]._compute_available(
            self.case.warehouse.env["product.product"].concat(*self.case.products.values()), self.case.warehouse
        )
        left = {product_id: max(float(units), 0) for product_id, _warehouse_id, units in rows}
        listings = self.env["marketplace.listing"].search([("shop_id", "in", self.case.shops.ids)])
        for listing in listings.filtered(lambda listing: listing.shop_id == shop):
            available = left.get(listing.product_id.id, 0)
            self.case.assertLessEqual(listing.target_qty, available, listing.display_name)

    @invariant()
    def no_unit_is_promised_twice(self):
        self.case.assertEqual(
            self._query(
                """SELECT product_id FROM stock_quant WHERE product_id IN %s AND location_id = %s
                    GROUP BY product_id HAVING SUM(reserved_quantity) > SUM(quantity) OR SUM(quantity) < 0""",
                tuple(product.id for product in self.case.products.values()),
                self.case.stock.id,
            ),
            [],
        )

    @invariant()
    def accepted_orders_have_their_units_or_are_held(self):
        if self.unreserved:
            return
        self.case.assertEqual(
            self._query(
                """SELECT sale.marketplace_ref FROM sale_order sale
                     JOIN sale_order_line line ON line.order_id = sale.id
                     JOIN stock_move move ON move.sale_line_id = line.id
                    WHERE sale.state = 'sale' AND sale.marketplace_hold IS NULL AND sale.marketplace_shop_id IN %s
                      AND move.state IN ('waiting', 'confirmed', 'partially_available')""",
                tuple(self.case.shops.ids),
            ),
            [],
        )

    @invariant()
    def holds_say_why(self):
        held = self.env["sale.order"].search([("marketplace_hold", "!=", False)])
        self.case.assertTrue(all(order.marketplace_hold_note and order.marketplace_hold_at for order in held))

    @invariant()
    def history_tells_the_truth(self):
        self.case.assertEqual(self.env["marketplace.order.event"]._check_replay(), [])


@tagged("post_install", "-at_install")
class TestStockProof(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.products = {sku: cls._create_product(sku, 3, taxes_id=cls.tax.ids) for sku in SKUS}
        cls.shops = cls.shop.browse()
        for number in range(SHOPS):
            account = cls.account.copy({"name": f"Fake {number}", "state": "test"})
            vals = {"name": account.name, "account_id": account.id, "external_id": f"F{number}", "state": "running"}
            cls.shops |= cls.shop.copy({**vals, "warehouse_ids": cls.warehouse.ids})
        for shop in cls.shops:
            for sku, product in cls.products.items():
                cls._create_listing(sku, product, shop_id=shop.id)

    def test_nothing_is_promised_twice(self):
        machine = type("Machine", (StockMachine,), {"case": self})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                derandomize=True,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
