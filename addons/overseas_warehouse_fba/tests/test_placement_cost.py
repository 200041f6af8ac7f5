from odoo import Command
from odoo.tests import tagged

from .fba_case import FbaCase


@tagged("post_install", "-at_install")
class TestPlacementCost(FbaCase):
    """Placement fees are a cost of the goods, where goods are costed in layers."""

    def setUp(self):
        super().setUp()
        if "cost.event" not in self.env:
            self.skipTest("cost layers are not installed")
        self.hub = self.env["stock.warehouse"].search([("company_id", "=", self.env.company.id)], limit=1)
        for product in (self.cup, self.plate):
            self._put(product, 30, self.hub.lot_stock_id)
        accounts = self.env["account.account"].create(
            [
                {"name": name, "code": code, "account_type": kind}
                for name, code, kind in (
                    ("Capitalised", "X110900", "asset_current"),
                    ("To capitalise", "X480900", "expense"),
                    ("Cost of sales", "X500900", "expense_direct_cost"),
                )
            ]
        )
        journal = self.env["account.journal"].create({"name": "Costs", "code": "XCST", "type": "general"})
        self.env.company.write(
            {
                "cost_layer_method": "fifo",
                "cost_layer_account_id": accounts[0].id,
                "cost_layer_clearing_account_id": accounts[1].id,
                "cost_layer_expense_account_id": accounts[2].id,
                "cost_layer_journal_id": journal.id,
            }
        )
        self.plan = self._create_plan()

    def _create_plan(self):
        """20 cups and 10 plates; their placement costs 10.00."""
        plan = self.env["fba.inbound"].create(
            {"reference": "PLAN-1", "warehouse_id": self.warehouse.id, "ship_from_id": self.env.user.partner_id.id}
        )
        self.env["fba.inbound.option"].create(
            {
                "inbound_id": plan.id,
                "kind": "placement",
                "external_id": "pl1",
                "description": "One warehouse",
                "is_chosen": True,
                "cost": 10,
            }
        )
        lines = [
            Command.create({"product_id": product.id, "units": units})
            for product, units in ((self.cup, 20), (self.plate, 10))
        ]
        self.notice = self.env["overseas.inbound"].create(
            {
                "warehouse_id": self.warehouse.id,
                "source_location_id": self.hub.lot_stock_id.id,
                "carton_ids": [Command.create({"number": 1, "line_ids": lines})],
            }
        )
        self.notice.fba_inbound_id = plan
        return plan

    def _costs(self):
        """``{product: cost that the log has of the placement}``."""
        events = self.env["cost.event"].search([("kind", "=", "cost"), ("key", "=like", "fba.placement/%")])
        return {product: sum(own.mapped("other")) for product, own in events.grouped("product_id").items()}

    def test_goods_that_leave_later_bear_the_fees(self):
        self.plan.state = "arranged"
        self.assertEqual(self._costs(), {})
        self.notice.action_depart()
        self.assertEqual(self._costs(), {self.cup: 6.67, self.plate: 3.33})

    def test_goods_that_have_left_bear_them_once(self):
        self.notice.action_depart()
        self.assertEqual(self._costs(), {})
        self.plan.state = "arranged"
        self.plan._log_placement_cost()
        self.assertEqual(self._costs(), {self.cup: 6.67, self.plate: 3.33})

    def test_a_withdrawn_plan_costs_nothing(self):
        self.notice.action_depart()
        self.plan.state = "arranged"
        self.plan.state = "cancelled"
        self.assertEqual(self._costs(), {self.cup: 0, self.plate: 0})
