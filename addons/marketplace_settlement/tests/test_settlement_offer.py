from dataclasses import replace

from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from .settlement_case import SettlementCase


@tagged("post_install", "-at_install")
class TestSettlementOffer(SettlementCase):
    """Marketplaces that name a settlement only in its document."""

    def setUp(self):
        super().setUp()
        fetch = self.connector.fetch_settlements
        self.connector.fetch_settlements = lambda *args, **options: self._unnamed(fetch(*args, **options))

    @staticmethod
    def _unnamed(page):
        refs = tuple(replace(ref, external_id=f"report {ref.external_id}", provisional=True) for ref in page.refs)
        return replace(page, refs=refs)

    def _fetch(self):
        """The number of documents that were fetched."""
        with trap_jobs() as trap:
            self.account._job_settlements()
            jobs = list(trap.enqueued_jobs)
            for job in jobs:
                job.recordset._job_fetch()
        return len(jobs)

    def _all(self):
        return self.Settlement.search([("account_id", "=", self.account.id)], order="external_id")

    def test_the_document_names_the_settlement(self):
        self._offer("S1", *self._sale("A-1"))
        self.assertEqual(self._fetch(), 1)
        self.assertEqual(self._all().mapped("external_id"), ["S1"])
        self.assertEqual((self._all().offered_as, self._all().state, self._all().total), ("report S1", "ready", 10.2))
        self.assertEqual(self._fetch(), 0)

    def test_what_a_person_uploaded_is_not_read_again(self):
        document = self._offer("S1", *self._sale("A-1"))
        settlement = self._take(document)
        self.assertEqual(self._fetch(), 1)
        self.assertEqual(self._all(), settlement)
        self.assertEqual((settlement.offered_as, settlement.state, settlement.line_count), ("report S1", "ready", 2))
        self.assertEqual(self._fetch(), 0)

    def test_a_document_that_could_not_be_read_is_named_once_it_can(self):
        document = self._offer("S1", *self._sale("A-1"), total="999.00")
        self._fetch()
        failed = self._all()
        self.assertEqual((failed.external_id, failed.state), ("report S1", "failed"))
        self.assertIn("999.00", failed.message)
        failed._keep_document(self._document("S1", *self._sale("A-1")))
        failed.action_retry()
        self.assertEqual((failed.external_id, failed.state), ("S1", "ready"))
        self.assertEqual(document, self.offered["S1"])

    def test_two_offers_of_one_settlement_leave_one(self):
        self._offer("S1", *self._sale("A-1"))
        self.offered["S2"] = self.offered["S1"]
        self.assertEqual(self._fetch(), 2)
        self.assertEqual(self._all().mapped("external_id"), ["S1"])
        self.assertEqual(self._all().line_count, 2)

    def test_a_document_of_another_settlement_is_refused(self):
        self._offer("S1", *self._sale("A-1"))
        self._fetch()
        settlement = self._all()
        settlement._keep_document(self._document("S2", *self._sale("A-2")))
        settlement._read_safely()
        self.assertEqual((settlement.external_id, settlement.state), ("S1", "failed"))
        self.assertIn("S2", settlement.message)
