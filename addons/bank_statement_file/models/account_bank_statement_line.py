from odoo import fields, models


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    import_file_id = fields.Many2one("bank.statement.file", "File", readonly=True, index="btree_not_null", copy=False)
    import_key = fields.Char(readonly=True, copy=False, help="By it the transaction is recognised in another file.")
    value_date = fields.Date(readonly=True, copy=False)
    bank_fee = fields.Monetary(readonly=True, copy=False, help="What the bank says it took of the amount.")
    bank_rate = fields.Float("Bank's Rate", digits=(16, 8), aggregator=None, readonly=True, copy=False)

    _import_key_uniq = models.Constraint("UNIQUE(journal_id, import_key)", "The transaction is already in the journal.")
