from odoo import models


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def action_import_statement_file(self):
        """Open the upload of files for the journal."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("bank_statement_file.action_statement_upload")
        return {**action, "context": {"default_journal_id": self.id, "dialog_size": "extra-large"}}
