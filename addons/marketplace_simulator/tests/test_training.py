from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from unittest.mock import patch

import requests
from odoo import fields
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from ..server.app import Simulator
from ..server.channels import names
from ..server.depot.sites.amazon_ads import spend
from .simulated import Simulated


class TrainingCase(Simulated, TransactionCase):
    """A company of its own, and a simulator for every test."""

    channels = ("amazon",)
    orders = 40

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.env["marketplace.account"].search([]).state = "disabled"
        company = cls.env["res.company"].create({"name": "Training Company", "currency_id": cls.env.ref("base.EUR").id})
        cls.env.ref("base.EUR").active = True
        cls.env.user.write({"company_ids": [(4, company.id)], "company_id": company.id})
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": company.ids})
        cls.company = cls.env.company

    def setUp(self):
        super().setUp()
        self._serve(Simulator(seed=5, regions=("eu",), speed=2000, orders=self.orders, channels=self.channels))

    def _get(self, path):
        return requests.get(f"{self.url}/_sim/{path}", timeout=10).json()

    def _setup(self):
        with trap_jobs():
            return self.env["marketplace.simulator.setup"].setup_training(self.url)

    def _run_jobs(self, start):
        """Run the jobs that ``start()`` queues, and all that these queue, at once."""
        with trap_jobs() as trap:
            start()
            for _round in range(30):
                if not trap.enqueued_jobs:
                    return
                trap.perform_enqueued_jobs()
        self.fail("The jobs do not come to an end.")

    def _import_all(self, shops):
        shops.account_id.last_error = False
        self._run_jobs(shops._enqueue_fetch)
        return self.env["sale.order"].search([("marketplace_shop_id", "in", shops.ids)])


@tagged("post_install", "-at_install")
class TestTraining(TrainingCase):
    """A seller's day on training shops: from an empty database to shipped and confirmed orders."""

    def test_shops_are_ready_to_sell(self):
        shops = self._setup()
        listed = [listing for listings in self._get("catalogue").values() for listing in listings]
        self.assertEqual(set(shops.mapped("state")), {"running"})
        self.assertEqual(shops.account_id.company_id, self.company)
        listings = self.env["marketplace.listing"].search([("shop_id", "in", shops.ids)])
        self.assertEqual(set(listings.mapped("state")), {"matched"})
        self.assertEqual(set(listings.mapped("sku")), {listing["sku"] for listing in listed})
        self.assertGreater(sum(listings.product_id.mapped("qty_available")), 0)

    def test_second_setup_changes_nothing(self):
        shops = self._setup()
        models = ("marketplace.account", "marketplace.shop", "marketplace.listing", "product.product", "stock.quant",
                  "stock.warehouse", "delivery.carrier")  # fmt: skip
        before = {model: self.env[model].search_count([]) for model in models}
        units = sum(self.env["stock.quant"].search([]).mapped("quantity"))
        self.assertEqual(self._setup(), shops)
        self.assertEqual({model: self.env[model].search_count([]) for model in models}, before)
        self.assertEqual(sum(self.env["stock.quant"].search([]).mapped("quantity")), units)

    def test_orders_agree_with_the_simulators_books(self):
        orders = self._import_all(self._setup())
        open_rows = self.env["marketplace.inbox"].search(
            [("company_id", "=", self.company.id), ("state", "in", ["new", "waiting", "failed"])]
        )
        self.assertEqual(open_rows.mapped("message"), [])
        theirs = {order["id"]: order for order in self._get("orders")["orders"]}
        self.assertEqual(sorted(orders.mapped("marketplace_ref")), sorted(theirs))
        self.assertEqual(
            Counter(orders.mapped("marketplace_status")), Counter(order["status"] for order in theirs.values())
        )
        for order in orders.filtered(lambda order: order.marketplace_status not in ("pending", "cancelled")):
            their = theirs[order.marketplace_ref]
            with self.subTest(order=order.marketplace_ref):
                self.assertEqual(order.currency_id.name, their["currency"])
                self.assertEqual(f"{order.amount_total:.2f}", f"{float(their['total']):.2f}")
                units = Counter()
                for line in order.order_line.filtered("marketplace_line_ref"):
                    units[line.marketplace_line_ref] += line.product_uom_qty
                self.assertEqual(units, Counter({line["id"]: line["quantity"] for line in their["lines"]}))

    def test_second_fetch_brings_nothing_new(self):
        shops = self._setup()
        orders = self._import_all(shops)
        before = orders.order_line.ids, orders.picking_ids.ids
        self.assertEqual(self._import_all(shops), orders)
        self.assertEqual((orders.order_line.ids, orders.picking_ids.ids), before)

    def test_shipped_order_is_shipped_at_the_marketplace(self):
        shops = self._setup()
        orders = self._import_all(shops).filtered_domain(self.env["sale.order"]._get_marketplace_to_ship_domain())
        order = orders.filtered(lambda order: order.picking_ids.state == "assigned")[0]
        picking = order.picking_ids
        picking.carrier_id = self.env["delivery.carrier"].search([("marketplace_carrier_code", "=", "DHL")], limit=1)
        picking.carrier_tracking_ref = "JD014600001"
        picking.move_ids.picked = True
        self._run_jobs(picking._action_done)
        self.assertEqual(order.marketplace_shipment_ids.mapped("state"), ["confirmed"])
        (their,) = [theirs for theirs in self._get("orders")["orders"] if theirs["id"] == order.marketplace_ref]
        self.assertEqual([package["tracking"] for package in their["confirmations"]], ["JD014600001"])
        self.assertEqual(self._get("books")["shipments"]["repeated"], 0)

    def test_wrong_secret_is_refused_without_telling_it(self):
        account = self._setup().account_id
        account.amazon_client_secret = "wrong-secret-4711"
        with self.assertRaises(UserError) as caught:
            account.action_test_connection()
        self.assertIn(account.name, str(caught.exception))
        self.assertNotIn("wrong-secret-4711", str(caught.exception))

    def test_no_simulator_is_said_so(self):
        with self.assertRaisesRegex(UserError, "No simulator answers"):
            self.env["marketplace.simulator.setup"].setup_training("http://127.0.0.1:9")

    def test_a_channel_without_connector_is_said_so(self):
        with (
            patch.object(type(self.env["marketplace.simulator.setup"]), "_get_amazon_accounts", None),
            self.assertRaisesRegex(UserError, "amazon"),
        ):
            self.env["marketplace.simulator.setup"].setup_training(self.url)


