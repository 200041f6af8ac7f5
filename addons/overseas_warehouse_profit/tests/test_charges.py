from datetime import date, timedelta

from odoo import Command
from odoo.addons.overseas_warehouse.contract import FeeKind
from odoo.addons.overseas_warehouse.tests.test_vendor_bill import CHARGED, ChargeCase
from odoo.tests import tagged

MONTH = date(2026, 1, 1)


@tagged("post_install", "-at_install")
class TestCharges(ChargeCase):
    """What warehouses charge is in the profit: estimated when charged, booked with the bill, to the cent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.account_purchase_tax_id = False
        values = {"name": "Logistics", "code": "698878", "account_type": "expense"}
        cls.expense = cls.env["account.account"].create(values)
        cls.env["account.journal"].search([("type", "=", "purchase")]).default_account_id = cls.expense
        cls.account.partner_id = cls.env["res.partner"].create({"name": "Memory Logistics"})
        cls.Entry, cls.Month = cls.env["profit.entry"], cls.env["profit.month"]
        cls.month = cls.Month.search([("company_id", "=", cls.company.id), ("first", "=", MONTH)])
        cls.month = cls.month or cls.Month.create({"company_id": cls.company.id, "first": MONTH})

    def setUp(self):
        super().setUp()
        rates = self.env["res.currency.rate"]
        rates.search([("currency_id", "=", self.euro.id), ("company_id", "in", (False, self.company.id))]).unlink()
        if self.euro != self.company.currency_id:
            rates.create(
                {
                    "currency_id": self.euro.id,
                    "company_id": self.company.root_id.id,
                    "name": "2026-01-01",
                    "inverse_company_rate": 1.1,
                }
            )

    def _order(self, cups=2, plates=1):
        """An order of a customer that the warehouse ships."""
        self._stock(self.cup, 50)
        self._stock(self.plate, 50)
        partner = self.env["res.partner"].create(
            {"name": "Ada", "street": "Weg 1", "city": "Bonn", "zip": "53111", "country_id": self.env.ref("base.de").id}
        )
        units = {self.cup: cups, self.plate: plates}
        order = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "warehouse_id": self.warehouse.warehouse_id.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": count, "price_unit": 20})
                    for product, count in units.items()
                    if count
                ],
            }
        )
        order.action_confirm()
        self._exchange("overseas.outbound")
        return order

    def _bill(self, lines, post=True):
        """The vendor bill of charges."""
        lines.filtered(lambda line: line.decision == "open" and line.match != "equal").action_accept()
        move = self.env["account.move"].browse(lines.bill_id.action_create_vendor_bill()["res_id"])
        if post:
            move.action_post()
        return move

    def _facts(self, charges=None, **values):
        """Facts of charges, made anew; the month is equal to the ledger, account by account."""
        self.month._rebuild()
        self.month.invalidate_recordset()
        self.assertEqual(self.month.difference, 0)
        domain = [
            ("overseas_charge_id", "in", charges.ids if charges else self.env["overseas.bill.line"].search([]).ids)
        ]
        domain += [(name, "=", value) for name, value in values.items()]
        return self.Entry.search(domain, order="key")

    def assertSums(self, facts, move):
        """The facts are the items of a bill, to the cent, in both currencies."""
        items = move.line_ids.filtered(lambda item: item.account_id == self.expense)
        self.assertEqual(facts.move_line_id, items)
        for item in items:
            held = facts.filtered(lambda fact, item=item: fact.move_line_id == item)
            self.assertEqual(round(sum(held.mapped("amount")) + item.balance, 6), 0)
            self.assertEqual(round(sum(held.mapped("amount_currency")) + item.amount_currency, 6), 0)

    def test_a_bill_becomes_facts_of_order_lines_and_skus(self):
        order = self._order()
        reference = order.picking_ids.overseas_outbound_ids.reference
        lines = self._keep(
            self._charge("1", "4.20", FeeKind.FREIGHT, document=reference),
            self._charge("2", "0.10", FeeKind.HANDLING, document=reference),
            self._charge("3", "10.10", document="", sku="PLATE"),
            self._charge("4", "5.05", document=""),
        )
        move = self._bill(lines)
        facts = self._facts(lines)
        self.assertSums(facts, move)
        self.assertEqual(set(facts.mapped("state")), {"booked"})
        freight = facts.filtered(lambda fact: fact.kind_id.code == "parcel_freight")
        cups, plates = order.order_line
        self.assertEqual(
            {fact.sale_line_id: fact.amount_currency for fact in freight}, {cups: -2.80, plates: -1.40}, "by units"
        )
        self.assertEqual((freight.order_id, freight.country_id.code), (order, "DE"))
        handling = facts.filtered(lambda fact: fact.kind_id.code == "overseas_handling")
        self.assertEqual({fact.sale_line_id: fact.amount_currency for fact in handling}, {cups: -0.07, plates: -0.03})
        storage = facts.filtered(lambda fact: fact.kind_id.code == "overseas_storage").sorted("amount_currency")
        self.assertEqual(storage.mapped("product_id"), self.plate)
        self.assertEqual([fact.amount_currency for fact in storage], [-10.10, -5.05])
        self.assertFalse(storage[1].product_id)
        self.assertEqual(set(facts.mapped("day")), {CHARGED.date()})

    def test_charges_are_estimated_until_their_bill_is_posted(self):
        lines = self._keep(self._charge("1", "10.10", document="", sku="CUP"), self._charge("2", "3.00", document=""))
        lines[1].action_dispute()
        facts = self._facts(lines)
        rate = 1 if self.euro == self.company.currency_id else 1.1
        self.assertEqual((facts.state, facts.origin, facts.overseas_charge_id), ("estimated", "estimate", lines[0]))
        self.assertEqual((facts.amount_currency, facts.product_id), (-10.10, self.cup))
        self.assertAlmostEqual(facts.amount, self.company.currency_id.round(-10.10 * rate))
        self.assertEqual(lines[0].profit, facts.amount)
        move = self._bill(lines[0], post=False)
        self.assertEqual(self._facts(lines).state, "estimated", "a draft is no bill")
        move.action_post()
        facts = self._facts(lines)
        self.assertEqual((facts.state, facts.origin), ("booked", "document"))
        self.assertSums(facts, move)

    def test_a_bill_that_was_entered_by_hand_is_shared_as_it_is(self):
        lines = self._keep(
            self._charge("1", "10.00", document="", sku="CUP"),
            self._charge("2", "5.00", document="", sku="PLATE"),
            self._charge("3", "0.01", document=""),
        )
        move = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.account.partner_id.id,
                "currency_id": self.euro.id,
                "invoice_date": CHARGED.date(),
                "date": CHARGED.date(),
                "invoice_line_ids": [
                    Command.create({"name": name, "price_unit": price, "quantity": 1, "account_id": self.expense.id})
                    for name, price in (("Store", 15.55), ("Fuel", 0.02))
                ],
            }
        )
        lines.bill_id.vendor_bill_id = move
        lines.bill_id.action_link_vendor_bill()
        move.action_post()
        facts = self._facts(lines)
        self.assertSums(facts, move)
        amounts = {
            charge.external_id: round(sum(held.mapped("amount_currency")), 2)
            for charge, held in facts.grouped("overseas_charge_id").items()
        }
        self.assertEqual(amounts, {"1": -10.37, "2": -5.19, "3": -0.01})

    def test_goods_taken_in_and_sent_back_bear_their_charges_by_units(self):
        inbound = self._create_inbound([{self.cup: 10}, {self.cup: 5, self.plate: 8}])
        line = self._keep(self._charge("1", "2.30", FeeKind.INBOUND, document=inbound.reference))
        amounts = {fact.product_id: fact.amount_currency for fact in self._facts(line)}
        self.assertEqual(amounts, {self.cup: -1.50, self.plate: -0.80})
        values = {"warehouse_id": self.warehouse.id, "external_id": "R-1", "changed_at": "2026-01-20 08:00:00"}
        back = self.env["overseas.return"].create({**values, "state": self._get_first_state()})
        self.env["overseas.return.line"].create(
            [
                {"return_id": back.id, "sku": sku, "units": units, "grade": "sellable"}
                for sku, units in (("CUP", 1), ("PLATE", 2))
            ]
        )
        line = self._keep(self._charge("2", "3.00", FeeKind.RETURN, document="R-1"))
        self.assertEqual(line.return_id, back)
        amounts = {fact.product_id: fact.amount_currency for fact in self._facts(line)}
        self.assertEqual(amounts, {self.cup: -1.00, self.plate: -2.00})

    def _get_first_state(self):
        return self.env["overseas.return"]._fields["state"].selection[0][0]

    def test_credits_that_cancel_charges_out_are_shared_by_size(self):
        lines = self._keep(
            self._charge("1", "100.00", document="", sku="CUP"), self._charge("2", "-99.99", document="", sku="PLATE")
        )
        move = self._bill(lines)
        facts = self._facts(lines)
        self.assertSums(facts, move)
        self.assertEqual(len(facts), 1, "a cent has one owner")

    def test_a_refund_is_income(self):
        lines = self._keep(self._charge("1", "-7.77", document="", sku="CUP"))
        move = self._bill(lines)
        self.assertEqual(move.move_type, "in_refund")
        facts = self._facts(lines)
        self.assertSums(facts, move)
        self.assertEqual((facts.amount_currency, facts.product_id), (7.77, self.cup))

    def test_a_bill_of_another_month_counts_there(self):
        lines = self._keep(self._charge("1", "10.00", document="", sku="CUP"))
        move = self._bill(lines, post=False)
        move.write({"date": CHARGED.date() + timedelta(days=10), "invoice_date": CHARGED.date() + timedelta(days=10)})
        move.action_post()
        self.assertFalse(self._facts(lines))
        months = self.Month._ensure_months(self.company)
        later = months.filtered(lambda month: month.first == date(2026, 2, 1))
        later._rebuild()
        facts = self.Entry.search([("overseas_charge_id", "=", lines.id)])
        self.assertEqual((facts.day, facts.state), (move.date, "booked"))
        self.assertEqual(later.difference, 0)

    def test_made_anew_the_facts_are_the_same_and_changes_are_noticed(self):
        order = self._order()
        reference = order.picking_ids.overseas_outbound_ids.reference
        lines = self._keep(
            self._charge("1", "4.21", FeeKind.FREIGHT, document=reference),
            self._charge("2", "0.33", document="", sku="CUP"),
        )
        self._bill(lines)
        self._facts()
        digest = self.month._compute_digest()
        self._facts()
        self.assertEqual(self.month._compute_digest(), digest)
        self.assertFalse(self.month.is_stale)
        late = self._keep(self._charge("3", "1.00", document=""))
        self.month.invalidate_recordset()
        self.assertTrue(self.month.is_stale)
        self._facts()
        late.action_dispute()
        self.month.invalidate_recordset()
        self.assertTrue(self.month.is_stale)

    def test_unbilled_charges_are_on_the_checklist(self):
        lines = self._keep(self._charge("1", "10.00", document=""))
        self.month.action_check()
        check = self.month.check_ids.filtered(lambda check: check.kind == "overseas_unbilled")
        self.assertEqual(check.state, "warn")
        self.assertIn(lines, self.env[check.res_model].search(check.domain))
        self.assertTrue(check.advice)
        self._bill(lines)
        self.assertNotIn(lines, self.env[check.res_model].search(check.domain))

    def test_charges_and_facts_lead_to_each_other(self):
        lines = self._keep(self._charge("1", "10.00", document="", sku="CUP"))
        fact = self._facts(lines)
        self.assertEqual(lines.action_open_profit()["res_id"], fact.id)
        self.assertEqual(fact.action_open_source()["res_id"], lines.id)

    def test_queries_do_not_grow_with_the_charges(self):
        self._bill(self._keep(self._charge("1", "10.00", document="", sku="CUP")))
        self.month._rebuild()
        few = self._count_queries()
        self._bill(self._keep(*(self._charge(f"N{number}", "1.01", document="", sku="CUP") for number in range(40))))
        self.assertLessEqual(self._count_queries(), few)
        self.assertEqual(len(self._facts(state="booked")), 41)

    def _count_queries(self):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.month._rebuild()
        return self.env.cr.sql_log_count - before
