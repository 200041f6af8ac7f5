from freezegun import freeze_time
from odoo import fields
from odoo.addons.overseas_warehouse_fba.tests.fba_case import FbaCase
from odoo.fields import Command

PARTS = ("purchase", "first_mile", "other")


class MovementCase(FbaCase):
    """50 cups and 20 plates at Amazon, at 4 each; costs are kept first in, first out."""

    def setUp(self):
        super().setUp()
        self.company = self.env.company
        with freeze_time("2026-05-01 06:00"):
            self.company.cost_layer_method = "fifo"
            self._open()
        self.transit = self.warehouse.transit_location_id
        self.suppliers = self.env.ref("stock.stock_location_suppliers")
        self.customers = self.env.ref("stock.stock_location_customers")
        self.hub = self.env["stock.warehouse"].create({"name": "Hub", "code": "HUB"}).lot_stock_id

    # === WHAT HAPPENS === #

    def _move(self, source, target, units, day, product=None, **vals):
        """A done move outside of the ledger."""
        product = product or self.cup
        with freeze_time(f"{day} 09:00"):
            move = self.env["stock.move"].create(
                {
                    "product_id": product.id,
                    "product_uom_qty": units,
                    "location_id": source.id,
                    "location_dest_id": target.id,
                    **vals,
                }
            )
            move._action_confirm()
            move.write({"quantity": units, "picked": True, "reference": f"MOVE {day}"})
            move._action_done()
        return move

    def _buy(self, units, price, day, target=None):
        """Units from a supplier at a price each."""
        self.cup.standard_price = price
        return self._move(self.suppliers, target or self.hub, units, day)

    def _book(self, *events, day="2026-06-01"):
        """Read rows of the ledger and book them."""
        with freeze_time(f"{day} 12:00"):
            sheet = self._ledger(*events)
            self._take()
        return sheet

    def _ship(self, number, units, day):
        """Cups that leave the hub for Amazon as an inbound shipment."""
        line = {"product_id": self.cup.id, "units": units}
        notice = self.env["overseas.inbound"].create(
            {
                "warehouse_id": self.warehouse.id,
                "external_id": number,
                "state": "receiving",
                "carton_ids": [Command.create({"number": 1, "line_ids": [Command.create(line)]})],
            }
        )
        plan = self.env["fba.inbound"].create(
            {"reference": number, "warehouse_id": self.warehouse.id, "ship_from_id": self.company.partner_id.id}
        )
        self.env["fba.inbound.shipment"].create(
            {"inbound_id": plan.id, "notice_id": notice.id, "external_id": number, "confirmation": number}
        )
        self._move(self.hub, self.transit, units, day)
        return notice

    def _end(self, notice, day):
        """Amazon has closed a shipment: what is missing is written off on a day."""
        notice.state = "received"
        with freeze_time(f"{day} 09:00"):
            self.env["overseas.difference"]._find(notice)
            self.env["fba.claim"]._refresh(self.warehouse)
            difference = notice.difference_ids
            difference._close("settled")
        self.env.flush_all()
        self.env.cr.execute("UPDATE overseas_difference SET write_date = %s WHERE id = %s", [day, difference.id])
        difference.invalidate_recordset()
        return difference

    def _sell(self, ref, units, day, **vals):
        """An order that Amazon shipped, taken out of stock with the others of its day."""
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env.user.partner_id.id,
                "warehouse_id": self.warehouse.warehouse_id.id,
                "marketplace_ref": ref,
                **vals,
            }
        )
        self.env["sale.order.line"].create(
            {
                "order_id": order.id,
                "product_id": self.cup.id,
                "product_uom_qty": units,
                "marketplace_by_data": True,
                "marketplace_qty_shipped": units,
                "marketplace_shipped_at": day,
            }
        )
        return order

    def _transfer(self, day):
        with freeze_time(day):
            self.env["marketplace.fulfilment.transfer"]._job_transfer(self.company)

    def _add_cost(self, move, component, amount, day):
        self.env["cost.event"]._add_cost(
            [
                {
                    "move": move,
                    "component": component,
                    "amount": amount,
                    "currency": self.company.currency_id,
                    "date": fields.Date.to_date(day),
                    "source": f"Bill of {component}",
                }
            ]
        )

    # === WHAT IS STATED === #

    def _statement(self, *domain, product=None):
        product = product or self.cup
        order = "day, rank, moved_at, id"
        self.env["fba.movement"].invalidate_model()
        return self.env["fba.movement"].search([("product_id", "=", product.id), *domain], order=order)

    def _kinds(self, *domain):
        """``{kind: (units, value)}``"""
        rows = self._statement(*domain)
        return {
            kind: (sum(own.mapped("units")), round(sum(own.mapped("value")), 2))
            for kind, own in rows.grouped("kind").items()
        }

    def _check(self):
        """Units end at the quants, values at the layers, part by part; balances run through."""
        shelf = self.warehouse.warehouse_id.view_location_id
        for product in self.cup | self.plate:
            rows = self._statement(product=product)
            for attribute, place in (
                ("available", self.stock),
                ("defective", self.quarantine),
                ("in_transit", self.transit),
            ):
                own = rows.filtered(lambda row, attribute=attribute: row.attribute == attribute)
                self.assertEqual(sum(own.mapped("units")), self._units(product, place), attribute)
                balance = 0
                for row in own:
                    balance += row.units
                    self.assertEqual(row.balance, balance)
            layers = self.env["cost.layer"].search(
                [("product_id", "=", product.id), ("place_id", "in", (shelf | self.transit | self.quarantine).ids)]
            )
            costs = {
                "purchase": sum(layers.mapped("purchase")),
                "first_mile": sum(
                    layer[name] for layer in layers for name in ("freight", "duty", "insurance", "preparation")
                ),
                "other": sum(layers.mapped("other")),
                "value": sum(layers.mapped("value")),
            }
            for name, cost in costs.items():
                self.assertAlmostEqual(sum(rows.mapped(name)), cost, 2, f"{product.name}: {name}")
