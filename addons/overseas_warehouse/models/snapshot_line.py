from odoo import fields, models
from odoo.exceptions import LockError, UserError
from odoo.fields import Command

from .stock_event import OWN_KINDS


class OverseasSnapshotLine(models.Model):
    _name = "overseas.snapshot.line"
    _description = "Difference of Stock at an Overseas Warehouse"
    _order = "snapshot_id desc, unexplained desc, sku, grade"
    _rec_name = "sku"

    snapshot_id = fields.Many2one("overseas.snapshot", required=True, readonly=True, ondelete="cascade", index=True)
    warehouse_id = fields.Many2one(related="snapshot_id.warehouse_id", store=True, index=True)
    company_id = fields.Many2one(related="snapshot_id.company_id", store=True, index=True)
    taken_at = fields.Datetime(related="snapshot_id.taken_at")
    sku = fields.Char("SKU", required=True, readonly=True)
    product_id = fields.Many2one("product.product", readonly=True, ondelete="restrict", index="btree_not_null")
    grade = fields.Selection([("sellable", "Sellable"), ("damaged", "Damaged")], required=True, readonly=True)
    theirs = fields.Integer("At the Warehouse", readonly=True, help="Units that the warehouse says it has.")
    ours = fields.Integer("In Odoo", readonly=True, help="Units that Odoo has there.")
    difference = fields.Integer(readonly=True, help="What the warehouse has more than Odoo.")
    explained = fields.Integer(readonly=True, help="By events of the warehouse that Odoo's stock does not have.")
    unexplained = fields.Integer("Not Explained", readonly=True)
    event_ids = fields.Many2many("overseas.stock.event", string="Events", readonly=True)
    adjusted = fields.Integer(readonly=True, help="Units that Odoo's stock was changed by.")
    adjusted_at = fields.Datetime(readonly=True)
    adjusted_by = fields.Selection([("person", "Person"), ("rule", "Approved Rule")], readonly=True)
    adjusted_user_id = fields.Many2one("res.users", "Adjusted By User", readonly=True, ondelete="restrict")

    def action_adjust(self):
        """Change Odoo's stock to what the warehouse has: the decision of a person."""
        self.check_access("write")
        self._begin_turn()
        self._check_adjustable()
        self.sudo()._adjust("person")

    def _begin_turn(self):
        """:raise UserError: a check of the warehouse is running; its numbers will be newer than these"""
        try:
            self.warehouse_id.sudo()._begin_turn()
        except LockError as error:
            message = self.env._("The stock is being checked right now. Adjust what the new check finds.")
            raise UserError(message) from error

    def _check_adjustable(self):
        """:raise UserError: a line cannot be taken over; says why and what to do"""
        if done := self.filtered("adjusted_at"):
            raise UserError(self.env._("Adjusted already: %s.", ", ".join(done.mapped("sku"))))
        if unknown := self.filtered(lambda line: not line.product_id):
            message = self.env._(
                "Nobody here knows: %s. Add them under Overseas Warehouses > Products and check again.",
                ", ".join(unknown.mapped("sku")),
            )
            raise UserError(message)
        if tracked := self.filtered(lambda line: line.product_id.tracking != "none"):
            message = self.env._(
                "The warehouse does not say which lots these are: %s. Adjust them by a count under Inventory.",
                ", ".join(tracked.mapped("sku")),
            )
            raise UserError(message)
        newer = self.env["overseas.snapshot"].search(
            [("warehouse_id", "in", self.warehouse_id.ids), ("state", "!=", "refused")], order="id desc"
        )
        newest = {snapshots[:1] for snapshots in newer.grouped("warehouse_id").values()}
        if self.filtered(lambda line: line.snapshot_id not in newest):
            raise UserError(self.env._("There is a newer check of this warehouse. Adjust the differences found there."))
        if waiting := self._get_waiting():
            message = self.env._(
                "Orders, notices or returns explain these, and come in by themselves: %s. Nothing is adjusted.",
                ", ".join(waiting.mapped("sku")),
            )
            raise UserError(message)

    def _get_waiting(self):
        """Lines with events that another document of Odoo will take over: adjusting them would count them twice."""
        return self.filtered(lambda line: line.event_ids.filtered(lambda event: event.kind not in OWN_KINDS))

    def _adjust_by_rule(self):
        """Take over what the warehouse's own events explain in full, where the approved rule allows it."""
        allowed = self.filtered(
            lambda line: (
                line.warehouse_id.auto_adjust
                and line.product_id.tracking == "none"
                and line.difference
                and not line.unexplained
                and abs(line.difference) <= line.warehouse_id.auto_adjust_units
            )
        )
        (allowed - allowed._get_waiting())._adjust("rule")

    def _adjust(self, by):
        """Move the units in or out; an equal stock only notes its events as taken over."""
        moves = self.env["stock.move"].create([line._prepare_move_vals() for line in self if line.difference])
        moves._action_done()
        self.event_ids.taken = True
        for line in self:
            line.adjusted = line.difference
        self.write({"adjusted_at": fields.Datetime.now(), "adjusted_by": by, "adjusted_user_id": self.env.uid})

    def _prepare_move_vals(self):
        warehouse, product = self.warehouse_id, self.product_id
        place = warehouse.warehouse_id.lot_stock_id if self.grade == "sellable" else warehouse.quarantine_location_id
        loss = product.with_company(self.company_id).property_stock_inventory
        source, target = (loss, place) if self.difference > 0 else (place, loss)
        common = {
            "product_id": product.id,
            "location_id": source.id,
            "location_dest_id": target.id,
            "company_id": self.company_id.id,
        }
        line = {**common, "product_uom_id": product.uom_id.id, "quantity": abs(self.difference)}
        return {
            **common,
            "product_uom": product.uom_id.id,
            "product_uom_qty": abs(self.difference),
            "is_inventory": True,
            "inventory_name": self.env._("Stock check of %s", warehouse.name),
            "picked": True,
            "state": "confirmed",
            "move_line_ids": [Command.create(line)],
        }
