from dataclasses import replace

from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from ..contract import OrderStatus, Package
from .import_case import ADDRESS, ImportCase


class RevisionCase(ImportCase):
    """A reserved order of two mugs and a pen, and what comes after it."""

    def setUp(self):
        super().setUp()
        self.lines = (self._line("MUG", 2, "24.00"), self._line("PEN", 1, "2.00"))
        self.order = self._import_and_reserve(self._order("O1", *self.lines))
        self.picking = self.order.picking_ids

    def _revise(self, *lines, revision=2, **vals):
        """Import a later revision; its inbox row."""
        self._import(self._order("O1", *(lines or self.lines), revision=revision, **vals))
        return self._rows("O1").filtered(lambda row: row.revision == str(revision))

    def _reserved(self, product):
        return sum(self.env["stock.quant"].search([("product_id", "=", product.id)]).mapped("reserved_quantity"))


@tagged("post_install", "-at_install")
class TestRevisionBeforeShipping(RevisionCase):
    def test_revision_that_changes_nothing_but_its_number(self):
        moves = self.picking.move_ids.ids
        row = self._revise()
        self.assertEqual((row.state, row.order_id), ("done", self.order))
        self.assertEqual(self.order.marketplace_revision, "2")
        self.assertEqual((self.order.picking_ids, self.picking.move_ids.ids), (self.picking, moves))
        self.assertEqual((self.picking.state, self.order.marketplace_hold), ("assigned", False))

    def test_cancellation_gives_the_stock_back(self):
        self.assertEqual(self._reserved(self.mug), 2)
        self._revise(status=OrderStatus.CANCELLED)
        self.assertEqual((self.order.state, self.picking.state), ("cancel", "cancel"))
        self.assertEqual((self.order.marketplace_status, self._reserved(self.mug)), ("cancelled", 0))

    def test_cancellation_clears_a_hold(self):
        self._revise(cancel_request="Too late")
        self.assertEqual(self.order.marketplace_hold, "cancel_request")
        self._revise(revision=3, status=OrderStatus.CANCELLED)
        self.assertFalse(self.order.marketplace_hold)

    def test_address_is_followed_on_order_and_transfer(self):
        self._revise(address=replace(ADDRESS, street="7 High Street"))
        self.assertEqual(self.order.partner_shipping_id.street, "7 High Street")
        self.assertEqual(self.picking.partner_id, self.order.partner_shipping_id)
        self.assertEqual((self.picking.state, self.order.marketplace_hold), ("assigned", False))
        self.assertEqual(self.order.partner_id.street, "12 Mill Lane")
        self.assertEqual(self.order.amount_total, 26.0)

    def test_address_that_becomes_masked_leaves_the_known_one(self):
        self._revise(address=replace(ADDRESS, name="", street="", masked=True))
        self.assertEqual(self.picking.partner_id.street, "12 Mill Lane")

    def test_quantity_change_replaces_lines_and_transfer(self):
        self._revise(self._line("MUG", 5, "60.00"), self._line("PEN", 1, "2.00"))
        self.assertEqual(self._summary(self.order), [("MUG", 5, 12.0), ("PEN", 1, 2.0)])
        self.assertEqual((self.order.state, self.order.amount_total, self.order.amount_tax), ("sale", 62.0, 10.33))
        self.assertEqual(self.picking.state, "cancel")
        self._reserve()
        following = self.order.picking_ids - self.picking
        self.assertEqual((len(following), following.state), (1, "assigned"))
        self.assertEqual((self._reserved(self.mug), self._reserved(self.pen)), (5, 1))

    def test_line_that_is_taken_off(self):
        self._revise(self.lines[0])
        self.assertEqual(self._summary(self.order), [("MUG", 2, 12.0)])
        self._reserve()
        self.assertEqual((self._reserved(self.mug), self._reserved(self.pen)), (2, 0))

    def test_shipping_cost_that_is_taken_off(self):
        self._revise(self._line("MUG", 2, "24.00", self._charge("shipping", "3.00")), self.lines[1])
        self.assertEqual(self.order.amount_total, 29.0)
        self._revise(revision=3)
        self.assertEqual(self.order.amount_total, 26.0)

    def test_unknown_sku_in_a_revision_waits_and_changes_nothing(self):
        row = self._revise(*self.lines, self._line("CUP", 1, "5.00"))
        self.assertEqual((row.state, row.reason_code), ("waiting", "unknown_sku"))
        self.assertEqual((self.order.amount_total, self.order.marketplace_revision), (26.0, "1"))
        with trap_jobs() as trap:
            listing = self.env["marketplace.listing"].search([("shop_id", "=", self.shop.id), ("sku", "=", "CUP")])
            listing.product_id = self._create_product("CUP", 5, taxes_id=self.tax.ids)
            trap.perform_enqueued_jobs()
        self.assertEqual((self.order.amount_total, row.state), (31.0, "done"))

    def test_one_refused_revision_does_not_stop_another(self):
        other = self._import(self._order("O2"))
        wrong = self._order("O1", *self.lines, revision=2, total=self._money("1.00"))
        self._import(wrong, self._order("O2", self._line("MUG", 4, "48.00"), revision=2))
        self.assertEqual(other.amount_total, 48.0)
        row = self._rows("O1")[-1]
        self.assertEqual((row.state, row.reason_code), ("failed", "revision"))
        self.assertEqual((self.order.amount_total, self.order.marketplace_revision), (26.0, "1"))

    def test_shipped_elsewhere_is_held_with_the_tracking_number(self):
        package = Package("P1", {"MUG-1": 2}, "DHL", "TRACK-9")
        self._revise(status=OrderStatus.SHIPPED, packages=(package,))
        self.assertEqual((self.order.marketplace_hold, self.picking.state), ("changed", "assigned"))
        self.assertIn("TRACK-9", self.order.marketplace_hold_note)

    def test_cancelled_here_but_not_there_is_held(self):
        self.order._action_cancel()
        self._revise()
        self.assertEqual((self.order.state, self.order.marketplace_hold), ("cancel", "changed"))

    def test_ship_by_time_is_followed(self):
        later = replace(self.connector.orders["O1", "1"].ship_by, end=self.connector.orders["O1", "1"].ordered_at)
        self._revise(ship_by=later)
        self.assertEqual(self.order.marketplace_ship_by, later.end.replace(tzinfo=None))
        self.assertEqual(self.picking.date_deadline, self.order.marketplace_ship_by)

    def test_person_fetches_the_order_again(self):
        self.connector.add_order(self._order("O1", self.lines[0], revision=2))
        with trap_jobs():
            self.order.action_marketplace_refetch()
        self.assertEqual(self.order.amount_total, 24.0)
        self.assertEqual(self.connector.get_calls("fetch_order"), [("O1",)])


