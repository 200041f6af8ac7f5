from . import account_bank_statement_line, account_journal, bank_statement_file, bank_statement_layout
