from datetime import timedelta

from odoo.addons.marketplace.contract import Capability
from odoo.addons.marketplace.tests.import_case import ORDERED_AT
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..models import trial as trial_module
from .routing_case import RoutingCase


class TrialCase(RoutingCase):
    """Rates: 5 per parcel from Leeds, 9 from elsewhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Trial = cls.env["marketplace.routing.trial"]
        product = cls.env["product.product"].create({"name": "Freight", "type": "service"})
        cls.carrier = cls.env["delivery.carrier"].create(
            {
                "name": "Parcel Post",
                "product_id": product.id,
                "delivery_type": "rate_table",
                "rate_currency_id": cls.env.company.currency_id.id,
                "freight_zone_ids": [
                    cls._prepare_zone("From Leeds", 5, warehouse_ids=[Command.set(cls.warehouse.ids)], days_max=1),
                    cls._prepare_zone("Others", 9, sequence=20, days_max=9),
                ],
            }
        )

    @classmethod
    def _prepare_zone(cls, name, price, **vals):
        rate = {"weight_from": 0, "weight_to": 30, "price": price}
        return Command.create({"name": name, "everywhere": True, "rate_ids": [Command.create(rate)], **vals})

    def _run(self, trial):
        """Run a dry run to its end; how many jobs it took."""
        with trap_jobs() as trap:
            trial.action_run()
            count = 0
            while len(trap.enqueued_jobs) > count:
                trap.enqueued_jobs[count].perform()
                count += 1
        return count

    def _try(self, *rules, **vals):
        ruleset = self._create_ruleset(*rules, active=False)
        trial = self.Trial.create({"ruleset_id": ruleset.id, "shop_ids": self.shop.ids, **vals})
        self._run(trial)
        self.assertEqual((trial.state, trial.message, trial.progress), ("done", False, 100))
        return trial


@tagged("post_install", "-at_install")
class TestTrial(TrialCase):
    def test_orders_that_would_ship_from_elsewhere(self):
        orders = self._import(self._order("O1", self._pens(2)), self._order("O2", self._line("MUG", 1, "9.00")))
        trial = self._try(self._ship_from(self.berlin))
        self.assertRecordValues(
            trial,
            [
                {
                    "total_count": 2,
                    "done_count": 2,
                    "changed_count": 1,
                    "unmatched_count": 1,
                    "freight_before": 10,
                    "freight_after": 14,
                    "freight_difference": 4,
                    "parcels_before": 2,
                    "parcels_after": 2,
                    "unpriced_count": 0,
                    "unrecorded_count": 2,
                }
            ],
        )
        pens = trial.line_ids.filtered(lambda line: line.product_id == self.pen)
        self.assertRecordValues(
            pens,
            [
                {
                    "order_id": orders[0].id,
                    "quantity": 2,
                    "warehouse_before_id": self.warehouse.id,
                    "warehouse_after_id": self.berlin.id,
                    "reason_before": "No rule: the shop's own warehouse",
                    "reason_after": "Rule 1",
                    "freight_before": 5,
                    "freight_after": 9,
                    "is_changed": True,
                }
            ],
        )
        [mug] = trial.line_ids - pens
        self.assertEqual((mug.is_changed, mug.warehouse_after_id, mug.outcome_after), (False, self.warehouse, "own"))

    def test_splits_promises_holds_and_waiting(self):
        order = self._import(self._order("O1", self._pens(), self._lamps()))
        order.write({"marketplace_deliver_by": order.date_order + timedelta(days=2)})
        trial = self._try(
            {"name": "Look", "hold": True, "hold_note": "Look"}, {"ship_from": "nearest", "split": "short"}
        )
        self.assertEqual((trial.splits_before, trial.splits_after, trial.parcels_after), (0, 1, 2))
        self.assertEqual((trial.kept_before, trial.broken_before), (1, 0))
        self.assertEqual((trial.kept_after, trial.broken_after, trial.held_count), (0, 1, 1))
        self.assertEqual(sum(trial.line_ids.mapped("freight_after")), trial.freight_after)
        waits = self._try(self._ship_from(self.berlin, when_short="wait"))
        self.assertEqual(waits.waiting_count, 1)
        self.assertEqual(set(waits.line_ids.mapped("reason_after")), {"Rule 1: Waits for stock"})

    def test_rules_that_matched_nothing_are_named(self):
        self._import(self._order("O1", self._pens()))
        france = self.env.ref("base.fr").ids
        trial = self._try({"name": "France", "country_ids": france, "merge": True}, self._ship_from(self.warehouse))
        self.assertEqual(trial.idle_rules, "France")
        self.assertIn("Every order stays where it is", trial.totals_html)

    def test_moved_orders_by_warehouse(self):
        self._import(*(self._order(f"O{number}", self._pens()) for number in range(3)))
        trial = self._try(self._ship_from(self.berlin))
        self.assertEqual(trial._prepare_moves(), [("Leeds", "Berlin", 3)])
        self.assertIn("Berlin", trial.totals_html)

    def test_before_is_what_the_decision_said(self):
        self._create_ruleset(self._ship_from(self.berlin, name="Berlin First"))
        self._import(self._order("O1", self._pens()))
        zones = self.carrier.freight_zone_ids
        zones.rate_ids.price = 20
        trial = self._try(self._ship_from(self.warehouse))
        self.assertEqual((trial.freight_before, trial.freight_after, trial.unrecorded_count), (9, 20, 0))
        self.assertEqual(trial.line_ids.reason_before, "Berlin First")

    def test_order_moved_by_hand_is_priced_as_it_ships(self):
        self._create_ruleset(self._ship_from(self.berlin))
        order = self._import(self._order("O1", self._pens()))
        order.picking_ids.action_cancel()
        order.warehouse_id = self.warehouse
        trial = self._try(self._ship_from(self.berlin))
        self.assertEqual((trial.freight_before, trial.freight_after), (5, 9))
        self.assertEqual(trial.line_ids.outcome_before, "by_hand")

    def test_carrier_without_rates_is_left_out_of_the_freight(self):
        order = self._import(self._order("O1", self._pens()))
        other = self.carrier.copy({"name": "By Bike", "delivery_type": "fixed", "freight_zone_ids": False})
        order.picking_ids.carrier_id = other
        trial = self._try(self._ship_from(self.berlin))
        self.assertEqual((trial.unpriced_count, trial.freight_before, trial.freight_after), (1, 0, 0))

    def test_carrier_that_nobody_had_decided_is_no_change(self):
        order = self._import(self._order("O1", self._pens()))
        rule = self._ship_from(self.warehouse, carrier_id=self.carrier.id)
        self.assertEqual(self._try(rule).changed_count, 0)
        order.picking_ids.carrier_id = self.carrier.copy({"name": "By Bike"})
        self.assertEqual(self._try(rule).changed_count, 1)

    def test_own_warehouse_that_lacks_stock(self):
        self._import(self._order("O1", self._lamps()))
        trial = self._try(self._ship_from(self.berlin))
        self.assertEqual(
            (trial.waiting_count, trial.unmatched_count, trial.line_ids.outcome_after), (1, 1, "own_waits")
        )


@tagged("post_install", "-at_install")
class TestTrialMerging(TrialCase):
    """Pens weigh 0.5 kg; a parcel from Leeds costs 5, and 1 for each half kilogram above the first."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carrier.freight_zone_ids[0].rate_ids.write({"step_price": 1, "step_kg": 0.5, "included_kg": 0.5})

    def setUp(self):
        super().setUp()
        self.connector.capabilities = frozenset(Capability) - {Capability.LABELS}

    def _import_apart(self, *hours):
        """Orders of one buyer for a pen each, that came after so many hours."""
        orders = self._import(*(self._order(f"O{hour}", self._pens()) for hour in hours))
        for order, hour in zip(orders, hours, strict=True):
            order.date_order = ORDERED_AT.replace(tzinfo=None) + timedelta(hours=hour)
        return orders

    def _assert_totals(self, trial, **expected):
        self.assertEqual({name: trial[name] for name in expected}, expected)
        self.assertEqual(sum(trial.line_ids.mapped("freight_after")), trial.freight_after)
        self.assertEqual(sum(trial.line_ids.mapped("freight_before")), trial.freight_before)

    def test_orders_that_share_a_parcel_pay_for_it_once(self):
        self._import_apart(0, 40, 80)
        trial = self._try({"merge": True})
        self._assert_totals(
            trial, freight_before=15, freight_after=7, parcels_before=3, parcels_after=1, combined_after=3
        )
        self.assertIn("still here for 48 hours", trial.totals_html)

    def test_batches_share_parcels(self):
        self._import_apart(0, 1, 2, 3)
        self.patch(trial_module, "BATCH", 1)
        self._assert_totals(
            self._try({"merge": True}), freight_before=20, freight_after=8, parcels_after=1, combined_after=4
        )

    def test_hours_of_the_rule_set(self):
        self._import_apart(0, 5)
        ruleset = self._create_ruleset({"merge": True}, active=False, merge_hours=4)
        trial = self.Trial.create({"ruleset_id": ruleset.id, "shop_ids": self.shop.ids})
        self._run(trial)
        self._assert_totals(trial, freight_after=10, parcels_after=2, combined_after=0)
        ruleset.merge_hours = 6
        self._run(trial)
        self._assert_totals(trial, freight_after=6, parcels_after=1, combined_after=2)

    def test_what_left_together_counts_once_before_too(self):
        self._create_ruleset({"merge": True})
        self._import_apart(0, 1)
        trial = self._try({"name": "Only a Note", "note": "Look"})
        self._assert_totals(
            trial, freight_before=6, freight_after=10, parcels_before=1, parcels_after=2, combined_before=2
        )

    def test_what_cannot_be_merged(self):
        self._import_apart(0, 1)
        held = self._try({"merge": True, "hold": True, "hold_note": "Look"})
        self._assert_totals(held, freight_after=10, parcels_after=2, combined_after=0)
        self.connector.capabilities = frozenset(Capability)
        self.shop.invalidate_recordset(["can_label"])
        self._assert_totals(self._try({"merge": True}), freight_after=10, parcels_after=2, combined_after=0)

    def test_without_a_rate_the_freight_stays(self):
        self._import_apart(0, 1)
        self.carrier.freight_zone_ids.rate_ids.write({"weight_to": 0.6})
        self._assert_totals(self._try({"merge": True}), freight_after=10, parcels_after=1, combined_after=2)