@tagged("post_install", "-at_install")
class TestRevisionAfterShipping(RevisionCase):
    def setUp(self):
        super().setUp()
        self._ship(self.order)

    def _assert_held(self, text):
        self.assertEqual(
            (self.order.marketplace_hold, self.order.state, self.picking.state), ("changed", "sale", "done")
        )
        self.assertIn(text, self.order.marketplace_hold_note)
        self.assertEqual((self.order.amount_total, self.order.order_line.mapped("qty_delivered")), (26.0, [2.0, 1.0]))

    def test_our_own_shipment_is_no_surprise(self):
        lines = [replace(line, quantity_shipped=line.quantity) for line in self.lines]
        row = self._revise(*lines, status=OrderStatus.SHIPPED)
        self.assertEqual((row.state, self.order.marketplace_status), ("done", "shipped"))
        self.assertEqual((self.order.marketplace_hold, self.order.picking_ids), (False, self.picking))
        self.assertEqual(self.order.order_line.mapped("qty_delivered"), [2.0, 1.0])

    def test_cancellation_is_for_a_person(self):
        self._revise(status=OrderStatus.CANCELLED)
        self._assert_held("cancelled")

    def test_address_is_for_a_person(self):
        self._revise(address=replace(ADDRESS, street="7 High Street"))
        self._assert_held("address")
        self.assertEqual(self.picking.partner_id.street, "12 Mill Lane")

    def test_quantity_is_for_a_person(self):
        self._revise(self._line("MUG", 1, "12.00"), self.lines[1])
        self._assert_held("quantities")


@tagged("post_install", "-at_install")
class TestRevisionByData(ImportCase):
    def test_delivered_quantity_follows_the_data(self):
        line = self._line("MUG", 3, "10.00")
        order = self._import(self._marketplace_order("O1", line, shipped=False))
        self.assertEqual(sum(order.order_line.mapped("qty_delivered")), 0)
        for revision, units in ((2, 2), (3, 3)):
            shipped = replace(line, quantity_shipped=units)
            self._import(self._marketplace_order("O1", shipped, shipped=False, revision=revision))
            self.assertEqual(sum(order.order_line.mapped("qty_delivered")), units)
        self.assertFalse(order.picking_ids)

    def test_cancellation_of_what_was_not_shipped(self):
        order = self._import(self._marketplace_order("O1", shipped=False))
        self._import(self._marketplace_order("O1", shipped=False, revision=2, status=OrderStatus.CANCELLED))
        self.assertEqual((order.state, order.marketplace_status), ("cancel", "cancelled"))

    def test_cancellation_of_what_was_shipped_is_for_a_person(self):
        order = self._import(self._marketplace_order("O1"))
        self._import(self._marketplace_order("O1", revision=2, status=OrderStatus.CANCELLED))
        self.assertEqual((order.state, order.marketplace_hold), ("sale", "changed"))
        self.assertEqual(order.order_line.qty_delivered, 1)

    def test_rest_of_a_partly_shipped_order_is_not_shipped_twice(self):
        line = self._line("MUG", 3, "36.00", quantity_shipped=1)
        order = self._import(self._order("O1", line, status=OrderStatus.PARTIALLY_SHIPPED))
        self._ship(order)
        picking = order.picking_ids
        self._import(self._order("O1", replace(line, quantity_shipped=3), status=OrderStatus.SHIPPED, revision=2))
        self.assertEqual((order.marketplace_hold, order.picking_ids), (False, picking))
        self.assertEqual(sum(order.order_line.mapped("qty_delivered")), 3)
