import base64
import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError


class ProfitVoucherExport(models.Model):
    """A file of vouchers that was made for another accounting software. It stays as it was made; a file that was never
    imported there is withdrawn, which frees its entries."""

    _name = "profit.voucher.export"
    _inherit = ["mail.thread"]
    _description = "Voucher Export"
    _order = "id desc"

    name = fields.Char("Number", required=True, readonly=True, copy=False)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    layout_id = fields.Many2one("profit.voucher.layout", "Software", required=True, readonly=True, ondelete="restrict")
    date_from = fields.Date("From", required=True, readonly=True)
    date_to = fields.Date("To", required=True, readonly=True)
    journal_ids = fields.Many2many("account.journal", string="Journals", readonly=True, help="Empty: all.")
    state = fields.Selection(
        [("done", "Exported"), ("void", "Withdrawn")], required=True, default="done", readonly=True, tracking=True
    )
    reason = fields.Text("Reason to Export Again", readonly=True)
    void_reason = fields.Text("Reason to Withdraw", help="Why the file does not count, and what became of it.")
    file = fields.Binary(readonly=True, attachment=True)
    filename = fields.Char(readonly=True)
    digest = fields.Char("SHA-256", readonly=True, help="Of the file. Compare it with that of the file imported there.")
    voucher_ids = fields.One2many("profit.voucher", "export_id", "Vouchers", readonly=True)
    voucher_count = fields.Integer("Number of Vouchers", readonly=True)
    line_count = fields.Integer("Lines", readonly=True)
    debit = fields.Monetary("Total Debit", readonly=True)
    credit = fields.Monetary("Total Credit", readonly=True)
    changed_count = fields.Integer("Changed Since", compute="_compute_changed_count")

    @api.depends("voucher_ids.is_changed")
    def _compute_changed_count(self):
        domain = [("export_id", "in", self.ids), ("is_changed", "=", True)]
        counts = dict(self.env["profit.voucher"]._read_group(domain, ["export_id"], ["__count"]))
        for export in self:
            export.changed_count = counts.get(export, 0)

    # === MAKING === #

    @api.model
    def _export(self, layout, moves, again=False, **values):
        """Make the file of posted journal entries and keep it.

        :param again: entries exported before keep their number
        :param values: of the record: company, period, journals, reason
        :raise UserError: an account has no code, an entry does not balance, or the file would not say what they say
        """
        layout.sudo().lock_for_update()  # numbers are given one after the other
        export = self.sudo().create(
            {"name": self.env["ir.sequence"].next_by_code(self._name), "layout_id": layout.id, **values}
        )
        vouchers, digests = export._read_vouchers(moves, again)
        content = export._write_file(vouchers)
        suffix = "xlsx" if layout.kind == "xlsx" else "txt" if layout.head else "csv"
        export.write(
            {
                "file": base64.b64encode(content),
                "filename": f"{export.name.replace('/', '-')}_{export.date_to:%Y-%m}.{suffix}",
                "digest": hashlib.sha256(content).hexdigest(),
                "voucher_count": len(vouchers),
                "line_count": sum(len(voucher.lines) for voucher in vouchers),
                "debit": float(sum(voucher.debit for voucher in vouchers)),
                "credit": float(sum(voucher.credit for voucher in vouchers)),
            }
        )
        export.env["profit.voucher"].create(
            [
                export._prepare_voucher(move, voucher, digest)
                for move, voucher, digest in zip(moves, vouchers, digests, strict=True)
            ]
        )
        return export.sudo(self.env.su)

    def _prepare_voucher(self, move, voucher, digest):
        return {
            "export_id": self.id,
            "move_id": move.id,
            "entry": voucher.entry,
            "day": voucher.day,
            "month": voucher.day.replace(day=1),
            "word": voucher.word,
            "number": voucher.number,
            "amount": float(voucher.debit),
            "digest": digest,
        }

    def write(self, vals):
        """Override of `base`: people only state why a file is withdrawn."""
        if not self.env.su and set(vals) != {"void_reason"}:
            raise UserError(self.env._("An export stays as it was made. Withdraw it if its file was not imported."))
        return super().write(vals)

    # === ACTIONS === #

    def action_compare(self):
        """Look which entries are no longer as they were exported."""
        self.check_access("write")
        vouchers = self.sudo().voucher_ids
        posted = vouchers.move_id.filtered(lambda move: move.state == "posted")
        digests = dict(zip(posted, self._get_digests(posted), strict=True))
        changed = vouchers.filtered(lambda voucher: digests.get(voucher.move_id) != voucher.digest)
        changed.is_changed = True
        (vouchers - changed).is_changed = False
        count = sum(self.mapped("changed_count"))
        message = (
            self.env._("Entries changed since the export: %s. They are marked in the list.", count)
            if count
            else self.env._("All entries are as they were exported.")
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if count else "success",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_withdraw(self):
        """The file was not imported: its entries may be exported anew.

        :raise UserError: no reason is given
        """
        self.check_access("write")
        for export in self.filtered(lambda export: export.state == "done"):
            if not (export.void_reason or "").strip():
                raise UserError(self.env._("Say first why %s is withdrawn.", export.name))
            export.sudo().state = "void"
            export.message_post(body=export.void_reason)

    def action_open_entries(self):
        """The journal entries of the file."""
        return self.voucher_ids.move_id._get_records_action(name=self.env._("Journal Entries"))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_exported(self):
        """What was handed out stays on record."""
        raise UserError(self.env._("An export is kept as evidence. Withdraw it if its file was not imported."))


class ProfitVoucher(models.Model):
    """A journal entry as it stands in a file of vouchers."""

    _name = "profit.voucher"
    _description = "Exported Voucher"
    _order = "month, word, number, id"
    _rec_name = "entry"

    export_id = fields.Many2one("profit.voucher.export", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="export_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    layout_id = fields.Many2one(related="export_id.layout_id", store=True)
    is_valid = fields.Boolean("Counts", compute="_compute_is_valid", store=True, help="Its export is not withdrawn.")
    move_id = fields.Many2one("account.move", "Journal Entry", readonly=True, ondelete="set null", index=True)
    entry = fields.Char(required=True, readonly=True, help="Its number when it was exported.")
    day = fields.Date(required=True, readonly=True)
    month = fields.Date(required=True, readonly=True, help="Its first day.")
    word = fields.Char("Voucher Word", required=True, readonly=True)
    number = fields.Integer("Voucher Number", required=True, readonly=True, aggregator=None)
    amount = fields.Monetary(readonly=True, help="Sum of its debits.")
    digest = fields.Char(readonly=True, help="Of the journal items as exported.")
    is_changed = fields.Boolean("Changed Since", readonly=True, help="When exports were compared with the books last.")

    _number_idx = models.Index("(layout_id, company_id, month, word, number)")

    @api.depends("export_id.state")
    def _compute_is_valid(self):
        for voucher in self:
            voucher.is_valid = voucher.export_id.state == "done"
