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
