from datetime import timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .fba_case import ADVISED, AGED, PAID, FbaCase, event, text_of


def paid(number, units, amount, reason="Lost_Warehouse", sku="CUP", original="", day="2026-05-20"):
    return {
        "approval-date": f"{day}T10:00:00+00:00", "reimbursement-id": number, "reason": reason, "sku": sku,
        "fnsku": f"X-{sku}", "currency-unit": "GBP", "amount-total": amount, "quantity-reimbursed-cash": units,
        "quantity-reimbursed-inventory": 0, "quantity-reimbursed-total": units, "original-reimbursement-id": original,
    }  # fmt: skip


@tagged("post_install", "-at_install")
class TestClaim(FbaCase):
    def setUp(self):
        super().setUp()
        self._open()
        self._ledger(event(units=-3, Reason="M"), event(units=-1, Reason="E", day="05/03/2026"))
        self._take()

    def _claims(self):
        return self.env["fba.claim"].search([("warehouse_id", "=", self.warehouse.id)], order="day")

    def _pay(self, *rows):
        return self._read("compensation", text_of(PAID, *rows))

    def test_lost_and_damaged_units_are_owed(self):
        lost, damaged = self._claims()
        self.assertEqual((lost.kind, lost.units, lost.open_units, lost.expected_amount), ("lost", 3, 3, 12))
        self.assertEqual((lost.deadline - lost.day).days, 60)
        self.assertEqual(lost.evidence, "2026-05-02 Adjustments M X-CUP -3 BHX4")
        self.assertEqual((damaged.kind, damaged.open_units, damaged.state), ("damaged", 1, "open"))

    def test_what_amazon_pays_is_taken_off(self):
        sheet = self._pay(paid("R1", 2, "9.00"))
        self.assertEqual((sheet.state, sheet.new_count), ("read", 1))
        lost = self._claims()[0]
        self.assertEqual((lost.settled_units, lost.open_units, lost.paid_amount, lost.expected_amount), (2, 1, 9, 4))
        self.assertEqual((lost.reimbursements, lost.paid_currency_id.name, lost.state), ("R1", "GBP", "open"))
        self._pay(paid("R1", 2, "9.00"), paid("R2", 1, "4.50"))
        self.assertEqual((lost.open_units, lost.state), (0, "settled"))
        self._pay(paid("R3", -1, "-4.50", original="R2", day="2026-05-25"))
        self.assertEqual((lost.open_units, lost.state, lost.paid_amount), (1, "open", 9))

    def test_found_units_are_owed_no_more(self):
        self._ledger(event(units=3, Reason="F", day="05/09/2026"))
        self._take()
        lost = self._claims()[0]
        self.assertEqual((lost.state, lost.open_units, lost.expected_amount), ("settled", 0, 0))

    def test_what_settles_no_claim_waits_until_a_person_knows(self):
        self._pay(paid("R1", 1, "4.50", "Goodwill"), paid("R2", 1, "4.50", sku="PLATE"))
        goodwill, plate = self.env["fba.reimbursement"].search(
            [("warehouse_id", "=", self.warehouse.id)], order="number"
        )
        self.assertEqual((goodwill.left_reason, goodwill.left_units, goodwill.left_amount), ("reason", 1, 4.5))
        self.assertEqual(plate.left_reason, "claim")
        goodwill.claim_kind = "lost"
        goodwill.action_match()
        self.assertEqual((goodwill.left_reason, goodwill.left_units), (False, 0))
        self.assertEqual(self._claims()[0].open_units, 2)

    @freeze_time("2026-05-20")
    def test_a_claim_needs_its_case_and_stays_with_the_person(self):
        lost = self._claims()[0]
        with self.assertRaisesRegex(UserError, "case number"):
            lost.action_claim()
        lost.case_number = "CASE-1"
        lost.action_claim()
        self._pay(paid("R1", 1, "4.50"))
        self.assertEqual((lost.state, lost.open_units), ("claimed", 2))
        lost.action_drop()
        self._take()
        self.assertEqual(lost.state, "dropped")
        lost.action_reopen()
        self.assertEqual(lost.state, "open")

    def test_a_claim_is_not_made_before_amazon_takes_it(self):
        lost = self._claims()[0]
        lost.opens_on = fields.Date.today() + timedelta(days=3)
        lost.case_number = "CASE-1"
        with self.assertRaisesRegex(UserError, "Amazon accepts"):
            lost.action_claim()

    # === REMINDERS === #

    def _remind(self, day):
        with freeze_time(day):
            self.env["fba.claim"]._cron_remind()
        return self._claims().activity_ids

    def test_a_claim_that_ends_soon_is_brought_to_mind_once(self):
        lost, damaged = self._claims()
        self.assertEqual((str(lost.deadline), str(damaged.deadline)), ("2026-07-01", "2026-07-02"))
        self.assertFalse(self._remind("2026-06-23"))
        activity = self._remind("2026-06-24")
        self.assertEqual((activity, activity.date_deadline), (lost.activity_ids, lost.deadline))
        self.assertEqual(activity.activity_type_id, self.env.ref("overseas_warehouse_fba.activity_type_claim"))
        self.assertTrue(activity.user_id.has_group("marketplace.group_manager"))
        self.assertEqual(self._remind("2026-06-24"), activity)

    def test_what_is_claimed_paid_or_too_late_needs_no_reminder(self):
        lost, damaged = self._claims()
        self.assertEqual(len(self._remind("2026-06-25")), 2)
        with freeze_time("2026-06-25"):
            damaged.case_number = "CASE-1"
            damaged.action_claim()
        self._pay(paid("R1", 3, "13.50"))
        self.assertEqual((lost.state, damaged.state), ("settled", "claimed"))
        self.assertFalse(self._remind("2026-06-26"))
        self._ledger(event(units=-2, Reason="M", day="05/04/2026"))
        self._take()
        self.assertFalse(self._remind("2026-07-10"), "nobody can claim it any more")

    def test_a_currency_that_nobody_knows_is_said(self):
        sheet = self._pay({**paid("R1", 1, "4.50"), "currency-unit": "XQQ"})
        self.assertEqual(sheet.state, "failed")
        self.assertIn("currency XQQ", sheet.message)


