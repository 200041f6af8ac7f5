from datetime import date

from odoo import fields
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.fields import Command
from odoo.tests import Form, tagged

from .profit_case import ProfitCase


@tagged("post_install", "-at_install")
class TestCosts(ProfitCase):
    """What goods cost, by the cost layers: 3.00 a cup, 2.00 a tag, of which 50 are in each warehouse."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sold = cls._create_account("Cost of Sales", "509001", "expense_direct_cost")
        cls.company.write(
            {
                "cost_layer_method": "fifo",
                "cost_layer_account_id": cls._create_account("Capitalised", "119001", "asset_current").id,
                "cost_layer_clearing_account_id": cls._create_account("To Capitalise", "489001", "asset_current").id,
                "cost_layer_expense_account_id": cls.sold.id,
                "cost_layer_journal_id": cls.env["account.journal"]
                .create({"name": "Costs", "code": "CSTX", "type": "general", "company_id": cls.company.id})
                .id,
            }
        )
        cls.env["profit.result.account"]._set_up(cls.company)
        cls.cup, cls.tag = (cls._create_product(sku, 0, taxes_id=cls.tax.ids) for sku in ("CUP", "TAG"))
        cls._create_listing("CUP", cls.cup)
        cls._create_listing("TAG", cls.tag)
        for warehouse in (cls.warehouse, cls.fulfilment_warehouse):
            cls._receive_goods(cls.cup, 50, 3, warehouse)
            cls._receive_goods(cls.tag, 50, 2, warehouse)

    def _costs(self, *domain):
        return self._facts(("origin", "=", "cost"), ("product_id", "in", (self.cup | self.tag).ids), *domain)

    @classmethod
    def _receive_goods(cls, product, units, price, warehouse=None):
        """A purchase order, received; its stock move."""
        order = cls.env["purchase.order"].create(
            {
                "partner_id": cls.env["res.partner"].create({"name": "Vendor"}).id,
                "picking_type_id": (warehouse or cls.warehouse).in_type_id.id,
                "order_line": [
                    Command.create(
                        {"product_id": product.id, "product_qty": units, "price_unit": price, "tax_ids": False}
                    )
                ],
            }
        )
        order.button_confirm()
        order.picking_ids.move_ids.picked = True
        order.picking_ids.button_validate()
        return order.order_line.move_ids

    def test_deliveries_cost_their_order_lines(self):
        lines = self._line("CUP", 2, "24.00"), self._line("TAG", 1, "6.00")
        order = self._import(self._order("A-1", *lines))
        self._ship(order)
        self._months()
        facts = self._costs()
        self.assertEqual(
            {fact.sale_line_id: (fact.kind_id.code, fact.amount) for fact in facts},
            {order.order_line[0]: ("purchase_cost", -6.0), order.order_line[1]: ("purchase_cost", -2.0)},
        )
        self.assertEqual((facts.shop_id, set(facts.mapped("level"))), (self.shop, {"goods"}))
        self.assertEqual(facts[0].action_open_source()["res_model"], "cost.event")
        # Nothing is booked of it while stock is valued once a period: the other side is what the ledger lacks.
        difference = self._facts(("kind_id.code", "=", "stock_difference"))
        accounts = facts.ledger_account_id
        self.assertAlmostEqual(
            sum(difference.filtered(lambda fact: fact.ledger_account_id in accounts).mapped("amount"))
            + sum(self._facts(("origin", "=", "cost")).mapped("amount")),
            -sum(
                self.env["account.move.line"]
                .search([("account_id", "in", accounts.ids), ("parent_state", "=", "posted")])
                .filtered(lambda item: not item.fee_kind_id and item.company_id == self.company)
                .mapped("balance")
            ),
            2,
        )

    def test_what_the_marketplace_ships_is_shared_among_its_orders(self):
        orders = self._import(
            self._marketplace_order("A-1", self._line("CUP", 2, "24.00")),
            self._marketplace_order("A-2", self._line("CUP", 1, "12.00")),
        )
        with trap_jobs():
            self.env["marketplace.fulfilment.transfer"]._job_transfer(self.company)
        self.assertEqual(len(orders.order_line.marketplace_move_id), 1)
        self._months()
        self.assertEqual(
            {fact.order_id.marketplace_ref: fact.amount for fact in self._costs()}, {"A-1": -6.0, "A-2": -3.0}
        )

    def test_a_late_freight_bill(self):
        box = self._create_product("BOX", 0, taxes_id=self.tax.ids)
        self._create_listing("BOX", box)
        receipt = self._receive_goods(box, 10, 5)
        order = self._import(self._order("A-1", self._line("BOX", 4, "48.00")))
        self._ship(order)
        self.env["cost.event"]._add_cost(
            [
                {
                    "move": receipt,
                    "component": "freight",
                    "amount": 10.01,
                    "currency": self.company.currency_id,
                    "date": fields.Date.context_today(self.company),
                    "source": "Freight",
                }
            ]
        )
        self._months()
        facts = self._facts(("origin", "=", "cost"), ("product_id", "=", box.id))
        self.assertEqual(self._by_kind(facts), {"purchase_cost": -20.0, "freight_cost": -4.0})
        freight = facts.filtered(lambda fact: fact.kind_id.code == "freight_cost")
        self.assertFalse(freight.order_id)
        # Freight is booked by the layers themselves: there is no difference on its account.
        self.assertEqual(freight.ledger_account_id, self.sold)
        self.assertFalse(self._facts(("origin", "=", "ledger"), ("ledger_account_id", "=", self.sold.id)))

    def test_a_return_gives_the_cost_back(self):
        order = self._import(self._order("A-1", self._line("CUP", 2, "24.00")))
        self._ship(order)
        picking = order.picking_ids
        wizard = Form(
            self.env["stock.return.picking"].with_context(
                active_ids=picking.ids, active_id=picking.id, active_model="stock.picking"
            )
        ).save()
        wizard.product_return_moves.quantity = 1
        back = wizard._create_return()
        back.move_ids.picked = True
        back._action_done()
        self._months()
        facts = self._costs()
        self.assertEqual((sorted(facts.mapped("amount")), facts.sale_line_id), ([-6.0, 3.0], order.order_line))

    def test_losses(self):
        lost = self.env["stock.location"].search(
            [("usage", "=", "inventory"), ("company_id", "in", (False, self.company.id))], limit=1
        )
        move = self.env["stock.move"].create(
            {
                "product_id": self.cup.id,
                "product_uom_qty": 5,
                "product_uom": self.cup.uom_id.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": lost.id,
                "company_id": self.company.id,
            }
        )
        move._action_confirm()
        move._action_assign()
        move.picked = True
        move._action_done()
        self._months()
        self.assertEqual(self._by_kind(self._costs()), {"stock_loss": -15.0})

    def test_purchases_booked_are_no_profit_of_their_own(self):
        purchases = self.company.expense_account_id or self.cup.product_tmpl_id.get_product_accounts()["expense"]
        before = self._by_kind(self._facts(("day", "=", date(2026, 5, 31)))).get("stock_difference", 0)
        move = self._enter(purchases, 500)
        self._months()
        self.assertFalse(self._facts(("move_line_id.move_id", "=", move.id)))
        facts = self._facts(
            ("kind_id.code", "=", "stock_difference"),
            ("ledger_account_id", "=", purchases.id),
            ("day", "=", date(2026, 5, 31)),
        )
        self.assertAlmostEqual(sum(facts.mapped("amount")) - before, -500.0, 2)
