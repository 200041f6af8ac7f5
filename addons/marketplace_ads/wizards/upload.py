from odoo import api, fields, models
from odoo.addons.marketplace.contract import InvalidPayload
from odoo.exceptions import UserError

from ..layouts import parse_mapped


class AdsUpload(models.TransientModel):
    _name = "ads.upload"
    _description = "Upload of Advertising Files"

    profile_id = fields.Many2one(
        "ads.profile",
        "Advertiser",
        required=True,
        default=lambda self: self._get_only_profile(),
        help="Whose costs the files state. Each advertising system has advertisers of its own.",
    )
    attachment_ids = fields.Many2many(
        "ir.attachment", string="Files", required=True, help="By day and campaign or item, as downloaded, unchanged."
    )

    @api.model
    def _get_only_profile(self):
        profiles = self.env["ads.profile"].search([("provider", "=", "file")], limit=2)
        return profiles if len(profiles) == 1 else False

    def action_upload(self):
        """Take over the files, all or none. A file replaces what is there of its campaigns in its days."""
        self.ensure_one()
        self.profile_id.check_access("read")
        layouts = self.env["ads.layout"]._get_layouts(self.profile_id.company_id)
        reports = self.env["ads.report"]
        for attachment in self.attachment_ids:
            reports |= self._read_file(attachment, layouts)
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_ads.action_reports")
        action["domain"] = [("id", "in", reports.ids)]
        return action

    def _read_file(self, attachment, layouts):
        try:
            layout, rows = parse_mapped(attachment.raw, layouts, self.profile_id.currency_id.name)
            report = self.env["ads.report"].sudo().create(self._prepare_report(attachment, layout, rows))
            report._read_rows(rows)
        except InvalidPayload as error:
            raise UserError(
                self.env._("%(file)s was not taken over. %(error)s", file=attachment.name, error=error)
            ) from error
        return report

    def _prepare_report(self, attachment, layout, rows):
        days = [row.day for row in rows]
        return {
            "profile_id": self.profile_id.id,
            "name": "file",
            "state": "done",  # it is here: nothing is waited for
            "ad_type": layout.ad_type.value,
            "since": min(days),
            "until": max(days),
            "attachment_id": attachment.id,
        }
