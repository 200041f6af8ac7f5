from . import (  # isort: skip
    account,
    account_posting,
    fee_account,
    fee_kind,
    fee_word,
    res_company,
    settlement,
    settlement_line,
    settlement_match,
    settlement_read,
    # These extend methods of the ones above.
    settlement_layout,
    settlement_posting,
    settlement_posting_amounts,
    settlement_posting_documents,
    settlement_posting_job,
    settlement_reversal,
)
