from odoo import fields, models
from odoo.exceptions import UserError

from .outbound import STATES


class StockPicking(models.Model):
    _inherit = "stock.picking"

    overseas_outbound_ids = fields.One2many("overseas.outbound", "picking_id", readonly=True)
    overseas_state = fields.Selection(
        STATES,
        string="Overseas Warehouse",
        compute="_compute_overseas_state",
        compute_sudo=True,
        help="What the overseas warehouse makes of this delivery.",
    )

    def _compute_overseas_state(self):
        for picking in self:
            picking.overseas_state = picking.overseas_outbound_ids.sorted("id")[-1:].state

    def action_overseas_send(self):
        """Give ready deliveries to their overseas warehouses, in the background; send again what was refused or what
        nobody here cancelled."""
        self.check_access("write")
        Outbound = self.env["overseas.outbound"].sudo()
        self.sudo().overseas_outbound_ids._give_up_stopped()
        new = Outbound._create_from_pickings(self.sudo())
        refused = self.sudo().overseas_outbound_ids.filtered(lambda outbound: outbound.state == "rejected")
        if not new and not refused:
            raise UserError(
                self.env._(
                    "None of these can be given to an overseas warehouse: the delivery must be ready, leave from such "
                    "a warehouse, its order not held, and not be given already."
                )
            )
        Outbound._enqueue(new.account_id)
        refused.action_retry()

    def _stop_leaving(self):
        """Override of `marketplace`: what an overseas warehouse was given is stopped there, unless it has left or the
        warehouse does not answer."""
        leaving = super()._stop_leaving()
        for picking in self:
            try:
                picking.sudo()._get_open_outbounds()._cancel_there()
            except UserError as error:
                leaving[picking] = str(error)
        return leaving

    def _has_left(self):
        """Override of `marketplace`: what the overseas warehouse says it has shipped is gone."""
        return super()._has_left() or "shipped" in self.sudo().overseas_outbound_ids.mapped("state")

    def _get_open_outbounds(self):
        return self.overseas_outbound_ids.filtered(lambda outbound: outbound.state != "cancelled")

    def action_cancel(self):
        """Override of `stock`: what an overseas warehouse was given is stopped there first."""
        self.sudo()._get_open_outbounds()._cancel_there()
        return super().action_cancel()

    def button_validate(self):
        """Override of `stock`: goods in somebody else's hands leave when the warehouse says so."""
        given = self.sudo().overseas_outbound_ids.filtered(lambda outbound: outbound.state in ("accepted", "exception"))
        if given:
            names = ", ".join(given.picking_id.mapped("name"))
            raise UserError(
                self.env._(
                    "%s is done by itself as soon as the overseas warehouse ships it. Cancel it there first to ship it "
                    "another way.",
                    names,
                )
            )
        return super().button_validate()
