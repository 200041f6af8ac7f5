from decimal import Decimal

from odoo.addons.marketplace.contract import Rejected, Unavailable
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .settlement_case import SettlementCase


@tagged("post_install", "-at_install")
class TestSettlement(SettlementCase):
    def _fetch(self):
        """Look for settlements and fetch the documents, as the jobs do."""
        with trap_jobs() as trap:
            self.account._job_settlements()
            jobs = list(trap.enqueued_jobs)
            for job in jobs:
                job.recordset._job_fetch()
        return self.Settlement.search([("account_id", "=", self.account.id)], order="external_id")

    # === FETCHING === #

    def test_settlements_arrive_by_themselves(self):
        self._offer("S1", *self._sale("A-1"), reference="TRACE-1")
        self._offer("S2", *self._sale("A-2", "20.00", "-3.00"))
        first, second = self._fetch()
        self.assertEqual((first.state, second.state), ("ready", "ready"))
        self.assertEqual((first.total, first.line_count, first.reference), (10.2, 2, "TRACE-1"))
        self.assertEqual(first.line_ids.mapped("kind_id.code"), ["principal", "commission"])
        self.assertEqual(first.line_ids.mapped("amount_text"), ["12.00", "-1.80"])
        self.assertEqual(self.account.settlement_cursor.isoformat(), "2026-05-21T00:00:00")
        with trap_jobs() as trap:
            self.account._job_settlements()
            trap.assert_jobs_count(0)

    def test_what_the_marketplace_changes_is_read_again(self):
        self._offer("S1", *self._sale("A-1"))
        settlement = self._fetch()
        self._offer("S1", *self._sale("A-1"), *self._sale("A-2", "30.00", "-4.50"))
        self.assertEqual(self._fetch(), settlement)
        self.assertEqual((settlement.total, settlement.line_count), (35.7, 4))

    def test_a_marketplace_that_does_not_answer_is_asked_again(self):
        self._offer("S1", *self._sale("A-1"))
        with trap_jobs():
            self.account._job_settlements()
        settlement = self.Settlement.search([("account_id", "=", self.account.id)])
        fetch = self.connector.fetch_settlement
        for error, state, jobs in ((Unavailable("gone"), "waiting", 1), (Rejected("no", "X"), "failed", 0)):
            self.patch(self.connector, "fetch_settlement", raising(error))
            with trap_jobs() as trap:
                settlement._job_fetch()
                trap.assert_jobs_count(jobs)
            self.assertEqual((settlement.state, settlement.message), (state, str(error)))
        self.patch(self.connector, "fetch_settlement", fetch)
        with trap_jobs() as trap:
            settlement.action_retry()
            trap.assert_jobs_count(1)
            settlement._job_fetch()
        self.assertEqual((settlement.state, settlement.message), ("ready", False))

    def test_a_settlement_still_open_is_kept_as_such(self):
        settlement = self._take(self._document("S1", *self._sale("A-1"), state="open"))
        self.assertEqual(settlement.state, "open")

    # === BAD DOCUMENTS === #

    def test_a_document_that_does_not_add_up_is_refused(self):
        document = self._document("S1", *self._sale("A-1"), total="99.00")
        with self.assertRaisesRegex(UserError, "add up to 10.20, but the settlement says 99.00"):
            self._take(document)
        self.assertFalse(self.Settlement.search([("external_id", "=", "S1")]))

    def test_of_a_fetched_document_that_is_bad_nothing_is_taken(self):
        self._offer("S1", *self._sale("A-1"))
        settlement = self._fetch()
        for document, reason in (
            (self._document("S1", *self._sale("A-1"), total="99.00"), "add up to"),
            (self._document("S1", *self._sale("A-1"), ("Order > X", "many"), total="1"), "lines\\[3\\].amount"),
            (self._document("S1", *self._sale("A-1"), currency="QQQ"), "does not know the currency QQQ"),
            (self._document("S9", *self._sale("A-1")), "of the settlement S9, not of S1"),
        ):
            settlement._keep_document(document)
            settlement._read_safely()
            self.assertEqual(settlement.state, "failed")
            self.assertRegex(settlement.message, reason)
            self.assertEqual(settlement.line_ids.mapped("amount"), [12.0, -1.8])

    def test_the_same_document_twice_changes_nothing(self):
        document = self._document("S1", *self._sale("A-1"))
        settlement = self._take(document)
        with self.assertRaisesRegex(UserError, "imported from this document"):
            self._take(document)
        settlement.state = "posted"
        with self.assertRaisesRegex(UserError, "Posted already: S1"):
            self._take(self._document("S1", *self._sale("A-2")))
        self.assertEqual(settlement.line_ids.mapped("order_ref"), ["A-1", "A-1"])

    # === MATCHING === #

    def test_amounts_find_their_orders(self):
        order = self._import(self._order("A-1", self._line("MUG", 1, "12.00"), self._line("PEN", 2, "6.00")))
        pen = {"order": "A-1", "item": "PEN-1"}
        settlement = self._take(
            self._document(
                "S1",
                *self._sale("A-1"),
                ("Order > ItemPrice > Principal", "6.00", pen),
                ("Reserve > Held", "-1.00"),
                *self._sale("NOT-HERE", "5.00", "-0.75", sku="PEN"),
            )
        )
        lines = settlement.line_ids
        self.assertEqual(lines.order_id, order)
        self.assertEqual(lines[:2].sale_line_id.product_id, self.mug)
        self.assertEqual((lines[2].sale_line_id.product_id, lines[2].shop_id), (self.pen, self.shop))
        self.assertFalse(lines[3].order_id | lines[4].order_id)
        self.assertEqual(lines[4].product_id, self.pen)
        self.assertEqual(settlement.unmatched_count, 2)
        self._import(self._order("NOT-HERE", self._line("PEN", 1, "5.00")))
        settlement.action_match()
        self.assertEqual((settlement.unmatched_count, len(lines.order_id)), (0, 2))

    def test_the_number_of_queries_does_not_grow(self):
        def count(name, orders):
            document = self._document(name, *[line for ref in range(orders) for line in self._sale(f"{name}-{ref}")])
            self.env.flush_all()
            self.env.invalidate_all()
            # Whether an environment that has read its user still lives is chance.
            self.assertTrue(self.env.user.login)
            before = self.cr.sql_log_count
            self._take(document)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        count("WARM", 1)
        self.assertEqual(count("SMALL", 10), count("LARGE", 1000))

    def test_amounts_in_the_buyers_currency_are_kept(self):
        self.env["res.currency"].with_context(active_test=False).search([("name", "=", "SGD")]).active = False
        line = ("Order > ItemPrice > Principal", "10.00", {"original": ["17.10", "SGD"]})
        lines = self._take(self._document("S1", line)).line_ids
        self.assertEqual((lines.original_amount, lines.original_currency_id.name), (17.1, "SGD"))

    def test_days_are_those_of_the_company(self):
        self.account.company_id.partner_id.tz = "Asia/Shanghai"
        lines = self._take(self._document("S1", ("Reserve > Held", "-1.00", {"day": 1.75}))).line_ids
        self.assertEqual((lines.posted_at.hour, lines.date.isoformat()), (18, "2026-05-03"))

    # === RIGHTS === #

    def test_operators_see_no_money(self):
        settlement = self._take(self._document("S1", *self._sale("A-1")))
        operator = new_test_user(self.env, "settlement_operator", groups="marketplace.group_operator")
        accountant = new_test_user(self.env, "settlement_accountant", groups="marketplace.group_accountant")
        with self.assertRaises(AccessError):
            settlement.with_user(operator).read(["total"])
        self.assertEqual(settlement.with_user(accountant).read(["total"])[0]["total"], 10.2)
        with self.assertRaises(AccessError):
            settlement.line_ids.with_user(accountant).write({"amount": 1})

    def test_uploads_of_several_files(self):
        files = [self._document("S1", *self._sale("A-1")), self._document("S2", *self._sale("A-2"))]
        attachments = self.env["ir.attachment"].create(
            [{"name": document.name, "raw": document.content} for document in files]
        )
        wizard = self.env["marketplace.settlement.upload"].create(
            {"account_id": self.account.id, "attachment_ids": attachments.ids}
        )
        action = wizard.action_upload()
        settlements = self.Settlement.search(action["domain"], order="external_id")
        self.assertEqual(settlements.mapped("external_id"), ["S1", "S2"])
        self.assertEqual(sum(Decimal(str(total)) for total in settlements.mapped("total")), Decimal("20.4"))


def raising(error):
    def fetch(handle):
        raise error

    return fetch
