from odoo import api, fields, models
from odoo.exceptions import UserError

FIELDS = ("name", "street", "street2", "city", "zip", "state_id", "country_id", "phone")


class MarketplaceHoldAddress(models.TransientModel):
    _name = "marketplace.hold.address"
    _description = "Correct a Delivery Address"

    hold_id = fields.Many2one("marketplace.hold", required=True, readonly=True, ondelete="cascade")
    evidence_html = fields.Html(related="hold_id.evidence_html")
    name = fields.Char("Recipient", required=True)
    street = fields.Char()
    street2 = fields.Char("Street 2")
    city = fields.Char()
    zip = fields.Char("Postcode")
    state_id = fields.Many2one("res.country.state", domain="[('country_id', '=?', country_id)]")
    country_id = fields.Many2one("res.country")
    phone = fields.Char()

    @api.model
    def _open(self, hold):
        """The wizard for a hold, filled with the address as it is."""
        hold.check_access("write")
        partner = hold.sudo().partner_shipping_id
        vals = {field: self._fields[field].convert_to_write(partner[field], partner) for field in FIELDS}
        return self.create({"hold_id": hold.id, **vals})

    @api.onchange("country_id")
    def _onchange_country_id(self):
        if self.state_id.country_id != self.country_id:
            self.state_id = False

    def action_save(self):
        """Correct the address of the order. Held orders that go there are checked again."""
        self.ensure_one()
        self.hold_id.check_access("write")
        partner = self.hold_id.sudo().partner_shipping_id
        vals = {field: self._fields[field].convert_to_write(self[field], self) for field in FIELDS}
        changed = {
            field: value
            for field, value in vals.items()
            if value != self._fields[field].convert_to_write(partner[field], partner)
        }
        if not changed:
            raise UserError(self.env._("Nothing was changed. Correct the address, or release the hold as it is."))
        partner.write(changed)
        self.hold_id.invalidate_recordset()
        # Closing the dialog reloads the list behind it; a reload by itself would leave the dialog without its list.
        close = {"type": "ir.actions.act_window_close"}
        if self.hold_id.state == "open":
            message = self.env._("Saved, but still held: %s", self.hold_id.note)
            return self.hold_id._notify(message, "warning", next_action=close)
        return close
