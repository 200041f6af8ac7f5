from datetime import timedelta

from dateutil.relativedelta import relativedelta
from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2.errors import RaiseException

from .common import CostCase


@tagged("post_install", "-at_install")
class TestClosing(CostCase):
    """Months are proposed with what is missing, closed by a person, and then stay."""

    def setUp(self):
        super().setUp()
        self.last_month = self.today + relativedelta(day=1, days=-1)
        self.manager = self.user("closer", "account.group_account_manager")
        self.company.cost_layer_user_id = self.manager
        self.company.cost_layer_since = self.last_month - timedelta(days=40)
        place = {"product_id": self.second.id, "place_id": self.hub.view_location_id.id, "day": self.last_month}
        self.receipt = self.env["cost.event"]._append([{**place, "kind": "receipt", "quantity": 4, "purchase": 8}])

    def user(self, login, group):
        values = {"company_id": self.company.id, "company_ids": self.company.ids}
        return new_test_user(self.env, login, group, **values)

    def propose(self):
        self.env["cost.closing"]._cron_propose()
        return self.env["cost.closing"].search([("company_id", "=", self.company.id)])

    def kinds(self, closing):
        closing.action_check()
        return closing.item_ids.mapped("kind")

    def opened(self, closing, kind):
        """The records that the item's button shows."""
        action = closing.item_ids.filtered(lambda item: item.kind == kind).action_open()
        return self.env[action["res_model"]].search(action["domain"])

    def entry(self, account, amount, day=None, post=True):
        lines = [
            Command.create({"account_id": account.id, "balance": amount}),
            Command.create({"account_id": self.purchases.id, "balance": -amount}),
        ]
        values = {"journal_id": self.journal.id, "date": day or self.last_month, "line_ids": lines}
        entry = self.env["account.move"].create(values)
        if post:
            entry.action_post()
        return entry

    def test_the_month_before_is_proposed_once(self):
        closing = self.propose()
        self.assertEqual((closing.day, closing.state, closing.missing_count), (self.last_month, "open", 0))
        self.assertFalse(closing.snapshot_id, "Nothing is closed by itself")
        self.assertEqual(closing.activity_ids.user_id, self.manager)
        self.assertIn("nothing is missing", closing.activity_ids.summary)
        deadline = closing.activity_ids.date_deadline
        self.env["cost.event"]._append(
            [{"kind": "sale", "product_id": self.product.id, "place_id": self.hub.view_location_id.id, "quantity": 1}]
        )
        self.assertEqual(self.propose(), closing)
        self.assertIn("1 missing", closing.activity_ids.summary)
        self.assertEqual(closing.activity_ids.date_deadline, deadline)

    def test_what_is_closed_or_was_before_the_first_choice_is_not_proposed(self):
        self.env["cost.snapshot"].create({"day": self.last_month})
        self.assertFalse(self.propose())
        new = self.env["res.company"].create({"name": "New"})
        new.cost_layer_method = "fifo"
        self.env["cost.closing"]._cron_propose()
        self.assertFalse(self.env["cost.closing"].search([("company_id", "=", new.id)]))

    def test_without_a_responsible_a_manager_is_asked(self):
        self.company.cost_layer_user_id = False
        self.assertTrue(self.propose().user_id.has_group("account.group_account_manager"))

    def test_a_complete_month_is_closed_by_a_manager(self):
        closing = self.propose()
        reader = self.user("reader", "account.group_account_readonly")
        with self.assertRaises(AccessError):
            closing.with_user(reader).action_close()
        closing.with_user(self.manager).action_close()
        self.assertEqual((closing.state, closing.value), ("closed", 8))
        self.assertFalse(closing.activity_ids)
        for values in ({"reason": "Later"}, {"day": self.last_month - timedelta(days=31)}):
            with self.assertRaisesRegex(UserError, "never changed"):
                closing.write(values)
        with self.assertRaisesRegex(UserError, "never deleted"):
            closing.unlink()

    def test_postgresql_keeps_a_closed_month(self):
        """Neither the month nor its stock can be changed, deleted or added to past the ORM."""
        snapshot = self.env["cost.snapshot"].create({"day": self.last_month})
        self.env.flush_all()
        before = snapshot.line_ids.read()
        copied = "snapshot_id, company_id, product_id, place_id, quantity, value"
        for statement, refusal in (
            ("UPDATE cost_snapshot_line SET quantity = 5 WHERE snapshot_id = %s", "never changed or deleted"),
            ("DELETE FROM cost_snapshot_line WHERE snapshot_id = %s", "never changed or deleted"),
            (
                f"INSERT INTO cost_snapshot_line ({copied}) SELECT {copied} FROM cost_snapshot_line"
                " WHERE snapshot_id = %s",
                "Nothing is added to a closed month",
            ),
            ("UPDATE cost_snapshot SET is_taken = FALSE WHERE id = %s", "never changed or deleted"),
            ("UPDATE cost_snapshot SET day = day - 31 WHERE id = %s", "never changed or deleted"),
            ("DELETE FROM cost_snapshot WHERE id = %s", "never changed or deleted"),
        ):
            with (
                self.subTest(statement),
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex(RaiseException, refusal),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(statement, [snapshot.id])
        self.env.invalidate_all()
        self.assertEqual(snapshot.line_ids.read(), before)
        self.assertEqual((len(before), snapshot.value), (1, 8))

    def test_a_month_closed_before_there_was_the_mark_is_kept_too(self):
        self.env.cr.execute(
            "INSERT INTO cost_snapshot (company_id, day) VALUES (%s, %s) RETURNING id",
            [self.company.id, self.last_month],
        )
        month = self.env.cr.fetchone()
        for statement in (
            "INSERT INTO cost_snapshot_line (snapshot_id, company_id, product_id, place_id)"
            f" SELECT %s, company_id, product_id, place_id FROM cost_event WHERE id = {self.receipt.id}",
            "UPDATE cost_snapshot SET is_taken = TRUE WHERE id = %s",
        ):
            with (
                self.subTest(statement),
                mute_logger("odoo.sql_db"),
                self.assertRaises(RaiseException),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(statement, month)

    def test_a_month_that_lacks_something_needs_a_reason(self):
        draft = self.entry(self.company.cost_layer_clearing_account_id, 12, post=False)
        closing = self.propose()
        self.assertEqual(closing.item_ids.mapped("kind"), ["draft"])
        self.assertEqual(self.opened(closing, "draft"), draft)
        with self.assertRaisesRegex(UserError, "Bills and entries not posted"):
            closing.action_close()
        self.assertFalse(closing.snapshot_id)
        closing.reason = "A doubtful bill"
        closing.action_close()
        self.assertEqual(closing.state, "closed")
        self.assertEqual(closing.item_ids.mapped("kind"), ["draft"])

    def test_foreign_entries_on_the_account_block(self):
        closing = self.propose()
        foreign = self.entry(self.company.cost_layer_account_id, 7)
        closing.reason = "Whatever"
        with self.assertRaisesRegex(UserError, "cannot be closed yet(.|\n)*Reverse these entries"):
            closing.action_close()
        (item,) = closing.item_ids
        self.assertEqual((item.kind, item.amount, item.is_blocking), ("account", 7, True))
        self.assertEqual(self.opened(closing, "account").move_id, foreign)
        foreign._reverse_moves(cancel=True)
        self.assertFalse(self.kinds(closing))

    def test_bills_that_are_not_divided_and_costs_that_are_not_billed(self):
        closing = self.propose()
        entry = self.entry(self.company.cost_layer_clearing_account_id, 30)
        self.assertEqual(self.kinds(closing), ["clearing"])
        self.assertEqual(closing.item_ids.amount, 30)
        self.assertEqual(self.opened(closing, "clearing").move_id, entry)
        cost = {"kind": "cost", "origin_id": self.receipt.id, "freight": 30, "day": self.last_month}
        self.receipt._append([{**cost, "product_id": self.second.id, "place_id": self.receipt.place_id.id}])
        self.assertFalse(self.kinds(closing))

    def test_goods_that_lack_a_cost(self):
        """A receipt for nothing, a delivery without goods, a journey without freight."""
        closing = self.propose()
        hub, place = self.hub.view_location_id.id, {"product_id": self.second.id, "day": self.last_month}
        free, journey = self.env["cost.event"]._append(
            [
                {**place, "kind": "receipt", "place_id": hub, "quantity": 1},
                {**place, "kind": "transfer", "place_id": hub, "target_id": self.sea.id, "quantity": 2},
            ]
        )
        self.env["cost.event"]._append([{**place, "kind": "sale", "place_id": hub, "quantity": 9}])
        self.assertEqual(self.kinds(closing), ["free", "short", "journey"])
        self.assertEqual(self.opened(closing, "free"), free)
        self.assertEqual(self.opened(closing, "journey"), journey)
        self.assertEqual(self.opened(closing, "short").quantity, -6)
        cost = {**place, "kind": "cost", "place_id": hub, "freight": 3}
        price = {**place, "kind": "cost", "place_id": hub, "purchase": 2}
        self.env["cost.event"]._append([{**cost, "origin_id": journey.id}, {**price, "origin_id": free.id}])
        self.assertEqual(self.kinds(closing), ["short", "clearing"])
        self.assertEqual(closing.item_ids[1].amount, -3, "Divided, but not billed")

    def test_goods_that_are_not_billed_or_not_in_the_log(self):
        """A receipt of this month is none of the month before."""
        closing = self.propose()
        line = self.buy(10, 5)
        self.assertFalse(self.kinds(closing))
        self.env.flush_all()
        early = fields.Datetime.to_datetime(self.last_month)
        line.move_ids.date = early
        self.assertEqual(self.kinds(closing), ["unbilled"])
        self.assertEqual((self.opened(closing, "unbilled"), closing.item_ids.amount), (line.order_id, 50))
        line.order_id.action_create_invoice()
        bill = line.order_id.invoice_ids
        bill.invoice_date = self.last_month
        self.assertEqual(self.kinds(closing), ["draft"])
        bill.action_post()
        self.assertFalse(self.kinds(closing))

    def test_moves_past_the_log_block(self):
        """As an import does that writes what is done."""
        closing = self.propose()
        move = self.move(self.suppliers, self.hub.lot_stock_id, 3)
        self.env.flush_all()
        day = fields.Datetime.to_datetime(self.last_month)
        copy = """INSERT INTO stock_move (product_id, product_uom, product_uom_qty, product_qty, location_id,
                      location_dest_id, company_id, state, date, procure_method, picked)
                  SELECT product_id, product_uom, product_uom_qty, product_qty, location_id, location_dest_id,
                      company_id, 'done', %s, procure_method, TRUE FROM stock_move WHERE id = %s RETURNING id"""
        self.env.cr.execute(copy, [day, move.id])
        past = self.env["stock.move"].browse(self.env.cr.fetchone()[0])
        copy = """INSERT INTO stock_move_line (move_id, product_id, product_uom_id, quantity, quantity_product_uom,
                      location_id, location_dest_id, company_id, state, date, picked)
                  SELECT %s, product_id, product_uom_id, quantity, quantity_product_uom, location_id,
                      location_dest_id, company_id, 'done', %s, TRUE FROM stock_move_line WHERE move_id = %s"""
        self.env.cr.execute(copy, [past.id, day, move.id])
        self.env.invalidate_all()
        self.assertEqual(self.kinds(closing), ["unlogged"])
        self.assertTrue(closing.is_blocked)
        self.assertEqual(self.opened(closing, "unlogged"), past)

    def test_a_bill_of_a_closed_month_says_where_it_counts(self):
        """The dearer price counts in the open month; the closed one stays; the bill says so."""
        self.propose().action_close()
        snapshot = self.env["cost.snapshot"].search([("company_id", "=", self.company.id)])
        line = self.buy(10, 5)
        self.sell(4)
        line.order_id.action_create_invoice()
        bill = line.order_id.invoice_ids
        bill.invoice_date = self.last_month
        bill.invoice_line_ids.price_unit = 7
        bill.action_post()
        first_open = fields.Date.to_string(self.last_month + timedelta(days=1))
        (told,) = [text for text in bill.message_ids.mapped("body") if "is closed in the cost layers" in text]
        self.assertIn(first_open, told)
        late = self.env["cost.event"].search([("move_id", "=", line.move_ids.id), ("kind", "=", "cost")])
        self.assertEqual(late.purchase, 20)
        self.assertGreater(late.day, self.last_month)
        self.assertEqual((self.values(self.hub), snapshot.value), ([42], 8))
        self.check(self.product)

    def test_a_bill_of_an_open_month_says_nothing(self):
        self.propose().action_close()
        line = self.buy(10, 5)
        line.order_id.action_create_invoice()
        line.order_id.invoice_ids.invoice_date = self.today
        line.order_id.invoice_ids.action_post()
        self.assertNotIn("is closed in", "".join(line.order_id.invoice_ids.message_ids.mapped("body")))
