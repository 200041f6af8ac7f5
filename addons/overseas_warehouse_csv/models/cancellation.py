"""What was given to a warehouse by file is stopped by a person who calls it."""

from odoo import models
from odoo.exceptions import UserError


class OverseasSendable(models.AbstractModel):
    _inherit = "overseas.sendable"

    def _refuse_in_file(self, states, message):
        """:raise UserError: a record in one of the states stands in a file, which cannot be called back"""
        given = self.filtered(lambda record: record.account_id.provider == "csv" and record.state in states)
        if given:
            raise UserError(message % ", ".join(given.mapped("reference")))


class OverseasOutbound(models.Model):
    _inherit = "overseas.outbound"

    def _cancel_there(self):
        """Override of `overseas_warehouse`: an order in a file is stopped by a person."""
        self._refuse_in_file(
            ("accepted", "exception"),
            self.env._(
                "%s stands in a file for the warehouse. Ask the warehouse to stop it, upload its report with the "
                "status 'cancelled', then cancel the delivery."
            ),
        )
        return super()._cancel_there()


class OverseasInbound(models.Model):
    _inherit = "overseas.inbound"

    def action_cancel(self):
        """Override of `overseas_warehouse`: a notice in a file is withdrawn by a person, and no longer followed."""
        self._refuse_in_file(
            ("accepted", "receiving"),
            self.env._(
                "%s stands in a file for the warehouse. If the goods do not come, have the warehouse report the "
                "notice as finished with 0 units; what is missing is shown then."
            ),
        )
        return super().action_cancel()