@tagged("post_install", "-at_install")
class TestTrainingChannels(TrainingCase):
    """One product sells on every channel that the simulator has."""

    channels = names()
    orders = 120

    def test_every_channel_sells_the_same_products(self):
        shops = self._setup()
        self.assertEqual(set(shops.mapped("provider")), set(names()))
        self.assertEqual(set(shops.mapped("state")), {"running"})
        self.assertGreater(len(shops.currency_id), 3)
        self.assertFalse(shops.filtered("rate_missing"))
        listings = self.env["marketplace.listing"].search([("shop_id", "in", shops.ids)])
        self.assertEqual(set(listings.mapped("state")), {"matched"})
        for sku, same in listings.grouped("sku").items():
            with self.subTest(sku=sku):
                self.assertEqual(same.product_id.mapped("default_code"), [sku])
        self._check_stock(listings)
        before = self._get_counts()
        self.assertEqual(self._setup(), shops)
        self.assertEqual(self._get_counts(), before)

    def _check_stock(self, listings):
        """The starting stock is on the shelf once, however many shops sell it."""
        counted = {row["sku"]: row for rows in self._get("catalogue").values() for row in rows}
        merchant = listings.filtered(lambda listing: listing.fulfilment == "merchant")
        warehouse = merchant.shop_id.warehouse_id
        self.assertEqual(len(warehouse), 1)
        for product in merchant.product_id:
            units = product.with_context(warehouse_id=warehouse.id).qty_available
            self.assertEqual(units, counted[product.default_code]["starting_quantity"])

    def _get_counts(self):
        models = ("marketplace.account", "marketplace.shop", "marketplace.listing", "product.product", "stock.quant")
        return {model: self.env[model].search_count([]) for model in models}


@tagged("post_install", "-at_install")
class TestTrainingAdvertising(TrainingCase):
    """The training seller advertises, where the addon of advertising is installed."""

    channels = ("amazon", "amazon_ads")

    def setUp(self):
        super().setUp()
        if "ads.account" not in self.env:
            self.skipTest("marketplace_ads is not installed")

    def test_every_shop_has_its_advertiser_once(self):
        shops = self._setup()
        account = self.env["ads.account"].search([("company_id", "=", self.company.id)])
        self.assertEqual((account.provider, account.state, account.amazonads_region), ("amazonads", "test", "eu"))
        self.assertEqual(account.profile_ids.shop_id, shops)
        for profile in account.profile_ids.filtered("shop_id"):
            self.assertEqual(profile.currency_id, profile.shop_id.currency_id)
        models = ("ads.account", "ads.profile", "ads.report")
        before = {model: self.env[model].search_count([]) for model in models}
        self.assertTrue(all(before.values()), before)
        self._setup()
        self.assertEqual({model: self.env[model].search_count([]) for model in models}, before)

    def test_costs_are_what_the_simulator_spent(self):
        self._run_jobs(lambda: self.env["marketplace.simulator.setup"].setup_training(self.url))
        reports = self.env["ads.report"].search([("company_id", "=", self.company.id)])
        self.assertEqual(set(reports.mapped("state")), {"done"}, reports.mapped("message"))
        costs = self.env["ads.cost"].search([("company_id", "=", self.company.id)])
        yesterday = fields.Date.today() - timedelta(days=1)
        spent = Counter()
        for day in spend.days(self.simulator.world, "eu"):
            if date.fromisoformat(day["day"]) <= yesterday:
                spent[day["currency"]] += day["cost"]
        found = Counter()
        for cost in costs:
            found[cost.currency_id.name] += Decimal(str(cost.cost)).quantize(Decimal("0.01"))
        self.assertTrue(any(spent.values()))
        self.assertEqual(+found, +spent)
        self.assertFalse(costs.filtered(lambda cost: cost.ad_type in ("sp", "sd") and not cost.product_id))
