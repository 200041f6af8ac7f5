from odoo import api, fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    voucher_ids = fields.One2many("profit.voucher", "move_id", "Exported Vouchers", readonly=True)
    voucher_count = fields.Integer("Exports", compute="_compute_voucher_count")

    @api.depends("voucher_ids.is_valid")
    def _compute_voucher_count(self):
        domain = [("move_id", "in", self.ids), ("is_valid", "=", True)]
        counts = dict(self.env["profit.voucher"].sudo()._read_group(domain, ["move_id"], ["__count"]))
        for move in self:
            move.voucher_count = counts.get(move, 0)

    def action_open_vouchers(self):
        """The files of vouchers that the entry is in."""
        exports = self.env["profit.voucher"].search([("move_id", "in", self.ids)]).export_id
        return exports._get_records_action(name=self.env._("Voucher Exports"))