@tagged("post_install", "-at_install")
class TestAgedStock(FbaCase):
    def _plan(self, day, sku="CUP", **values):
        row = {
            "snapshot-date": day, "sku": sku, "fnsku": f"X-{sku}", "available": 30, "currency": "GBP",
            "inv-age-0-to-90-days": 10, "inv-age-91-to-180-days": 5, "inv-age-181-to-270-days": 12,
            "inv-age-271-to-365-days": 2, "inv-age-365-plus-days": 1, "estimated-ais-181-270-days": "3.10",
            "estimated-storage-cost-next-month": "7.20", "recommended-action": "Create removal order", **values,
        }  # fmt: skip
        return self._read("planning", text_of(AGED, row))

    def test_ages_and_costs(self):
        self._plan("2026-05-01")
        stock = self.env["fba.aged.stock"].search([("warehouse_id", "=", self.warehouse.id)])
        self.assertEqual((stock.product_id, stock.available, stock.old_units), (self.cup, 30, 15))
        self.assertAlmostEqual(stock.surcharge, 3.1)
        self.assertAlmostEqual(stock.storage, 7.2)
        ages = [(tier.name, tier.units, tier.surcharge) for tier in stock.tier_ids if tier.units]
        self.assertEqual(
            ages, [("000–090", 10, 0), ("091–180", 5, 0), ("181–270", 12, 3.1), ("271–365", 2, 0), ("366+", 1, 0)]
        )

    def _advise(self, day, units, sku="CUP", **values):
        row = {
            "snapshot-date": day, "sku": sku, "fnsku": f"X-{sku}", "condition": "New", "sellable-quantity": 30,
            "sellable-removal-quantity": units, "unsellable-quantity": 2, **values,
        }  # fmt: skip
        return self._read("advice", text_of(ADVISED, row))

    def test_what_amazon_recommends_to_remove_stands_beside_the_ages(self):
        self._plan("2026-05-01")
        self._plan("2026-05-02")
        self._advise("2026-05-02", 9)
        old, stock = self.env["fba.aged.stock"].search([("warehouse_id", "=", self.warehouse.id)], order="day")
        self.assertEqual((stock.advised_units, old.advised_units), (9, 0))
        sheet = self._advise("2026-05-03", 4, sku="PLATE")
        self.assertEqual((sheet.state, sheet.new_count), ("read", 1))
        self.assertEqual(self._advise("2026-05-01", 8).new_count, 0, "an older report says nothing new")
        found = self.env["fba.removal.advice"].search([("warehouse_id", "=", self.warehouse.id)])
        self.assertEqual((found.product_id, found.removal_units, found.unsellable_units), (self.plate, 4, 2))
        stock.invalidate_recordset(["advised_units"])
        self.assertEqual(stock.advised_units, 0)

    def test_a_row_without_a_number_of_units_waits(self):
        sheet = self._advise("2026-05-02", "some")
        self.assertEqual((sheet.state, sheet.record_count, sheet.fault_count), ("read", 0, 1))

    def test_a_downloaded_report_on_removals_is_read(self):
        text = text_of(ADVISED, {"snapshot-date": "2026-05-02", "sku": "CUP", "fnsku": "X-CUP",
                                 "sellable-quantity": 5, "sellable-removal-quantity": 3})  # fmt: skip
        self.assertEqual(self._upload("advice", text).new_count, 1)

    def test_the_last_report_is_current_and_a_day_is_kept_once(self):
        self._plan("2026-05-02")
        self._plan("2026-05-02", available=29)
        self._plan("2026-05-01")
        found = self.env["fba.aged.stock"].search([("warehouse_id", "=", self.warehouse.id)], order="day")
        self.assertEqual([(stock.available, stock.is_current) for stock in found], [(30, False), (29, True)])
