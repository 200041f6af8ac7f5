from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from odoo.addons.marketplace.contract import Money, Unavailable
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from ..conformance.memory import FREIGHT, START
from ..contract import BillLine, FeeKind
from .overseas_case import OverseasCase


@tagged("post_install", "-at_install")
class TestBill(OverseasCase):
    def setUp(self):
        super().setUp()
        self._stock(self.cup, 50)
        picking = self._create_delivery()
        self._exchange("overseas.outbound")
        self.outbound = picking.overseas_outbound_ids
        self.Bill = self.env["overseas.bill"]

    def _charge(self, number, text="4.20", **vals):
        values = {"kind": FeeKind.FREIGHT, "document": self.outbound.reference, "warehouse": "MEM-DE", **vals}
        return BillLine(number, amount=Money(Decimal(text), "EUR", text), charged_at=START, **values)

    def _keep(self, *charges):
        return self.Bill._keep(self.account, list(charges))

    def test_an_order_keeps_its_quote(self):
        self.assertEqual(self.outbound.quotes, {"freight EUR": FREIGHT.text})

    def test_a_charge_as_quoted_is_matched(self):
        line = self._keep(self._charge("1"))
        self.assertEqual((line.match, line.outbound_id, line.warehouse_id), ("equal", self.outbound, self.warehouse))
        self.assertEqual((line.bill_id.amount, line.bill_id.flagged_count), (4.20, 0))

    def test_it_is_found_by_the_number_of_the_warehouse_too(self):
        line = self._keep(self._charge("1", document=self.outbound.external_id))
        self.assertEqual(line.outbound_id, self.outbound)

    def test_a_difference_is_flagged_to_the_cent(self):
        line = self._keep(self._charge("1", "4.21"))
        self.assertEqual((line.match, line.quoted), ("different", 4.20))
        self.assertAlmostEqual(line.difference, 0.01)
        self.assertEqual(line.bill_id.flagged_count, 1)
        line.action_dispute()
        line.bill_id.invalidate_recordset()
        self.assertEqual((line.decision, line.bill_id.flagged_count), ("disputed", 0))

    def test_charged_twice_is_flagged(self):
        first = self._keep(self._charge("1"))
        second = self._keep(self._charge("2"))
        self.assertEqual((first.match, second.match), ("equal", "different"))
        self.assertAlmostEqual(second.difference, 4.20)

    def test_fetched_twice_is_kept_once(self):
        self._keep(self._charge("1"))
        self.assertFalse(self._keep(self._charge("1")))
        self.assertEqual(self.Bill.search([("account_id", "=", self.account.id)]).amount, 4.20)

    def test_a_charge_for_nothing_is_flagged_until_its_document_is_there(self):
        line = self._keep(self._charge("1", document="LATER-1"))
        self.assertEqual(line.match, "no_document")
        self.outbound.external_id = "LATER-1"
        line.action_match_again()
        self.assertEqual((line.match, line.outbound_id), ("equal", self.outbound))

    def test_storage_needs_no_document(self):
        period = (START.date(), START.date())
        line = self._keep(self._charge("1", kind=FeeKind.STORAGE, document="", quantity_basis="0.35 m³", period=period))
        self.assertEqual((line.match, line.basis, line.date_from), ("no_quote", "0.35 m³", period[0]))

    def test_goods_announced_are_a_document(self):
        inbound = self._create_inbound()
        line = self._keep(self._charge("1", kind=FeeKind.INBOUND, document=inbound.reference))
        self.assertEqual((line.match, line.inbound_id), ("no_quote", inbound))

    def test_a_kind_that_the_operator_did_not_quote_is_flagged(self):
        line = self._keep(self._charge("1", "0.90", kind=FeeKind.PACKING))
        self.assertEqual((line.match, line.quoted, line.difference), ("different", 0, 0.90))
        self.assertEqual(line.bill_id.flagged_count, 1)
        dollars = replace(self._charge("2"), amount=Money(Decimal("1.10"), "USD", "1.10"))
        self.assertEqual(self._keep(dollars).match, "no_quote")

    def _bring_back(self):
        """The order, returned."""
        self.world.ship(self.outbound.reference)
        self._exchange("overseas.outbound")
        self.world.bring_back(self.outbound.reference)
        return self.env["overseas.return"]._keep(self.account, self.world.returns)

    def test_a_return_is_a_document(self):
        back = self._bring_back()
        line = self._keep(self._charge("1", "1.50", kind=FeeKind.RETURN, document=back.external_id))
        self.assertEqual((line.match, line.return_id, line.outbound_id.id), ("no_quote", back, False))

    def test_a_return_may_be_named_by_its_order(self):
        back = self._bring_back()
        line = self._keep(self._charge("1", "1.50", kind=FeeKind.RETURN, document=self.outbound.reference))
        self.assertEqual((line.match, line.return_id, line.outbound_id), ("no_quote", back, self.outbound))
        freight = self._keep(self._charge("2"))
        self.assertEqual((freight.match, freight.return_id.id), ("equal", False))

    def test_a_return_that_is_recorded_later_is_found_by_the_next_job(self):
        self.world.ship(self.outbound.reference)
        self.world.bring_back(self.outbound.reference)
        number = self.world.returns[0].external_id
        line = self._keep(self._charge("1", "1.50", kind=FeeKind.RETURN, document=number))
        self.assertEqual((line.match, line.bill_id.flagged_count), ("no_document", 1))
        back = self.env["overseas.return"]._keep(self.account, self.world.returns)
        self.Bill._job_fetch(self.account)
        self.assertEqual((line.match, line.return_id), ("no_quote", back))

    def test_months_and_currencies_are_bills_of_their_own(self):
        dollars = replace(self._charge("2"), amount=Money(Decimal("1.10"), "USD", "1.10"))
        march = replace(self._charge("3"), charged_at=START.replace(month=3))
        lines = self._keep(self._charge("1"), dollars, march)
        self.assertEqual(len(lines.bill_id), 3)
        self.assertEqual({bill.currency_id.name for bill in lines.bill_id}, {"EUR", "USD"})

    def test_the_job_fetches_and_comes_back(self):
        self.world.ship(self.outbound.reference)
        just_now = datetime.now(timezone.utc) - timedelta(minutes=1)
        self.world.bills = [replace(bill, charged_at=just_now) for bill in self.world.bills]
        self.Bill._job_fetch(self.account)
        line = self.env["overseas.bill.line"].search([("account_id", "=", self.account.id)])
        self.assertEqual(line.match, "equal")
        self.provider._error = Unavailable("no answer")
        with trap_jobs() as trap:
            self.Bill._job_fetch(self.account)
            trap.assert_jobs_count(1)
