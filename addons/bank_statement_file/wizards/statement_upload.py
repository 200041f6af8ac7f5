import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class StatementUpload(models.TransientModel):
    """Shows what files hold before it is imported."""

    _name = "bank.statement.upload"
    _description = "Import of Bank Statement Files"

    journal_id = fields.Many2one(
        "account.journal",
        required=True,
        domain=[("type", "in", ("bank", "cash", "credit"))],
        default=lambda self: self._get_only_journal(),
    )
    company_id = fields.Many2one(related="journal_id.company_id")
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    attachment_ids = fields.Many2many(
        "ir.attachment", string="Files", required=True, help="As downloaded from the bank or wallet, unchanged."
    )
    layout_id = fields.Many2one(
        "bank.statement.layout",
        domain="[('company_id', 'in', (False, company_id))]",
        help="How to read a table. Empty: it is recognised by its headings.",
    )
    file_ids = fields.One2many("bank.statement.upload.file", "upload_id", "Content", readonly=True)

    @api.model
    def _get_only_journal(self):
        journals = self.env["account.journal"].search([("type", "in", ("bank", "cash", "credit"))], limit=2)
        return journals if len(journals) == 1 else False

    @api.depends("journal_id")
    def _compute_currency_id(self):
        for upload in self:
            upload.currency_id = upload.journal_id.currency_id or upload.journal_id.company_id.currency_id

    @api.onchange("journal_id", "attachment_ids", "layout_id")
    def _onchange_source(self):
        """What was shown is no longer what would be imported."""
        self.file_ids = [Command.clear()]

    def action_check(self):
        """Show what is in the files."""
        readings = self._read_files()
        new = self.env["bank.statement.file"]._find_new(self.journal_id, readings)
        rows = [Command.create(self._prepare_row(*item)) for item in zip(readings, new, strict=True)]
        self.file_ids = [Command.clear(), *rows]
        action = self.env["ir.actions.act_window"]._for_xml_id("bank_statement_file.action_statement_upload")
        return {**action, "res_id": self.id}

    def action_import(self):
        """Take over the files, all or none, and show what came of them."""
        files = self.env["bank.statement.file"]._take(self.journal_id, self._read_files())
        action = self.env["ir.actions.act_window"]._for_xml_id("bank_statement_file.action_statement_files")
        if len(files) == 1:
            action.update(view_mode="form", views=[(False, "form")], res_id=files.id)
        else:
            action["domain"] = [("id", "in", files.ids)]
        return {**action, "target": "main"}

    def _read_files(self):
        self.ensure_one()
        if not self.attachment_ids:
            raise UserError(self.env._("Choose at least one file."))
        Layout = self.env["bank.statement.layout"]
        layouts = [self.layout_id._get_layout()] if self.layout_id else Layout._get_layouts(self.journal_id.company_id)
        return [
            self.env["bank.statement.file"]._read_file(
                self.journal_id, attachment.name, base64.b64decode(attachment.datas or b""), layouts
            )
            for attachment in self.attachment_ids
        ]

    def _prepare_row(self, reading, new):
        return {
            **self.env["bank.statement.file"]._summarise(reading, new),
            "opening": float(reading.statements[0].opening or 0),
            "closing": float(reading.statements[-1].closing or 0),
            "balance": self._judge_balance(reading.statements),
        }

    def _judge_balance(self, statements):
        if any(statement.closing is None for statement in statements):
            return "none"
        return "closing" if any(statement.opening is None for statement in statements) else "checked"


class StatementUploadFile(models.TransientModel):
    _name = "bank.statement.upload.file"
    _description = "File to Import"

    upload_id = fields.Many2one("bank.statement.upload", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="upload_id.currency_id")
    name = fields.Char("File")
    origin = fields.Char("Format")
    date_start = fields.Date("From")
    date_end = fields.Date("To")
    line_count = fields.Integer("New")
    known_count = fields.Integer("Known Before", help="Already in the journal: skipped.")
    left_out_count = fields.Integer("Left Out", help="Not booked by the bank, or of 0.")
    other_count = fields.Integer("Of Others", help="In another currency or account than the journal's.")
    total = fields.Monetary("Sum", help="Of the new transactions.")
    opening = fields.Monetary("Opening Balance")
    closing = fields.Monetary("Closing Balance")
    balance = fields.Selection(
        [
            ("checked", "Opening and transactions make the closing balance"),
            ("closing", "Only the closing balance is stated"),
            ("none", "No balance is stated"),
        ],
        "Check",
    )
