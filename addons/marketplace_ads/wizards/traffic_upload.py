import base64

from odoo import fields, models
from odoo.exceptions import UserError


class TrafficUpload(models.TransientModel):
    _name = "traffic.upload"
    _description = "Upload of Traffic"

    shop_id = fields.Many2one("marketplace.shop", required=True)
    attachment_ids = fields.Many2many(
        "ir.attachment",
        string="Files",
        required=True,
        help="CSV, Excel, or Amazon's Sales and Traffic report (JSON), as downloaded. A file holds all of the shop's "
        "traffic of its days: it replaces what is there of them.",
    )
    day = fields.Date(help="Of files that do not say it: download such reports day by day.")
    layout_id = fields.Many2one(
        "traffic.layout", help="Empty: the first layout whose headings the file has. Not needed for JSON."
    )

    def action_upload(self):
        """Take over the files, all or none."""
        self.ensure_one()
        self.shop_id.check_access("read")
        layouts = self.layout_id or self.env["traffic.layout"].search(
            [("company_id", "in", (False, self.shop_id.company_id.id))]
        )
        days = set()
        for attachment in self.attachment_ids:
            content = base64.b64decode(attachment.datas)
            taken = (
                self.env["traffic.day"].sudo()._upload(self.shop_id.sudo(), content, attachment.name, layouts, self.day)
            )
            twice = days.intersection(taken)
            if twice:
                raise UserError(
                    self.env._("Two files hold the same day: %s. Nothing was taken over.", min(twice).isoformat())
                )
            days.update(taken)
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_ads.action_traffic")
        return {**action, "domain": [("shop_id", "=", self.shop_id.id), ("day", "in", sorted(days))]}
