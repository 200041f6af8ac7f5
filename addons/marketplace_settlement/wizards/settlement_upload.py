import base64

from odoo import api, fields, models
from odoo.addons.marketplace.contract import Capability, SettlementDocument


class SettlementUpload(models.TransientModel):
    _name = "marketplace.settlement.upload"
    _description = "Upload of Settlements"

    account_id = fields.Many2one("marketplace.account", required=True, default=lambda self: self._get_only_account())
    attachment_ids = fields.Many2many(
        "ir.attachment", string="Files", required=True, help="As downloaded from the marketplace, unchanged."
    )

    @api.model
    def _get_only_account(self):
        """The account, where there is but one whose settlements can be read."""
        accounts = self.env["marketplace.account"].search([])
        readable = accounts.filtered(lambda account: account._has_capability(Capability.SETTLEMENTS))
        return readable if len(readable) == 1 else False

    def action_upload(self):
        """Take over the files, all or none."""
        self.ensure_one()
        self.account_id.check_access("read")
        Settlement = self.env["marketplace.settlement"].sudo()
        settlements = Settlement.browse()
        for attachment in self.attachment_ids:
            content = base64.b64decode(attachment.datas)
            settlements |= Settlement._upload(self.account_id, SettlementDocument(attachment.name, content))
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_settlement.action_settlements")
        if len(settlements) == 1:
            action.update(view_mode="form", views=[(False, "form")], res_id=settlements.id)
        else:
            action["domain"] = [("id", "in", settlements.ids)]
        return action
