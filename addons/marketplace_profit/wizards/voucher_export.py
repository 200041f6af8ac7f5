from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError


class ProfitVoucherExportWizard(models.TransientModel):
    """Posted entries of a period for other accounting software: what would be exported, and what is in the way."""

    _name = "profit.voucher.export.wizard"
    _description = "Export Vouchers"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    layout_id = fields.Many2one("profit.voucher.layout", "Software", required=True)
    date_from = fields.Date("From", required=True, default=lambda self: self._get_last_month(-1))
    date_to = fields.Date("To", required=True, default=lambda self: self._get_last_month(0) - relativedelta(days=1))
    journal_ids = fields.Many2many("account.journal", string="Journals", check_company=True, help="Empty: all.")
    again = fields.Boolean("Export Again", help="Also entries that a file has already. They keep their number.")
    reason = fields.Text(help="Why entries are exported again.")
    skip_drafts = fields.Boolean(
        "Leave Out Drafts", help="Entries of the period that are not posted wait for a later file."
    )
    move_ids = fields.Many2many("account.move", compute="_compute_entries")
    entry_count = fields.Integer("Entries", compute="_compute_entries")
    exported_count = fields.Integer("Exported Before", compute="_compute_entries")
    draft_count = fields.Integer("Drafts", compute="_compute_entries")
    unmapped_ids = fields.Many2many("account.account", string="Accounts without Code", compute="_compute_entries")
    debit = fields.Monetary("Total Debit", compute="_compute_totals")
    credit = fields.Monetary("Total Credit", compute="_compute_totals")

    @api.model
    def _get_last_month(self, months):
        """First day of the current month, moved by months."""
        return fields.Date.context_today(self) + relativedelta(day=1, months=months)

    @api.depends("company_id", "layout_id", "date_from", "date_to", "journal_ids", "again")
    def _compute_entries(self):
        Export = self.env["profit.voucher.export"]
        for wizard in self:
            period = (wizard.company_id, wizard.date_from, wizard.date_to, wizard.journal_ids)
            found = Export._find_entries(*period) if all(period[:3]) else self.env["account.move"]
            exported = Export._get_exported(wizard.layout_id, found)
            wizard.move_ids = found if wizard.again else found - exported
            wizard.entry_count = len(wizard.move_ids)
            wizard.exported_count = len(exported)
            wizard.draft_count = self.env["account.move"].search_count(wizard._get_draft_domain())
            wizard.unmapped_ids = Export._get_unmapped(wizard.layout_id, wizard.company_id, wizard.move_ids)

    @api.depends("move_ids")
    def _compute_totals(self):
        Item = self.env["account.move.line"]
        for wizard in self:
            domain = [("move_id", "in", wizard.move_ids.ids)]
            ((wizard.debit, wizard.credit),) = Item._read_group(domain, [], ["debit:sum", "credit:sum"])

    def _get_draft_domain(self):
        """Entries of the period that are not posted; invoices without a date count by their invoice date."""
        domain = self.env["profit.voucher.export"]._get_entry_domain(
            self.company_id, self.date_from, self.date_to, self.journal_ids
        )
        return [*domain, ("state", "=", "draft")]

    # === ACTIONS === #

    def action_export(self):
        """Make the file and open its record.

        :raise UserError: drafts, accounts without code, no reason, nothing to export
        """
        self.ensure_one()
        self._check_ready()
        export = self.env["profit.voucher.export"]._export(
            self.layout_id,
            self.move_ids,
            again=self.again,
            company_id=self.company_id.id,
            date_from=self.date_from,
            date_to=self.date_to,
            journal_ids=self.journal_ids.ids,
            reason=self.reason if self.again else False,
        )
        return export._get_records_action(name=self.env._("Voucher Export"))

    def _check_ready(self):
        if self.date_from > self.date_to:
            raise UserError(self.env._("The period ends before it begins."))
        if self.draft_count and not self.skip_drafts:
            raise UserError(
                self.env._(
                    "%s entries of the period are not posted. Post them, or choose to leave them out.", self.draft_count
                )
            )
        if not self.move_ids:
            raise UserError(
                self.env._("There is nothing to export: all posted entries of the period are in files already.")
                if self.exported_count
                else self.env._("There are no posted entries in this period and these journals.")
            )
        if self.again and self.exported_count and not (self.reason or "").strip():
            raise UserError(self.env._("Say why entries are exported again."))
        if self.unmapped_ids:
            raise UserError(
                self.env._("These accounts have no code in %s. Press Add Codes and fill them in.", self.layout_id.name)
                + "".join(f"\n• {account.code} {account.name}" for account in self.unmapped_ids)
            )

    def action_add_codes(self):
        """Rows to fill in for the accounts that have no code yet."""
        self.ensure_one()
        rows = self.env["profit.voucher.code"]._add_missing(self.layout_id, self.company_id, self.unmapped_ids)
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_profit.action_voucher_codes")
        return {**action, "domain": [("id", "in", rows.ids)], "context": {}}

    def action_open_drafts(self):
        """The entries that are not posted."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Drafts"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": self._get_draft_domain(),
        }