@tagged("post_install", "-at_install")
class TestTrialStock(TrialCase):
    def _berlin_first(self, basis):
        return self._try(self._ship_from(self.berlin, self.warehouse), stock_basis=basis)

    def _get_berlin(self, trial):
        return len(trial.line_ids.filtered(lambda line: line.warehouse_after_id == self.berlin))

    def test_today_each_order_takes_its_units_also_from_later_batches(self):
        self._import(*(self._order(f"O{number}", self._pens(4)) for number in range(4)))
        self.patch(trial_module, "BATCH", 1)
        self.assertEqual(self._get_berlin(self._berlin_first("today")), 2)

    def test_unlimited(self):
        self._import(*(self._order(f"O{number}", self._pens(4)) for number in range(4)))
        self.assertEqual(self._get_berlin(self._berlin_first("unlimited")), 4)

    def test_then_is_what_the_decision_recorded(self):
        self._create_ruleset(self._ship_from(self.berlin, self.warehouse))
        self._import(*(self._order(f"O{number}", self._pens(4)) for number in range(4)))
        self.env["stock.quant"]._update_available_quantity(self.pen, self.berlin.lot_stock_id, 100)
        trial = self._berlin_first("then")
        self.assertEqual((self._get_berlin(trial), trial.changed_count), (2, 0))
        self.assertEqual(self._get_berlin(self._berlin_first("today")), 4)


