from odoo import api, fields, models
from odoo.addons.overseas_warehouse.models.choice import get_only
from odoo.exceptions import UserError

from ..models.sheet import FILE_KINDS


class FbaUpload(models.TransientModel):
    _name = "fba.upload"
    _description = "Upload of an FBA Report"

    warehouse_id = fields.Many2one(
        "overseas.warehouse",
        required=True,
        domain="[('is_fba', '=', True)]",
        default=lambda self: self._get_default_warehouse(),
    )
    kind = fields.Selection(FILE_KINDS, "Report", required=True, default="ledger")
    content = fields.Binary("File", required=True, help="As downloaded from Seller Central, text or CSV.")
    file_name = fields.Char()

    @api.model
    def _get_default_warehouse(self):
        """The only FBA warehouse of the company."""
        domain = [("is_fba", "=", True), ("company_id", "=", self.env.company.id)]
        return get_only(self.env["overseas.warehouse"].search(domain))

    def action_upload(self):
        """Read the file; rows that are known already change nothing."""
        self.ensure_one()
        self.warehouse_id.check_access("read")
        sheet = (
            self.env["fba.sheet"]
            .sudo()
            .create(
                {
                    "warehouse_id": self.warehouse_id.id,
                    "kind": self.kind,
                    "content": self.content,
                    "file_name": self.file_name,
                }
            )
        )
        sheet._read_safely(sheet._parse_content)
        if sheet.state == "failed":
            raise UserError(sheet.message)
        return sheet.sudo(False)._get_records_action(name=self.env._("FBA Report"))
