from odoo.tests import tagged

from .profit_case import ProfitCase


@tagged("post_install", "-at_install")
class TestFacts(ProfitCase):
    def test_amounts_of_a_settlement(self):
        order = self._import(self._order("A-1", self._line("MUG", 2, "24.00")))
        settlement = self._post("S1", *self._sale("A-1", "24.00", "-3.60", units=2), ("Fee > Storage", "-4.00"))
        self._months()
        facts = self._of_settlement(settlement)
        self.assertEqual(self._by_kind(facts), {"principal": 20.0, "commission": -3.6, "storage": -4.0})
        goods = facts.filtered(lambda fact: fact.kind_id.code == "principal")
        self.assertRecordValues(
            goods,
            [
                {
                    "order_id": order.id,
                    "sale_line_id": order.order_line.id,
                    "product_id": self.mug.id,
                    "template_id": self.mug.product_tmpl_id.id,
                    "category_id": self.mug.categ_id.id,
                    "shop_id": self.shop.id,
                    "account_id": self.account.id,
                    "provider": "none",
                    "country_id": self.env.ref("base.uk").id,
                    "units": 2.0,
                    "level": "revenue",
                    "group": "sales",
                    "state": "booked",
                    "origin": "settlement",
                    "ledger_account_id": self.rows["sales"].account_id.id,
                }
            ],
        )

    def test_levels_come_as_in_a_statement_of_profit(self):
        """In pivots too, which group by several fields, and with an order."""
        settlement = self._post("S1", *self._sale("A-1", "24.00", "-3.60"), ("Fee > Storage", "-4.00"))
        self._months()
        facts = self._of_settlement(settlement)
        model = self.env["profit.entry"]
        domain = [("id", "in", facts.ids)]
        self.assertEqual([level for (level,) in model._read_group(domain, ["level"])], ["revenue", "selling"])
        rows = model._read_group(domain, ["level", "kind_id"], order="level desc, kind_id")
        self.assertEqual([level for level, _kind in rows], ["selling", "selling", "revenue"])
        groups = model.formatted_read_grouping_sets(domain, [[], ["level"]], ["amount:sum"])[1]
        self.assertEqual([group["level"] for group in groups], ["revenue", "selling"])

    def test_money_and_taxes_are_no_profit(self):
        self.mug.taxes_id = False
        self._import(self._order("A-1"))
        settlement = self._post(
            "S1",
            *self._sale("A-1", "10.00", "-1.00"),
            ("Order > ItemPrice > Tax", "2.00", {"order": "A-1"}),
            ("Order > Withheld > Tax", "-2.00", {"order": "A-1"}),
            ("Reserve > Held", "-5.00"),
            ("Money > Loan", "100.00"),
        )
        self._months()
        self.assertEqual(self._by_kind(self._of_settlement(settlement)), {"principal": 10.0, "commission": -1.0})

    def test_tax_inside_of_the_price_is_no_profit(self):
        """The marketplace states net and tax apart; both are in the sale, and its taxes are taken out of their sum."""
        self._import(self._order("A-1"))
        settlement = self._post(
            "S1",
            ("Order > ItemPrice > Principal", "10.00", {"order": "A-1", "sku": "MUG", "units": 1}),
            ("Order > ItemPrice > Tax", "2.00", {"order": "A-1", "sku": "MUG", "units": 1}),
        )
        self._months()
        facts = self._of_settlement(settlement)
        self.assertEqual(self._by_kind(facts), {"principal": 10.0})
        self.assertEqual((len(facts), sum(facts.mapped("units"))), (2, 1.0))

    def test_refunds_take_units_back(self):
        self._import(self._order("A-1", self._line("MUG", 2, "24.00")))
        self._post("S1", *self._sale("A-1", "24.00", "-3.60", units=2))
        whole = ("Order > Refund > Principal", "-12.00", {"order": "A-1", "sku": "MUG", "units": 1})
        partial = ("Order > Refund > Principal", "-3.00", {"order": "A-1", "sku": "MUG"})
        settlement = self._post("S2", whole, partial)
        self._months()
        facts = self._of_settlement(settlement)
        self.assertEqual(self._by_kind(facts), {"income_refund": -12.5})
        self.assertEqual(sorted(facts.mapped("units")), [-1.0, 0.0])
        self.assertEqual(facts.sale_line_id.order_id.marketplace_ref, "A-1")

    def test_shares_add_up_to_the_items(self):
        """Three sales of 0.99 gross are 2.475 net, one item of 2.47 or 2.48: no cent is lost, none is made."""
        self._import(*(self._order(f"A-{number}") for number in range(3)))
        settlement = self._post(
            "S1", *(line for number in range(3) for line in self._sale(f"A-{number}", "0.99", "-0.01"))
        )
        self._months()
        goods = self._of_settlement(settlement).filtered(lambda fact: fact.kind_id.code == "principal")
        item = settlement.line_ids[0].move_line_id
        self.assertEqual((len(goods), round(sum(goods.mapped("amount")), 2)), (3, -item.balance))
        self.assertEqual({round(amount, 2) for amount in goods.mapped("amount")}, {0.82, 0.83})

    def test_amounts_that_cancel_out_keep_their_sizes(self):
        settlement = self._post("S1", ("Fee > Storage", "-400.00"), ("Fee > Storage", "400.00", {"order": "A-9"}))
        self._months()
        self.assertEqual(sorted(self._of_settlement(settlement).mapped("amount")), [-400.0, 400.0])

    def test_amounts_that_almost_cancel_out_in_foreign_money(self):
        self._set_foreign("KWD", 3.25)
        fees = ("Fee > Storage", "-400.000"), ("Fee > Storage", "399.999")
        settlement = self._post("S1", *fees, ("Reserve > Held", "-1000.000"), currency="KWD")
        self._months()
        facts = self._of_settlement(settlement)
        self.assertEqual(sorted(round(fact.amount, 2) for fact in facts), [-1300.0, 1300.0])
        self.assertEqual(sorted(round(fact.amount_currency, 3) for fact in facts), [-400.0, 399.999])

    def test_payments_of_whole_orders_are_shared_over_their_lines(self):
        self.Word.create({"provider": "none", "words": "Order > Paid", "kind_id": self.kinds["order_payment"].id})
        self.Word.create({"provider": "none", "words": "Order > Card", "kind_id": self.kinds["payment_fee"].id})
        lines = self._line("MUG", 2, "24.00"), self._line("PEN", 1, "12.00", self._charge("shipping", "6.00"))
        order = self._import(self._order("A-1", *lines))
        settlement = self._post(
            "S1", ("Order > Paid", "42.00", {"order": "A-1"}), ("Order > Card", "-1.00", {"order": "A-1"})
        )
        self._months()
        facts = self._of_settlement(settlement)
        paid = facts.filtered(lambda fact: fact.kind_id.code == "order_payment")
        self.assertEqual(paid.sale_line_id, order.order_line)
        by_product = {fact.product_id: (round(fact.amount, 2), fact.units) for fact in paid}
        self.assertEqual((by_product[self.mug][1], by_product[self.pen][1]), (2.0, 1.0))
        self.assertEqual(sum(paid.mapped("units")), 3.0)
        self.assertAlmostEqual(by_product[self.mug][0], 2 * by_product[self.pen][0], delta=0.02)
        fees = facts - paid
        self.assertEqual({fact.product_id: round(fact.amount, 2) for fact in fees}, {self.mug: -0.67, self.pen: -0.33})

    def test_fees_by_bill(self):
        self.account.settlement_fee_policy = "bill"
        self._import(self._order("A-1"))
        settlement = self._post("S1", *self._sale("A-1", "100.00", "-15.00"), ("Fee > Storage", "-4.00"))
        self._months()
        facts = self._of_settlement(settlement)
        self.assertEqual(self._by_kind(facts), {"principal": 83.33, "commission": -15.0, "storage": -4.0})
        commission = facts.filtered(lambda fact: fact.kind_id.code == "commission")
        self.assertEqual(commission.move_line_id.move_id.move_type, "in_invoice")
        self.assertEqual(commission.order_id.marketplace_ref, "A-1")

    def test_invoices_of_orders(self):
        self.shop.settlement_sales_policy = "invoice"
        line = self._line("MUG", 2, "24.00", self._charge("shipping", "6.00"))
        order = self._import(self._order("A-1", line))
        self._post("S1", *self._sale("A-1", "30.00", "-3.60", units=2))
        refund = self._post("S2", ("Order > Refund > Principal", "-12.00", {"order": "A-1", "sku": "MUG"}))
        self._months()
        facts = self._facts(("order_id", "=", order.id), ("kind_id.group", "!=", "costs"))
        sums = self._by_kind(facts)
        invoiced = order.invoice_ids.filtered(lambda move: move.move_type == "out_invoice").amount_untaxed
        self.assertAlmostEqual(sums["principal"] + sums["shipping_credit"], invoiced, 2)
        self.assertEqual((sums["commission"], sums["income_refund"]), (-3.6, -10.0))
        goods = facts.filtered(lambda fact: fact.kind_id.code == "principal")
        self.assertEqual((goods.origin, goods.units, goods.product_id), ("document", 2.0, self.mug))
        self.assertEqual(goods.shop_id, self.shop)
        back = self._of_settlement(refund)
        self.assertEqual(back.move_line_id.move_id.move_type, "out_refund")

    def test_reversed_and_posted_again(self):
        self._import(self._order("A-1"))
        settlement = self._post("S1", *self._sale("A-1"), ("Fee > Storage", "-4.00"))
        settlement.action_reverse()
        self._months()
        taken_back = self._facts(("move_line_id.move_id", "in", settlement.move_ids.ids))
        self.assertTrue(taken_back)
        self.assertFalse(round(sum(taken_back.mapped("amount")), 2))
        fees = taken_back.filtered(lambda fact: fact.kind_id.code == "storage")
        self.assertEqual(sorted(fees.mapped("amount")), [-4.0, 4.0])
        settlement.action_post()
        self._months()
        self.assertEqual(
            self._by_kind(self._of_settlement(settlement)), {"principal": 10.0, "commission": -1.8, "storage": -4.0}
        )

    def test_two_months(self):
        settlement = self._post(
            "S1", *self._sale("A-1", "100.00", "-15.00"), *self._sale("A-2", "50.00", "-5.00", day=40)
        )
        months = self._months().filtered(lambda month: f"{month.first:%Y-%m}" in ("2026-05", "2026-06"))
        sums = [
            self._by_kind(self._of_settlement(settlement).filtered_domain(month._get_fact_domain()))
            for month in months.sorted("first")
        ]
        self.assertEqual(sums, [{"principal": 100.0, "commission": -15.0}, {"principal": 50.0, "commission": -5.0}])

    def test_own_costs(self):
        rent = self._create_account("Rent", "699001", "expense")
        other = self._create_account("Odds", "699002", "expense")
        gains = self._create_account("Gains", "499001", "income_other")
        self.env["profit.result.account"].create(
            {"account_id": rent.id, "kind_id": self.kinds["rent"].id, "company_id": self.company.id}
        )
        moves = self._enter(rent, 900) | self._enter(other, 7) | self._enter(gains, -3)
        self._months()
        facts = self._facts(("move_line_id", "in", moves.line_ids.ids))
        self.assertEqual(self._by_kind(facts), {"rent": -900.0, "cost_unattributed": -7.0, "income_unattributed": 3.0})
        self.assertEqual(set(facts.mapped("origin")), {"ledger"})
        month = self.Month.search([("company_id", "=", self.company.id), ("first", "=", "2026-05-01")])
        self.assertGreaterEqual(month.unattributed, 10.0)
        self.assertTrue(
            facts.filtered(lambda fact: fact.amount == -7.0)
            in self.Entry.search(month.action_view_unattributed()["domain"])
        )
