from dataclasses import replace
from datetime import date

from odoo.addons.marketplace.contract import TaxCollector, TaxTreatment
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .posting_case import PostingCase


@tagged("post_install", "-at_install")
class TestPostingDocuments(PostingCase):
    """Invoices of orders and bills of the marketplace, which settlements settle."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mug.invoice_policy = cls.pen.invoice_policy = "order"
        cls.shop.settlement_sales_policy = "invoice"

    # === INVOICES === #

    def test_an_invoice_for_each_order_is_paid_by_the_settlement(self):
        orders = self._import(self._order("A-1"), self._order("A-2", self._line("PEN", 2, "24.00")))
        settlement = self._post("S1", *self._sale("A-1"), *self._sale("A-2", "24.00", "-3.60", sku="PEN"))
        invoices = orders.invoice_ids
        self.assertEqual(invoices.mapped("amount_total"), [12.0, 24.0])
        self.assertEqual(set(invoices.mapped("payment_state")), {"paid"})
        receivable = invoices.line_ids.filtered(lambda item: item.account_type == "asset_receivable").account_id
        self.assertEqual(self._sums(settlement.move_ids), {receivable.code: -36.0, "selling": 5.4, "clearing": 30.6})
        item = settlement.line_ids[0].move_line_id
        self.assertEqual((item.amount_currency, item.partner_id), (-12.0, orders[0].partner_invoice_id))
        # Taking it back leaves the invoices, which are the buyers', to be paid.
        settlement.action_reverse()
        self.assertEqual(set(invoices.mapped("payment_state")), {"not_paid"})
        self.assertEqual(self._sums(settlement.move_ids), {})
        settlement.action_post()
        self.assertEqual((orders.invoice_ids, set(invoices.mapped("payment_state"))), (invoices, {"paid"}))

    def test_business_buyers_always_get_an_invoice(self):
        self.shop.settlement_sales_policy = "summary"
        business = replace(self._order("A-1"), is_business=True)
        company, private = self._import(business, self._order("A-2"))
        settlement = self._post("S1", *self._sale("A-1"), *self._sale("A-2"))
        self.assertEqual(company.invoice_ids.payment_state, "paid")
        self.assertFalse(private.invoice_ids)
        sums = self._sums(settlement.move_ids)
        self.assertEqual((sums["sales"], sums["vat"]), (-10.0, -2.0))

    def test_refunds_become_credit_notes(self):
        order = self._import(self._order("A-1"))
        self._post("S1", *self._sale("A-1"))
        settlement = self._post("S2", ("Order > Refund > Principal", "-6.00", {"order": "A-1", "sku": "MUG"}))
        (note,) = settlement.move_ids.filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual((note.amount_total, note.amount_tax, note.amount_residual), (6.0, 1.0, 0.0))
        self.assertEqual(note.reversed_entry_id, order.invoice_ids)
        self.assertEqual(settlement.line_ids.document_line_id, note.invoice_line_ids)
        self.assertEqual(note.invoice_line_ids.fee_kind_id, self.kinds["income_refund"])
        sums = self._sums(settlement.move_ids)
        self.assertEqual(sums, {"refunds": 5.0, "vat": 1.0, "clearing": -6.0})
        settlement.action_repost()
        self.assertEqual(self._sums(settlement.move_ids), sums)

    def test_tax_that_the_marketplace_collects_is_no_income(self):
        """It is in the invoice that the settlement pays, and what the marketplace keeps of it is no loss."""
        collected = {"tax_treatment": TaxTreatment.ADDED, "tax_collector": TaxCollector.MARKETPLACE}
        order = self._import(
            self._order("A-1", self._line("MUG", 1, None, self._charge("item", "12.00", "2.00", **collected)))
        )
        sold = {"order": "A-1", "sku": "MUG"}
        taxes = [("Order > ItemPrice > Tax", "2.00", sold), ("Order > Withheld > Tax", "-2.00", sold)]
        settlement = self._post("S1", *self._sale("A-1"), *taxes)
        self.assertEqual((order.invoice_ids.amount_total, order.invoice_ids.payment_state), (14.0, "paid"))
        sums = self._sums(settlement.move_ids | order.invoice_ids)
        self.assertEqual(
            {name: sums.get(name, 0) for name in ("tax", "selling", "clearing")},
            {"tax": 0, "selling": 1.8, "clearing": 10.2},
        )
        income = order.invoice_ids.line_ids.filtered(lambda item: item.account_type == "income")
        self.assertEqual(sum(income.mapped("balance")), -12.0)

    def test_an_order_that_was_summarised_gets_no_invoice_later(self):
        self.shop.settlement_sales_policy = "summary"
        order = self._import(self._order("A-1"))
        self._post("S1", *self._sale("A-1"))
        self.shop.settlement_sales_policy = "invoice"
        settlement = self._post("S2", ("Order > Refund > Principal", "-6.00", {"order": "A-1", "sku": "MUG"}))
        self.assertFalse(order.invoice_ids)
        self.assertEqual(self._sums(settlement.move_ids), {"refunds": 5.0, "vat": 1.0, "clearing": -6.0})

    def test_orders_that_cannot_be_invoiced_are_named(self):
        self.mug.invoice_policy = "delivery"
        order = self._import(self._order("A-1"))
        settlement = self._take(self._document("S1", *self._sale("A-1")))
        with self.assertRaisesRegex(UserError, f"S1: these orders need an invoice.*{order.name}"):
            settlement.action_post()
        self.assertFalse(order.invoice_ids)
        self._ship(order)
        settlement.action_post()
        self.assertEqual((settlement.state, order.invoice_ids.payment_state), ("posted", "paid"))

    def test_an_invoice_in_another_currency_than_the_settlement(self):
        foreign = self.env["res.currency"].with_context(active_test=False).search([("name", "=", "CHF")])
        foreign.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": foreign.id, "name": "2026-01-01", "inverse_company_rate": 1.25}
        )
        order = self._import(self._order("A-1"))
        settlement = self._post(
            "S1", ("Order > ItemPrice > Principal", "9.60", {"order": "A-1", "sku": "MUG"}), currency="CHF"
        )
        self.assertEqual(order.invoice_ids.currency_id, self.company.currency_id)
        self.assertEqual(order.invoice_ids.payment_state, "paid")
        self.assertEqual(settlement.clearing_line_id.balance, 12.0)

    def test_subsidies_are_in_no_invoice(self):
        self.Word.create(
            {"provider": "none", "words": "Order > Subsidy", "kind_id": self.kinds["marketplace_voucher"].id}
        )
        order = self._import(self._order("A-1"))
        settlement = self._post("S1", *self._sale("A-1"), ("Order > Subsidy", "1.20", {"order": "A-1", "sku": "MUG"}))
        self.assertEqual(order.invoice_ids.payment_state, "paid")
        sums = self._sums(settlement.move_ids)
        self.assertEqual((sums["subsidies"], sums["vat"]), (-1.0, -0.2))

    # === BILLS === #

    def test_a_lock_of_purchases_counts_where_there_is_a_bill(self):
        self.account.settlement_fee_policy = "bill"
        self.company.purchase_lock_date = "2026-05-31"
        plain, billed = self._take(
            self._document("S1", ("Reserve > Held", "-1.00")), self._document("S2", ("Fee > Storage", "-4.00"))
        )
        plain.action_post()
        self.assertEqual(plain.state, "posted")
        with self.assertRaisesRegex(UserError, "S2 has amounts of 2026-05-02, but the books are locked"):
            billed.action_post()

    def _create_purchase_tax(self, name, amount, **vals):
        account = self._create_account(name, f"1990{len(name)}", "asset_current")
        self.roles[account] = name
        tax = self.env["account.tax"].create(
            {
                "name": name,
                "amount": amount,
                "type_tax_use": "purchase",
                "price_include_override": "tax_excluded",
                **vals,
            }
        )
        for lines in (tax.invoice_repartition_line_ids, tax.refund_repartition_line_ids):
            lines.filtered(lambda line: line.repartition_type == "tax").account_id = account
        return tax

    def _reverse_charge(self):
        parts = [
            Command.create({"repartition_type": "base", "factor_percent": 100}),
            Command.create({"repartition_type": "tax", "factor_percent": 100}),
            Command.create({"repartition_type": "tax", "factor_percent": -100}),
        ]
        return self._create_purchase_tax(
            "reverse", 20, invoice_repartition_line_ids=parts, refund_repartition_line_ids=parts
        )

    def test_fees_as_a_bill_with_reverse_charge(self):
        self.account.settlement_fee_policy = "bill"
        self.rows["selling"].tax_ids = self._reverse_charge()
        settlement = self._post("S1", *self._sale("NOT-HERE", "100.00", "-15.00"), ("Fee > Storage", "-4.00"))
        (bill,) = settlement.move_ids.filtered(lambda move: move.move_type == "in_invoice")
        self.assertEqual((bill.amount_total, bill.amount_untaxed, bill.payment_state), (19.0, 19.0, "paid"))
        self.assertEqual((bill.partner_id, bill.invoice_date), (self.account.settlement_partner_id, date(2026, 5, 2)))
        taxes = bill.line_ids.filtered("tax_repartition_line_id")
        self.assertEqual(sorted(taxes.mapped("balance")), [-3.0, 3.0])
        # Each fee is in a line of the bill, which knows its kind; the entry's item settles the bill.
        fees = settlement.line_ids[1:]
        self.assertEqual(fees.mapped("document_line_id.fee_kind_id"), fees.kind_id)
        self.assertEqual(fees.document_line_id.move_id, bill)
        self.assertEqual(fees.mapped("document_line_id.balance"), [15.0, 4.0])
        self.assertEqual(fees.move_line_id.account_id.account_type, "liability_payable")
        line = fees[0].document_line_id
        self.assertEqual(
            self.env["marketplace.settlement.line"].search(line.action_view_marketplace_lines()["domain"]), fees[0]
        )
        self.assertEqual(
            self._sums(settlement.move_ids), {"sales": -100.0, "selling": 15.0, "storage": 4.0, "clearing": 81.0}
        )
        settlement.action_reverse()
        self.assertEqual(self._sums(settlement.move_ids), {})
        self.assertFalse(settlement.line_ids.document_line_id)
        settlement.action_post()
        self.assertEqual(
            self._sums(settlement.move_ids), {"sales": -100.0, "selling": 15.0, "storage": 4.0, "clearing": 81.0}
        )
        self.assertEqual(len(settlement.line_ids.document_line_id), 2)

    def test_fees_with_tax_that_they_contain(self):
        self.rows["selling"].tax_ids = self._create_purchase_tax("input", 20)
        expected = {"sales": -100.0, "selling": 10.0, "input": 2.0, "clearing": 88.0}
        settlement = self._post("S1", *self._sale("NOT-HERE", "100.00", "-12.00"))
        self.assertEqual(self._sums(settlement.move_ids), expected)
        self.account.settlement_fee_policy = "bill"
        settlement = self._post("S2", *self._sale("NOT-HERE", "100.00", "-12.00"))
        self.assertEqual(self._sums(settlement.move_ids), expected)

    def test_a_bill_for_each_month_and_a_credit_note_for_fees_given_back(self):
        self.account.settlement_fee_policy = "bill"
        settlement = self._post("S1", *self._sale("A-1", "100.00", "-15.00"), ("Fee > Storage", "4.00", {"day": 40}))
        documents = settlement.move_ids.filtered(lambda move: move.move_type != "entry")
        self.assertEqual(
            {(move.move_type, move.date, move.amount_total, move.amount_residual) for move in documents},
            {
                ("in_invoice", date(2026, 5, 31), 15.0, 0.0),
                ("in_refund", date(2026, 6, 10), 4.0, 0.0),
            },
        )

    def test_a_bill_in_foreign_money_has_the_rate_of_the_settlement(self):
        foreign = self.env["res.currency"].with_context(active_test=False).search([("name", "=", "JPY")])
        foreign.active = True
        self.account.settlement_fee_policy = "bill"
        settlement = self._take(self._document("S1", *self._sale("A-1", "10000", "-1500"), currency="JPY"))
        settlement.own_rate = 0.0065
        settlement.action_post()
        self.assertEqual(
            self._sums(settlement.move_ids, "balance"), {"sales": -65.0, "selling": 9.75, "clearing": 55.25}
        )
