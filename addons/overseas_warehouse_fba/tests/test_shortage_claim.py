from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .fba_case import PAID, FbaCase, event, text_of
from .test_claim import paid

NUMBER = "FBA15SHORT"


@tagged("post_install", "-at_install")
class TestShortageClaim(FbaCase):
    """12 cups went to Amazon, 9 arrived: 3 are on their way for ever, and Amazon owes them."""

    def setUp(self):
        super().setUp()
        self._open()
        self._ledger(event("Receipts", 9, Reference_ID="FBA15OTHER"))
        self.env.company.currency_id.rate_ids.unlink()
        foreign = next(
            currency
            for currency in (self.env.ref("base.GBP"), self.env.ref("base.EUR"))
            if currency != self.env.company.currency_id
        )
        foreign.active = True
        foreign.rate_ids.unlink()
        self.env["res.currency.rate"].create({"currency_id": foreign.id, "name": "2026-01-01", "rate": 0.5})
        self.foreign = foreign.name
        self.notice = self._create_shipment(12)
        self._put(self.cup, 12, self.warehouse.transit_location_id)
        self._count(9)
        self.difference = self.notice.difference_ids

    def _create_shipment(self, units):
        line = {"product_id": self.cup.id, "units": units}
        notice = self.env["overseas.inbound"].create(
            {
                "warehouse_id": self.warehouse.id,
                "external_id": NUMBER,
                "state": "receiving",
                "tracking": "1Z0009",
                "carton_ids": [Command.create({"number": 1, "line_ids": [Command.create(line)]})],
            }
        )
        plan = self.env["fba.inbound"].create(
            {"reference": "PLAN", "warehouse_id": self.warehouse.id, "ship_from_id": self.env.company.partner_id.id}
        )
        self.env["fba.inbound.shipment"].create(
            {"inbound_id": plan.id, "notice_id": notice.id, "external_id": "sh1", "confirmation": NUMBER}
        )
        return notice

    def _count(self, units):
        """Amazon has counted on 10 May and closes the shipment in June."""
        receipt = self.env["overseas.inbound.receipt"].create(
            {
                "inbound_id": self.notice.id,
                "received_at": "2026-05-10 08:00:00",
                "line_ids": [Command.create({"product_id": self.cup.id, "sellable": units})],
            }
        )
        self.notice.state = "received"
        with freeze_time("2026-06-20"):
            self.env["overseas.difference"]._find(self.notice)
        return receipt

    def _refresh(self):
        self.env["fba.claim"]._refresh(self.warehouse)
        return self.env["fba.claim"].search([("warehouse_id", "=", self.warehouse.id)])

    def _pay(self, *rows):
        return self._read("compensation", text_of(PAID, *rows))

    def _paid(self, number, units, amount, **options):
        return {**paid(number, units, amount, "Lost_Inbound", **options), "currency-unit": self.foreign}

    def test_a_short_receipt_is_a_claim_with_amazons_deadline(self):
        claim = self._refresh()
        self.assertEqual((claim.kind, claim.document, claim.units, claim.fnsku), ("shortage", NUMBER, 3, "X-CUP"))
        self.assertEqual((claim.difference_id, claim.expected_amount), (self.difference, 12))
        self.assertEqual((claim.day, claim.deadline), (date(2026, 5, 10), date(2027, 2, 4)))
        self.assertEqual(self.difference.deadline, claim.deadline)
        self.assertIn("Sent: 12, counted: 9", claim.evidence)
        self.assertIn("1Z0009", claim.evidence)

    def test_what_amazon_pays_is_money_of_the_difference_and_settles_it(self):
        claim = self._refresh()
        self._pay(self._paid("R1", 2, "9.00"))
        self.assertEqual((claim.open_units, claim.paid_amount, claim.state), (1, 9, "open"))
        self.assertEqual(
            (self.difference.state, self.difference.settled_amount), ("open", 18), "1 of theirs is 2 of ours"
        )
        self._pay(self._paid("R1", 2, "9.00"), self._paid("R2", 1, "4.50"))
        self.assertEqual((claim.open_units, claim.state), (0, "settled"))
        self.assertEqual((self.difference.state, self.difference.settled_amount), ("settled", 27))
        self.assertEqual(self._units(self.cup, self.warehouse.transit_location_id), 9, "12 - 3 written off")
        payments = self.env["fba.reimbursement"].search([("warehouse_id", "=", self.warehouse.id)])
        self.assertEqual(set(payments.mapped("left_reason")), {False})
        self._pay(self._paid("R3", -1, "-4.50", original="R2", day="2026-06-25"))
        self.assertEqual((claim.open_units, claim.state, self.difference.settled_amount), (1, "open", 18))

    def test_a_claim_stays_one_when_its_fnsku_becomes_known(self):
        self._rows(("msku", "=", "CUP")).write({"msku": "OTHER"})
        claim = self._refresh()
        self.assertFalse(claim.fnsku)
        self._pay(self._paid("R1", 3, "13.50"))
        self.assertEqual((self._refresh(), claim.fnsku, claim.state), (claim, "X-CUP", "settled"))

    @freeze_time("2026-06-21")
    def test_claimed_and_given_up_hold_for_both(self):
        claim = self._refresh()
        claim.case_number = "CASE-1"
        claim.action_claim()
        self.assertEqual(self.difference.state, "claimed")
        claim.action_drop()
        self.assertEqual((claim.state, self.difference.state), ("dropped", "accepted"))
        with self.assertRaisesRegex(UserError, "are written off"):
            claim.action_reopen()
        self._pay(self._paid("R1", 3, "13.50"))
        self.assertEqual((claim.state, claim.paid_amount, self.difference.settled_amount), ("dropped", 13.5, 27))

    def test_a_difference_that_a_person_ends_ends_the_claim(self):
        claim = self._refresh()
        self.difference.evidence = "Proof of delivery"
        self.difference.action_claim()
        self.assertEqual(claim.state, "claimed")
        self.difference.action_settle()
        for _run in range(2):
            self.assertEqual((claim.state, claim.open_units, claim.expected_amount), ("settled", 0, 0))
            self._refresh()

    def test_queries_do_not_grow_with_the_shortages(self):
        counts = []
        for number in range(12):
            if number in (1, 11):
                self._refresh()
                self.env.flush_all()
                self.env.invalidate_all()
                start = self.env.cr.sql_log_count
                claims = self._refresh()
                self.env.flush_all()
                counts.append(self.env.cr.sql_log_count - start)
            product = self._create_product(f"SKU{number}")
            self.difference.copy({"product_id": product.id})
        self.assertEqual((len(claims), counts[1] <= counts[0]), (12, True), counts)
