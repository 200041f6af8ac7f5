from odoo import Command, fields
from odoo.tests import TransactionCase

from ..engine import UNIT, to_units


class CostCase(TransactionCase):
    """A company with two warehouses, sea transit, accounts and FIFO layers; `_check` holds after every operation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Layers Ltd", "currency_id": cls.env.ref("base.GBP").id})
        cls.env.user.company_ids |= cls.company
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids})
        cls.usd, cls.jpy = cls._rate("USD", 1.25), cls._rate("JPY", 190)
        accounts = {
            name: cls.env["account.account"].create(
                {"name": name, "code": code, "account_type": kind, "company_ids": cls.company.ids}
            )
            for name, code, kind in (
                ("Capitalised", "110900", "asset_current"),
                ("To capitalise", "480900", "expense"),
                ("Cost of sales", "500900", "expense_direct_cost"),
                ("Payable", "210900", "liability_payable"),
                ("Purchases", "510900", "expense"),
            )
        }
        cls.payable, cls.purchases = accounts["Payable"], accounts["Purchases"]
        journal = {"company_id": cls.company.id}
        cls.journal = cls.env["account.journal"].create({**journal, "name": "Costs", "code": "CST", "type": "general"})
        cls.env["account.journal"].create(
            {**journal, "name": "Bills", "code": "BIL", "type": "purchase", "default_account_id": cls.purchases.id}
        )
        cls.company.write(
            {
                "cost_layer_method": "fifo",
                "cost_layer_account_id": accounts["Capitalised"].id,
                "cost_layer_clearing_account_id": accounts["To capitalise"].id,
                "cost_layer_expense_account_id": accounts["Cost of sales"].id,
                "cost_layer_journal_id": cls.journal.id,
            }
        )
        category = cls.env["product.category"].create({"name": "Costed", "property_cost_method": "average"})
        cls.product, cls.second = cls.env["product.product"].create(
            [
                {"name": name, "is_storable": True, "categ_id": category.id, "standard_price": 9}
                for name in ("Kettle", "Toaster")
            ]
        )
        cls.hub = cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)], limit=1)
        cls.uk = cls.env["stock.warehouse"].create({"name": "UK", "code": "UK", "company_id": cls.company.id})
        cls.sea = cls.env["stock.location"].create({"name": "Sea", "usage": "transit", "company_id": cls.company.id})
        cls.suppliers, cls.customers = (
            cls.env.ref("stock.stock_location_suppliers"),
            cls.env.ref("stock.stock_location_customers"),
        )
        cls.vendor = cls.env["res.partner"].create(
            {"name": "Vendor", "property_account_payable_id": cls.payable.id, "property_account_receivable_id": False}
        )
        cls.today = fields.Date.context_today(cls.company)

    @classmethod
    def _rate(cls, name, rate):
        currency = cls.env.ref(f"base.{name}")
        currency.active = True
        currency.rate_ids.filtered(lambda line: line.company_id == cls.company).unlink()
        cls.env["res.currency.rate"].create(
            {"name": "2020-01-01", "rate": rate, "currency_id": currency.id, "company_id": cls.company.id}
        )
        return currency

    # === MOVEMENTS === #

    def move(self, source, target, units, product=None, returned=None):
        return self.move_all([(source, target, units, product or self.product, returned)])

    def move_all(self, rows):
        """Move goods in one batch: `rows` are (source, target, units, product, returned move or None)."""
        moves = self.env["stock.move"].create(
            [
                {
                    "product_id": product.id,
                    "product_uom_qty": units,
                    "product_uom": product.uom_id.id,
                    "location_id": source.id,
                    "location_dest_id": target.id,
                    "company_id": self.company.id,
                    "origin_returned_move_id": returned.id if returned else False,
                    "move_line_ids": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "quantity": units,
                                "location_id": source.id,
                                "location_dest_id": target.id,
                                "company_id": self.company.id,
                            }
                        )
                    ],
                }
                for source, target, units, product, returned in rows
            ]
        )
        moves._action_confirm(merge=False)
        moves.picked = True
        moves._action_done()
        self.assertEqual(set(moves.mapped("state")), {"done"})
        return moves

    def buy(self, units, price, product=None, currency=None):
        """A purchase order, received in the hub; returns its line."""
        return self.buy_all([(product or self.product, units, price)], currency)

    def buy_all(self, rows, currency=None):
        """A purchase order of `rows` (product, units, price), received in the hub; returns its lines."""
        order = self.env["purchase.order"].create(
            {
                "partner_id": self.vendor.id,
                "currency_id": (currency or self.company.currency_id).id,
                "picking_type_id": self.hub.in_type_id.id,
                "order_line": [
                    Command.create(
                        {"product_id": product.id, "product_qty": units, "price_unit": price, "tax_ids": False}
                    )
                    for product, units, price in rows
                ],
            }
        )
        order.button_confirm()
        order.picking_ids.move_ids.picked = True
        order.picking_ids.button_validate()
        return order.order_line

    def sell(self, units, warehouse=None, **more):
        return self.move((warehouse or self.hub).lot_stock_id, self.customers, units, **more)

    def ship(self, units, **more):
        """From the hub to sea; returns the move that freight is put on."""
        return self.move(self.hub.lot_stock_id, self.sea, units, **more)

    def land(self, units, **more):
        return self.move(self.sea, self.uk.lot_stock_id, units, **more)

    def bill(self, move, amount, component="freight", currency=None, **more):
        allocation = {
            "move": move,
            "component": component,
            "amount": amount,
            "currency": currency or self.company.currency_id,
            "date": self.today,
            "source": "Freight bill",
            **more,
        }
        return self.env["cost.event"]._add_cost([allocation])

    def start_anew(self, method="fifo"):
        """As if the method were chosen now for the first time, on a database that has been running."""
        for table in ("cost_flow", "cost_link", "cost_node", "cost_layer", "cost_state", "cost_posting"):
            self.env.cr.execute(f"DELETE FROM {table} WHERE company_id = %s", [self.company.id])
        self.env.cr.execute("ALTER TABLE cost_event DISABLE TRIGGER keep")
        self.env.cr.execute("DELETE FROM cost_event WHERE company_id = %s", [self.company.id])
        self.env.cr.execute("ALTER TABLE cost_event ENABLE TRIGGER keep")
        self.env.cr.execute("UPDATE res_company SET cost_layer_method = NULL WHERE id = %s", [self.company.id])
        self.env.invalidate_all()
        self.company.cost_layer_method = method

    # === WHAT MUST BE TRUE === #

    def values(self, *places):
        """Total value of the product in places (warehouses or transit)."""
        return [round(sum(self.layers(place).mapped("value")), 2) for place in places]

    def layers(self, place):
        location = place.view_location_id if place._name == "stock.warehouse" else place
        return self.env["cost.layer"].search([("product_id", "=", self.product.id), ("place_id", "=", location.id)])

    def balance(self, account):
        self.env.flush_all()
        lines = self.env["account.move.line"].search([("account_id", "=", account.id), ("parent_state", "=", "posted")])
        return round(sum(lines.mapped("balance")), 2)

    def check(self, *products):
        """The ledger has the layers' freight and duty, a replay gives the same, products have the quants' units."""
        states = self.env["cost.state"]
        held = round(100 * self.balance(self.company.cost_layer_account_id))
        self.assertEqual(states._get_capitalised(self.company), held)
        layers = self.env["cost.layer"].search([("company_id", "=", self.company.id)])
        self.assertEqual(round(sum(100 * (layer.value - layer.purchase) for layer in layers)), held)
        self.assertEqual(states._get_difference(self.company), {})
        for product in products or (self.product, self.second):
            for place in (self.hub.view_location_id, self.uk.view_location_id, self.sea):
                quants = self.env["stock.quant"].search(
                    [("product_id", "=", product.id), ("location_id", "child_of", place.id)]
                )
                own = layers.filtered(
                    lambda layer, of=product, at=place: layer.product_id == of and layer.place_id == at
                )
                self.assertEqual(round(sum(own.mapped("quantity")) * UNIT), to_units(sum(quants.mapped("quantity"))))