@tagged("post_install", "-at_install")
class TestTrialRun(TrialCase):
    def setUp(self):
        super().setUp()
        self.orders = self._import(*(self._order(f"O{number}", self._pens()) for number in range(5)))
        self.ruleset = self._create_ruleset(self._ship_from(self.berlin), active=False)

    def _create_trial(self, **vals):
        return self.Trial.create({"ruleset_id": self.ruleset.id, "shop_ids": self.shop.ids, **vals})

    def test_batches_show_progress_and_can_be_cancelled(self):
        self.patch(trial_module, "BATCH", 2)
        trial = self._create_trial()
        with trap_jobs() as trap:
            trial.action_run()
            trap.enqueued_jobs[0].perform()
            self.assertEqual((trial.done_count, trial.progress, trial.state), (2, 40, "running"))
            with self.assertRaises(UserError):
                trial.action_run()
            trial.action_cancel()
            trap.enqueued_jobs[1].perform()
        self.assertEqual((trial.state, trial.done_count, len(trial.line_ids)), ("cancelled", 2, 2))
        self.assertEqual(self._run(trial), 3)
        self.assertEqual((trial.state, trial.done_count, trial.parcels_after), ("done", 5, 5))
        self.assertEqual(len(trial.line_ids), 5)

    def test_only_the_newest(self):
        trial = self._create_trial(order_limit=2)
        self._run(trial)
        self.assertEqual(trial.line_ids.order_id, self.orders[3:])

    def test_period(self):
        self.orders[0].date_order = "2026-01-31 23:30:00"
        trial = self._create_trial(date_from="2026-01-31", date_to="2026-01-31")
        self._run(trial)
        self.assertEqual(trial.line_ids.order_id, self.orders[0])

    def test_bad_input_writes_nothing(self):
        empty = self.Ruleset.create({"name": "Empty"})
        cases = [
            ({"order_limit": 0}, "number from 1"),
            ({"order_limit": -3}, "number from 1"),
            ({"ruleset_id": empty.id}, "no rules yet"),
            ({"date_from": "2019-01-01", "date_to": "2019-01-02"}, "no order"),
            ({"date_from": "2026-02-01", "date_to": "2026-01-01"}, "upside down"),
        ]
        before = self.Trial.search_count([])
        for vals, message in cases:
            with self.subTest(vals=vals), self.assertRaisesRegex(ValidationError, message), self.env.cr.savepoint():
                self._create_trial(**vals)
        self.assertEqual(self.Trial.search_count([]), before)
        with self.assertRaisesRegex(ValidationError, "no rules yet"):
            empty.action_try()

    def test_orders_are_gone_when_it_is_run_again(self):
        trial = self._create_trial()
        self.orders._action_cancel()
        with self.assertRaisesRegex(ValidationError, "no order"):
            trial.action_run()
        self.assertEqual(trial.state, "draft")

    def test_it_writes_nothing_but_its_own_records(self):
        trial = self._create_trial()
        tables = ("sale_order", "sale_order_line", "stock_picking", "stock_move", "stock_quant")
        tables += ("marketplace_routing_decision", "marketplace_routing_parcel", "marketplace_routing_ruleset")

        def look():
            self.env.flush_all()
            result = {}
            for table in tables:
                self.env.cr.execute(f"SELECT row_to_json(t)::text FROM {table} t ORDER BY id")
                result[table] = self.env.cr.fetchall()
            return result

        before = look()
        self._run(trial)
        self.assertEqual(look(), before)

    def test_switch_on(self):
        trial = self._create_trial()
        self._run(trial)
        action = trial.action_switch_on()
        self.assertEqual(self.ruleset.state, "active")
        self.assertEqual((action["res_model"], action["res_id"]), (self.ruleset._name, self.ruleset.id))

    def test_queries_do_not_grow_with_the_orders(self):
        def count(limit):
            trial = self._create_trial(order_limit=limit)
            with trap_jobs() as trap:
                trial.action_run()
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                trap.enqueued_jobs[0].perform()
                self.env.flush_all()
            self.assertEqual(trial.done_count, limit)
            return self.env.cr.sql_log_count - before

        self._import(*(self._order(f"Q{number}", self._pens()) for number in range(30)))
        count(2)
        few, many = count(3), count(30)
        self.assertLessEqual(many, few + 2)

    def test_who_may_try(self):
        manager = new_test_user(self.env, "trial_manager", "marketplace.group_manager")
        buyer = new_test_user(self.env, "trial_buyer", "marketplace.group_buyer")
        trial = self.Trial.with_user(manager).create({"ruleset_id": self.ruleset.id, "shop_ids": self.shop.ids})
        self._run(trial)
        self.assertEqual(trial.with_user(buyer).line_ids.order_id, self.orders)
        with self.assertRaises(AccessError):
            trial.with_user(buyer).action_run()
        operator = new_test_user(self.env, "trial_operator", "marketplace.group_operator")
        with self.assertRaises(AccessError):
            trial.with_user(operator).check_access("read")

    def test_another_company_sees_none_of_it(self):
        trial = self._create_trial()
        company = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env, "trial_other", "marketplace.group_manager", company_id=company.id, company_ids=company.ids
        )
        with self.assertRaises(AccessError):
            trial.with_user(stranger).check_access("read")
