from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from odoo import fields
from odoo.tests import freeze_time, tagged

from ..models.publish_explain import read_steps
from .publisher_case import PublisherCase

NOW = fields.Datetime.to_datetime("2026-05-04 12:00:00")
RULE = st.fixed_dictionaries(
    {
        "override_rule": st.booleans(),
        "publish": st.sampled_from([True, True, True, False]),
        "publish_share": st.sampled_from([100, 100, 50, 33.3, 0]),
        "publish_buffer": st.integers(0, 4),
        "publish_cap": st.integers(0, 6),
        "publish_end_when": st.integers(0, 3),
        "auto_buffer": st.integers(0, 6),
        "need_qty": st.integers(0, 3),
        "publish_margin": st.integers(-2, 5),
        "preorder": st.sampled_from(["shop", "none", "after", "add"]),
        "acknowledged_qty": st.integers(0, 8),
        "replaced_qty": st.integers(0, 3),
        "push_state": st.sampled_from(["none", "queued", "sent", "accepted", "rejected"]),
    }
)
SHOP = st.fixed_dictionaries(
    {
        "auto_buffer": st.sampled_from([True, True, False]),
        "publish_share": st.sampled_from([100, 100, 70]),
        "publish_buffer": st.integers(0, 3),
        "publish_cap": st.integers(0, 9),
        "scarce_at": st.integers(0, 8),
        "publish_priority": st.integers(0, 2),
        "preorder": st.sampled_from(["none", "after", "add"]),
        "off_sale": st.sampled_from([False, False, False, True]),
    }
)


@tagged("post_install", "-at_install")
class TestExplain(PublisherCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(freeze_time(NOW))
        self.leeds = self.env["stock.warehouse"].create({"name": "Leeds", "code": "LDS"})
        self.shops = self.shop
        for number, warehouses in enumerate((self.warehouse, self.leeds, self.warehouse + self.leeds)):
            self.shops += self.shop.copy({"external_id": f"S{number}", "warehouse_ids": warehouses.ids})
        self.shops.write({"state": "running", "order_cursor": NOW})
        self.product = self._create_product("A")
        self.listings = self.env["marketplace.listing"]
        for shop in self.shops:
            self.listings += self._create_listing("A", self.product, shop_id=shop.id)
        suppliers = self.env.ref("stock.stock_location_suppliers")
        self._create_move(self.product, 2, source=suppliers, destination=self.stock).date = NOW + timedelta(days=3)
        self._create_move(self.product, 1)
        self._create_order("1", [(self.product, 1, "L1")])

    def _count(self, location, quantity):
        quants = self.env["stock.quant"]._gather(self.product, location)
        if change := quantity - sum(quants.mapped("quantity")):
            self.env["stock.quant"]._update_available_quantity(self.product, location, change)

    @settings(
        max_examples=40,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.lists(RULE, min_size=4, max_size=4),
        st.lists(SHOP, min_size=4, max_size=4),
        st.integers(0, 14),
        st.integers(0, 6),
    )
    def _check_random(self, rules, shops, here, there):
        self._count(self.stock, here)
        self._count(self.leeds.lot_stock_id, there)
        pushed = {"acknowledged_at": NOW - timedelta(minutes=1), "pushed_at": NOW, "pushed_qty": 2}
        for listing, rule, shop in zip(self.listings, rules, shops, strict=True):
            listing.shop_id.write(shop)
            listing.write({**rule, **pushed})
        self.env.flush_all()
        targets = dict(self.publisher._compute_targets(self.shops))
        explained = self.publisher._explain(self.listings)
        self.assertEqual(set(explained), set(targets))
        for listing_id, steps in explained.items():
            steps = read_steps(steps)
            self.assertEqual(sum(step.change for step in steps), targets[listing_id], steps)
            self.assertEqual(steps[-1].total if steps else 0, targets[listing_id], steps)
            total = 0
            for step in steps:
                total += step.change
                self.assertAlmostEqual(step.total, total, msg=steps)

    def test_arithmetic_always_equals_the_target(self):
        self._check_random()

    def _codes(self, listing):
        return {code: change for code, change, _total, _words in self.publisher._explain(listing)[listing.id]}

    def test_every_part_of_the_stock(self):
        self._count(self.stock, 20)
        self._count(self.leeds.lot_stock_id, 5)
        abroad = self.env["stock.location"].create({"name": "Abroad", "usage": "customer"})
        self._create_move(self.product, 3, destination=abroad)._action_assign()
        listing = self.listings[3]
        listing.write({"override_rule": True, "publish_buffer": 2, "publish_share": 50, "publish_cap": 6})
        steps = [
            (code, change, words.get("warehouse"))
            for code, change, _total, words in self.publisher._explain(listing)[listing.id]
        ]
        self.assertEqual(
            steps,
            [
                ("demand", -1, self.warehouse.id),
                ("on_hand", 20, self.warehouse.id),
                ("pending", -1, self.warehouse.id),
                ("reserved", -3, self.warehouse.id),
                ("on_hand", 5, self.leeds.id),
                ("buffer", -2, None),
                ("share", -9, None),
                ("cap", -3, None),
            ],
        )

    def test_one_query(self):
        self.env.flush_all()
        self._without_kits()
        # The query, and the planner's settings before and after it.
        with self.assertQueryCount(2):
            self.publisher._explain(self.listings)

    def test_kept_with_what_was_sent(self):
        self._count(self.stock, 20)
        self.listings[1:].active = False
        self._publish()
        push = self.listings[0].push_id
        self.assertEqual(push.quantity, 18)
        self.assertEqual(read_steps(push.explanation)[-1].total, 18)
        self._count(self.stock, 10)
        action = push.action_explain()
        why = self.env[action["res_model"]].browse(action["res_id"])
        self.assertIn("On hand in Hamburg", why.arithmetic)
        self.assertIn("+20", why.arithmetic)
        action = self.listings[0].action_explain()
        self.assertIn("+10", self.env[action["res_model"]].browse(action["res_id"]).arithmetic)

    def test_every_step_has_its_sentence(self):
        self._count(self.stock, 4)
        self.shops.write({"scarce_at": 0, "protection": 95})
        first = self.listings[0]
        cases = [
            ({"auto_buffer": 1, "publish_cap": 0}, "Automatic buffer"),
            ({"auto_buffer": 3}, "is divided"),
            ({"auto_buffer": 0, "preorder": "add"}, "On the way"),
            ({"preorder": "none", "override_rule": True, "publish_end_when": 3}, "End when 3"),
            ({"publish": False}, "Off sale"),
        ]
        for vals, words in cases:
            first.write(vals)
            action = first.action_explain()
            self.assertIn(words, self.env[action["res_model"]].browse(action["res_id"]).arithmetic)

    def test_nothing_to_explain(self):
        listing = self._create_listing("NONE")
        action = listing.action_explain()
        self.assertFalse(self.env[action["res_model"]].browse(action["res_id"]).arithmetic)
