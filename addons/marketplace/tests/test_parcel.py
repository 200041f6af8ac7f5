import base64
import io
import zipfile
from datetime import timedelta

from odoo import fields
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

from ..contract import Arrangement, Capability, NotReady, RateLimited, Rejected, ShipmentLine
from .fake_connector import FakeMarketplaceCase


def make_pdf(width=100):
    writer = PdfFileWriter()
    writer.addBlankPage(width, 150)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


class ParcelCase(FakeMarketplaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Parcel = cls.env["marketplace.parcel"]
        cls.product = cls._create_product("A", 1000)
        cls.other = cls._create_product("B", 1000)

    def _ready(self, ref, lines=None, **vals):
        """A transfer that is ready to be packed."""
        order = self._create_order(ref, lines or [(self.product, 2, "L1")], **vals)
        order.action_confirm()
        order.picking_ids.action_assign()
        return order.picking_ids

    def _in_two_packages(self, ref):
        picking = self._ready(ref, [(self.product, 2, "L1"), (self.other, 1, "L2")])
        for line in picking.move_line_ids:
            line.result_package_id = self.env["stock.package"].create({"name": f"{ref} {line.product_id.name}"})
        return picking

    def _get_labels(self, pickings):
        """Press the button; the jobs that it queued."""
        with trap_jobs() as trap:
            pickings.action_marketplace_label()
            return list(trap.enqueued_jobs)

    def _run(self, method):
        with trap_jobs() as trap:
            getattr(self.Parcel, method)(self.shop)
            return {job.func.__name__: job for job in trap.enqueued_jobs}

    def _print_all(self, pickings):
        """Book the transfers and get their labels."""
        self._get_labels(pickings)
        for parcel in pickings.marketplace_parcel_ids:
            self.connector.labels[parcel.reference] = make_pdf()
        self._run("_job_arrange")
        self._run("_job_labels")

    def _booked(self):
        return [shipment for (shipments,) in self.connector.get_calls("arrange_shipments") for shipment in shipments]


@tagged("post_install", "-at_install")
class TestBooking(ParcelCase):
    def test_button_plans_the_parcels(self):
        picking = self._ready("O1")
        (job,) = self._get_labels(picking)
        self.assertEqual((job.func.__name__, job.args), ("_job_arrange", (self.shop,)))
        self.assertRecordValues(
            picking.marketplace_parcel_ids,
            [
                {
                    "order_id": picking.sale_id.id,
                    "shop_id": self.shop.id,
                    "state": "to_arrange",
                    "units": 2,
                    "lines": [{"order_line_id": "L1", "quantity": 2}],
                }
            ],
        )
        self.assertEqual(picking.marketplace_label_state, "pending")

    def test_booking_brings_number_and_tracking(self):
        picking = self._ready("O1")
        self._get_labels(picking)
        parcel = picking.marketplace_parcel_ids
        jobs = self._run("_job_arrange")
        (sent,) = self._booked()
        self.assertEqual((sent.reference, sent.order_id, sent.tracking), (parcel.reference, "O1", ""))
        self.assertEqual(sent.lines, (ShipmentLine("L1", 2),))
        self.assertTrue(sent.shipped_at.tzinfo)
        self.assertRecordValues(
            parcel,
            [{"state": "arranged", "package_id": f"P{parcel.reference}", "carrier": "Express", "attempts": 1}],
        )
        self.assertEqual(picking.carrier_tracking_ref, f"T{parcel.reference}")
        self.assertEqual(list(jobs), ["_job_labels"])

    def test_packages_of_a_transfer_are_parcels(self):
        picking = self._in_two_packages("O1")
        self._get_labels(picking)
        self._run("_job_arrange")
        self.assertEqual(
            [shipment.lines for shipment in self._booked()], [(ShipmentLine("L1", 2),), (ShipmentLine("L2", 1),)]
        )
        first, second = picking.marketplace_parcel_ids.sorted("reference")
        self.assertEqual(picking.carrier_tracking_ref, f"{first.tracking}, {second.tracking}")

    def test_planned_once(self):
        picking = self._ready("O1")
        self._get_labels(picking)
        self.Parcel._create_from_pickings(picking)
        self.assertEqual(len(picking.marketplace_parcel_ids), 1)
        with self.assertRaises(UserError):
            picking.action_marketplace_label()

    def test_what_gets_no_label(self):
        held = self._ready("O1")
        held.sale_id._hold("address", "No address")
        short = self._create_order("O2", [(self._create_product("C"), 1, "L1")])
        short.action_confirm()
        plain = self._ready("O3", marketplace_shop_id=False, marketplace_ref=False)
        for pickings in (held, short.picking_ids, plain):
            with self.assertRaises(UserError):
                pickings.action_marketplace_label()
        self.connector.capabilities = self.connector.capabilities - {Capability.LABELS}
        picking = self._ready("O4")
        self.assertFalse(picking.marketplace_can_label)
        with self.assertRaises(UserError):
            picking.action_marketplace_label()
        self.assertFalse(self.Parcel.search([("shop_id", "=", self.shop.id)]))

    def test_held_meanwhile_waits_and_asks_nobody(self):
        picking = self._ready("O1")
        self._get_labels(picking)
        picking.sale_id._hold("cancel_request", "Changed my mind")
        self.assertEqual(self._run("_job_arrange"), {})
        self.assertEqual(self._booked(), [])
        picking.sale_id._release()
        self._run("_job_arrange")
        self.assertEqual(len(self._booked()), 1)

    def test_paused_shop_asks_nobody(self):
        self._get_labels(self._ready("O1"))
        self.shop.state = "paused"
        self.assertEqual((self._run("_job_arrange"), self._run("_job_labels"), self._booked()), ({}, {}, []))

    def test_cancelled_transfer_needs_no_label(self):
        planned, booked = self._ready("O1"), self._ready("O2")
        self._get_labels(booked)
        self._run("_job_arrange")
        self._get_labels(planned)
        (planned | booked).action_cancel()
        self.assertFalse(planned.marketplace_parcel_ids)
        self.assertEqual(booked.marketplace_parcel_ids.state, "arranged", "it stays to be seen")
        self.assertEqual(self._run("_job_labels"), {})

    def test_tracking_that_comes_later(self):
        picking = self._ready("O1")
        self._get_labels(picking)
        parcel = picking.marketplace_parcel_ids
        self.connector.bookings[parcel.reference] = Arrangement(parcel.reference, True, "P9", retry_after=40.0)
        now = fields.Datetime.now()
        with freeze_time(now):
            jobs = self._run("_job_arrange")
        self.assertEqual(jobs["_job_arrange"].eta, now + timedelta(seconds=40))
        self.assertRecordValues(parcel, [{"state": "to_arrange", "package_id": "P9", "tracking": False}])
        self.connector.bookings[parcel.reference] = Arrangement(parcel.reference, True, "P9", "T9")
        with freeze_time(now + timedelta(seconds=40)):
            self._run("_job_arrange")
        self.assertEqual({shipment.reference for shipment in self._booked()}, {parcel.reference})
        self.assertRecordValues(parcel, [{"state": "arranged", "tracking": "T9"}])

    def test_one_refused_parcel_does_not_stop_the_others(self):
        bad, good = self._ready("O1"), self._ready("O2")
        self._get_labels(bad | good)
        reference = bad.marketplace_parcel_ids.reference
        self.connector.bookings[reference] = Arrangement(reference, False, message="Too heavy")
        self._run("_job_arrange")
        self.assertRecordValues(bad.marketplace_parcel_ids, [{"state": "rejected", "message": "Too heavy"}])
        self.assertEqual(good.marketplace_parcel_ids.state, "arranged")
        self.assertEqual((bad.marketplace_label_state, good.marketplace_label_state), ("rejected", "pending"))

    def test_retry_books_what_is_packed_now(self):
        picking = self._ready("O1")
        self._get_labels(picking)
        parcel = picking.marketplace_parcel_ids
        self.connector.bookings[parcel.reference] = Arrangement(parcel.reference, False, message="Too heavy")
        self._run("_job_arrange")
        del self.connector.bookings[parcel.reference]
        picking.move_ids.quantity = 1
        with trap_jobs() as trap:
            parcel.action_retry()
            trap.assert_jobs_count(1)
        self._run("_job_arrange")
        self.assertEqual(self._booked()[-1].lines, (ShipmentLine("L1", 1),))
        self.assertRecordValues(parcel, [{"state": "arranged", "units": 1, "message": False}])

    def test_turned_away_and_refused(self):
        picking = self._ready("O1")
        self._get_labels(picking)
        parcel = picking.marketplace_parcel_ids
        now = fields.Datetime.now()
        self.connector.errors["arrange_shipments"] = [RateLimited("slow down", 9), Rejected("closed shop")]
        with freeze_time(now):
            jobs = self._run("_job_arrange")
            self.assertEqual(jobs["_job_arrange"].eta, now + timedelta(seconds=9))
            self.assertEqual((parcel.state, parcel.message), ("to_arrange", "slow down"))
            self._run("_job_arrange")
            self.assertEqual(len(self.connector.get_calls("arrange_shipments")), 1, "not before its time")
        with freeze_time(now + timedelta(seconds=9)):
            self._run("_job_arrange")
        self.assertEqual((parcel.state, parcel.message), ("rejected", "closed shop"))


@tagged("post_install", "-at_install")
class TestLabels(ParcelCase):
    def test_label_on_the_transfer(self):
        picking = self._ready("O1")
        self._print_all(picking)
        parcel = picking.marketplace_parcel_ids
        self.assertEqual((parcel.state, picking.marketplace_label_state), ("printed", "printed"))
        self.assertRecordValues(
            parcel.attachment_id,
            [{"res_model": "stock.picking", "res_id": picking.id, "mimetype": "application/pdf"}],
        )
        self.assertEqual(parcel.attachment_id.raw, self.connector.labels[parcel.reference])
        self.assertIn(parcel.tracking, picking.message_ids[:1].body)

    def test_label_that_is_being_made_is_asked_for_with_its_handle(self):
        pickings = self._ready("O1") | self._ready("O2")
        self._get_labels(pickings)
        self._run("_job_arrange")
        parcels = pickings.marketplace_parcel_ids.sorted("id")
        self.connector.errors["fetch_labels"] = [NotReady({"task": 7}, 12)]
        now = fields.Datetime.now()
        with freeze_time(now):
            jobs = self._run("_job_labels")
        self.assertEqual(jobs["_job_labels"].eta, now + timedelta(seconds=12))
        self.assertEqual(parcels.mapped("state"), ["arranged", "arranged"])
        self.connector.labels = {reference: make_pdf() for reference in parcels.mapped("reference")}
        with freeze_time(now + timedelta(seconds=12)):
            self._run("_job_labels")
        calls = self.connector.get_calls("fetch_labels")
        self.assertEqual([handle for _references, handle in calls], [None, {"task": 7}])
        self.assertEqual(calls[0][0], calls[1][0])
        self.assertEqual(set(parcels.mapped("state")), {"printed"})
        self.assertEqual(self.account.health, "ok")

    def test_refused_label_and_retry(self):
        good, bad = self._ready("O1"), self._ready("O2")
        self._get_labels(good | bad)
        self._run("_job_arrange")
        self.connector.labels[good.marketplace_parcel_ids.reference] = make_pdf()
        self._run("_job_labels")
        parcel = bad.marketplace_parcel_ids
        self.assertEqual((good.marketplace_label_state, parcel.state), ("printed", "rejected"))
        self.assertTrue(parcel.message)
        self.connector.labels[parcel.reference] = make_pdf()
        with trap_jobs():
            parcel.action_retry()
        self.assertEqual(parcel.state, "arranged", "it is booked already")
        self._run("_job_labels")
        self.assertEqual(parcel.state, "printed")
        self.assertEqual(len(self._booked()), 2)

    def test_print_labels_of_several_transfers_as_one_file(self):
        pickings = self._ready("O1") | self._in_two_packages("O2")
        self._print_all(pickings)
        action = pickings.action_marketplace_print_labels()
        self.assertIn("labels.pdf", action["url"])
        content = self._content(action)
        self.assertEqual(PdfFileReader(io.BytesIO(content)).getNumPages(), 3)

    def test_labels_that_are_no_pdf_come_as_an_archive(self):
        pickings = self._ready("O1") | self._ready("O2")
        self._print_all(pickings)
        pickings[:1].marketplace_parcel_ids.attachment_id.mimetype = "image/png"
        action = pickings.action_marketplace_print_labels()
        with zipfile.ZipFile(io.BytesIO(self._content(action))) as archive:
            self.assertEqual(len(archive.namelist()), 2)

    def _content(self, action):
        wizard = self.env["marketplace.label.print"].search([], order="id desc", limit=1)
        self.assertIn(f"/{wizard.id}/", action["url"])
        return base64.b64decode(wizard.with_context(bin_size=False).content)

    def test_nothing_to_print(self):
        with self.assertRaises(UserError):
            self._ready("O1").action_marketplace_print_labels()

    def test_confirmation_knows_the_parcel(self):
        picking = self._in_two_packages("O1")
        self._print_all(picking)
        picking.move_ids.picked = True
        with trap_jobs():
            picking._action_done()
            self.env["marketplace.shipment"]._job_confirm(self.shop)
        ((sent,),) = self.connector.get_calls("confirm_shipments")
        parcels = picking.marketplace_parcel_ids.sorted("reference")
        self.assertEqual([shipment.reference for shipment in sent], parcels.mapped("reference"))
        self.assertEqual([shipment.package_id for shipment in sent], parcels.mapped("package_id"))
        self.assertEqual([shipment.tracking for shipment in sent], parcels.mapped("tracking"))
        self.assertEqual({shipment.carrier_name for shipment in sent}, {"Express"})


@tagged("post_install", "-at_install")
class TestByItself(ParcelCase):
    def _run_cron(self):
        with trap_jobs() as trap:
            self.Parcel._cron_labels()
            return [job.func.__name__ for job in trap.enqueued_jobs]

    def test_shop_that_gets_labels_by_itself(self):
        picking = self._ready("O1")
        self.assertEqual(self._run_cron(), [])
        self.shop.auto_label = True
        self.assertEqual(self._run_cron(), ["_job_arrange"])
        self.assertEqual(picking.marketplace_parcel_ids.state, "to_arrange")
        self._run_cron()
        self.assertEqual(len(picking.marketplace_parcel_ids), 1)

    def test_schedule_goes_on_with_what_is_open(self):
        picking = self._ready("O1")
        self._get_labels(picking)
        self.assertEqual(self._run_cron(), ["_job_arrange"])
        self.account.needs_authorisation = True
        self.assertEqual(self._run_cron(), [])
        picking.marketplace_parcel_ids.next_try_at = fields.Datetime.now() + timedelta(hours=1)
        with trap_jobs() as trap:
            self.account._resume()
            self.assertIn("_job_arrange", [job.func.__name__ for job in trap.enqueued_jobs])
        self.assertFalse(picking.marketplace_parcel_ids.next_try_at)

    def test_roles(self):
        picking = self._ready("O1")
        warehouse = new_test_user(self.env, "label_warehouse", groups="marketplace.group_warehouse")
        buyer = new_test_user(self.env, "label_buyer", groups="marketplace.group_buyer")
        self._get_labels(picking.with_user(warehouse))
        parcel = picking.marketplace_parcel_ids
        self.assertTrue(parcel.with_user(buyer).has_access("read"))
        with self.assertRaises(AccessError):
            parcel.with_user(buyer).write({"tracking": "X"})
        operator = new_test_user(self.env, "label_operator", groups="marketplace.group_operator")
        self.assertFalse(parcel.with_user(operator).has_access("read"))
        self.shop.user_ids = operator
        self.assertTrue(parcel.with_user(operator).has_access("read"))

    def test_queries_do_not_grow_with_the_batch(self):
        pickings = self.env["stock.picking"].concat(*(self._ready(f"O{number}") for number in range(50)))
        with trap_jobs():
            self.env.flush_all()
            self.env.invalidate_all()
            with self.assertQueryCount(20):
                self.Parcel._create_from_pickings(pickings)
                self.env.flush_all()
            self.env.invalidate_all()
            with self.assertQueryCount(30):
                self.Parcel._job_arrange(self.shop)
                self.env.flush_all()
            self.connector.labels = {
                reference: make_pdf() for reference in pickings.marketplace_parcel_ids.mapped("reference")
            }
            self.env.invalidate_all()
            with self.assertQueryCount(40):
                self.Parcel._job_labels(self.shop)
                self.env.flush_all()
        self.assertEqual(set(pickings.mapped("marketplace_label_state")), {"printed"})
        self.assertEqual(len(self.connector.get_calls("fetch_labels")), 1)
