from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

OPEN_STATES = ("open", "claimed")


class OverseasDifference(models.Model):
    _name = "overseas.difference"
    _description = "Difference of Goods at an Overseas Warehouse"
    _inherit = ["mail.thread", "overseas.claim.reminder"]
    _order = "deadline, id"

    inbound_id = fields.Many2one("overseas.inbound", required=True, readonly=True, ondelete="restrict", index=True)
    warehouse_id = fields.Many2one(related="inbound_id.warehouse_id", store=True, index=True)
    company_id = fields.Many2one(related="inbound_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    product_id = fields.Many2one("product.product", required=True, readonly=True, ondelete="restrict", index=True)
    kind = fields.Selection(
        [("shortage", "Shortage"), ("excess", "Excess"), ("damage", "Damage")],
        required=True,
        readonly=True,
        help="Shortage: fewer were counted than announced; they stay on their way until this is settled. Excess: more "
        "were counted. Damage: counted, but not to be sold; they are in quarantine.",
    )
    announced = fields.Integer(readonly=True)
    received = fields.Integer(readonly=True, help="Units counted, damaged ones included.")
    units = fields.Integer("Difference", readonly=True, help="Units short, in excess or damaged.")
    expected_amount = fields.Monetary(
        "Expected Money", help="What the claim should bring: units at their cost when the difference was found."
    )
    settled_amount = fields.Monetary("Money Received")
    evidence = fields.Text(help="What proves the claim: proof of delivery, photos, packing list. Attach the files.")
    deadline = fields.Date("Claim By", readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("claimed", "Claimed"), ("settled", "Settled"), ("accepted", "Accepted")],
        required=True,
        readonly=True,
        default="open",
        tracking=True,
        group_expand=True,
        help="Settled: the operator has paid or found the goods. Accepted: we bear it.",
    )

    _kind_uniq = models.Constraint("UNIQUE(inbound_id, product_id, kind)", "This difference is recorded already.")

    @api.depends("inbound_id", "product_id")
    def _compute_display_name(self):
        for difference in self:
            difference.display_name = f"{difference.inbound_id.reference}: {difference.product_id.display_name}"

    @api.model
    def _find(self, inbounds):
        """Compare what was announced with what was counted, once nothing more is counted; and again, when the warehouse
        counts more after all."""
        announced, counted, damaged = defaultdict(int), defaultdict(int), defaultdict(int)
        for line in inbounds.carton_ids.line_ids:
            announced[line.carton_id.inbound_id, line.product_id] += line.units
        for line in inbounds.receipt_ids.line_ids:
            counted[line.inbound_id, line.product_id] += line.sellable + line.damaged
            damaged[line.inbound_id, line.product_id] += line.damaged
        known = {
            (difference.inbound_id, difference.product_id, difference.kind): difference
            for difference in self.search([("inbound_id", "in", inbounds.ids)])
        }
        vals_list = []
        for inbound, product in dict.fromkeys((*announced, *counted)):
            key = (inbound, product)
            units = announced[key] - counted[key]
            found = [("shortage", units), ("excess", -units), ("damage", damaged[key])]
            for kind, count in found:
                if difference := known.get((inbound, product, kind)):
                    difference._correct(max(count, 0), counted[key])
                elif count > 0:
                    vals_list.append(self._prepare_vals(inbound, product, kind, count, announced[key], counted[key]))
        return self.create(vals_list)

    def _correct(self, units, received):
        """Take over what was counted later: an open difference changes with its money, and is settled when nothing is
        left of it. What a person has ended stays as it is, and says what was counted.

        :param int units: of the difference, as it is now
        :param int received: units counted so far
        """
        if received == self.received:
            return
        values, before = {"received": received}, self.units
        if self.state in OPEN_STATES and units != before:
            expected = self.currency_id.round(self.expected_amount * units / before)
            values |= {"units": units, "expected_amount": expected}
        self.write(values)
        if units != before:
            self.message_post(
                body=self.env._(
                    "The warehouse has counted again: %(received)d units received, a difference of %(units)d.",
                    received=received,
                    units=units,
                )
            )
        if not self.units:
            self._close("settled")

    @api.model
    def _prepare_vals(self, inbound, product, kind, units, announced, received):
        cost = product.with_company(inbound.company_id).standard_price
        return {
            "inbound_id": inbound.id,
            "product_id": product.id,
            "kind": kind,
            "units": units,
            "announced": announced,
            "received": received,
            "expected_amount": 0 if kind == "excess" else units * cost,
            "deadline": fields.Date.context_today(self) + timedelta(days=inbound.warehouse_id.claim_days),
        }

    # === REMINDERS === #

    @api.model
    def _get_reminder_domain(self):
        """Override to leave out what came in excess, which nobody owes."""
        return [*super()._get_reminder_domain(), ("kind", "!=", "excess")]

    def _get_responsible(self, managers):
        """Override: who announced the goods, as long as that is a person who still works here."""
        user = self.inbound_id.create_uid
        if user.active and not user.share and user != self.env.ref("base.user_root"):
            return user
        return super()._get_responsible(managers)

    # === ACTIONS === #

    def action_claim(self):
        """The operator has been asked to pay."""
        self.check_access("write")
        if bare := self.filtered(
            lambda difference: not difference.evidence and not difference.message_attachment_count
        ):
            raise UserError(
                self.env._(
                    "A claim needs evidence: write what proves it, or attach the files, on %s.",
                    ", ".join(bare.mapped("display_name")),
                )
            )
        self._note_claimed()

    def _note_claimed(self):
        claimed = self.filtered(lambda difference: difference.state == "open")
        claimed.write({"state": "claimed"})
        claimed._end_reminders()

    def action_settle(self):
        """The operator has paid or credited it; units that are short are written off."""
        self._close("settled")

    def action_accept(self):
        """We bear it; units that are short are written off."""
        self._close("accepted")

    def _close(self, state):
        self.check_access("write")
        todo = self.filtered(lambda difference: difference.state in OPEN_STATES)
        todo.filtered(lambda difference: difference.kind == "shortage" and difference.units)._write_off()
        todo.write({"state": state})
        todo._end_reminders()

    def _write_off(self):
        """Take units that never arrived out of the goods on their way."""
        moves = self.env["stock.move"].sudo().create([difference._prepare_write_off_vals() for difference in self])
        moves._action_done()

    def _prepare_write_off_vals(self):
        product = self.product_id
        source = self.warehouse_id.transit_location_id
        target = product.with_company(self.company_id).property_stock_inventory
        line = {
            "product_id": product.id,
            "product_uom_id": product.uom_id.id,
            "quantity": self.units,
            "location_id": source.id,
            "location_dest_id": target.id,
            "company_id": self.company_id.id,
        }
        return {
            "product_id": product.id,
            "product_uom": product.uom_id.id,
            "product_uom_qty": self.units,
            "location_id": source.id,
            "location_dest_id": target.id,
            "company_id": self.company_id.id,
            "origin": self.inbound_id.reference,
            "is_inventory": True,
            "inventory_name": self.env._("Short at %s", self.warehouse_id.name),
            "picked": True,
            "state": "confirmed",
            "move_line_ids": [Command.create(line)],
        }
