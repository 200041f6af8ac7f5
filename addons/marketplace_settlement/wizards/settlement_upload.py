import base64

from odoo import api, fields, models
from odoo.addons.marketplace.contract import Capability, SettlementDocument
from odoo.exceptions import UserError

from ..layouts import parse_mapped


class SettlementUpload(models.TransientModel):
    _name = "marketplace.settlement.upload"
    _description = "Upload of Settlements"

    account_id = fields.Many2one("marketplace.account", required=True, default=lambda self: self._get_only_account())
    attachment_ids = fields.Many2many(
        "ir.attachment", string="Files", required=True, help="As downloaded from the marketplace, unchanged."
    )

    layout_id = fields.Many2one(
        "marketplace.settlement.layout",
        help="How to read a file of a marketplace that no connector knows. Empty: the connector reads it.",
    )
    number = fields.Char("Settlement", help="The marketplace's number of it, or any name that is used only once.")
    currency_id = fields.Many2one("res.currency", default=lambda self: self.env.company.currency_id)
    total = fields.Monetary(help="As the marketplace states it: the rows must add up to it.")
    paid_at = fields.Datetime("Paid")

    @api.model
    def _get_only_account(self):
        """The account, where there is but one whose settlements can be read."""
        accounts = self.env["marketplace.account"].search([("state", "!=", "disabled")])
        readable = accounts.filtered(lambda account: account._has_capability(Capability.SETTLEMENTS))
        return readable if len(readable) == 1 else False

    def action_upload(self):
        """Take over the files, all or none."""
        self.ensure_one()
        self.account_id.check_access("read")
        Settlement = self.env["marketplace.settlement"].sudo()
        settlements = Settlement.browse()
        if self.layout_id and len(self.attachment_ids) != 1:
            raise UserError(self.env._("A file that is read by a layout is uploaded alone, with its number and total."))
        for attachment in self.attachment_ids:
            document = SettlementDocument(attachment.name, base64.b64decode(attachment.datas))
            settlements |= Settlement._upload(self.account_id, document, **self._prepare_upload())
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_settlement.action_settlements")
        if len(settlements) == 1:
            action.update(view_mode="form", views=[(False, "form")], res_id=settlements.id)
        else:
            action["domain"] = [("id", "in", settlements.ids)]
        return action

    def _prepare_upload(self):
        """How a file with a layout is read, and what a settlement keeps of that."""
        if not self.layout_id:
            return {}
        if not self.number:
            raise UserError(self.env._("Give the settlement a number: with it the same file is recognised later."))
        header = self.env["marketplace.settlement"]._prepare_header(
            self.number, self.total, self.currency_id, self.paid_at
        )
        layout = self.layout_id._get_layout()
        return {
            "parse": lambda document: parse_mapped(document.content, layout, header),
            "layout_id": self.layout_id.id,
        }
