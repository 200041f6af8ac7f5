from . import (
    test_fee_account,
    test_fee_word,
    test_layout,
    test_payout,
    test_posting,
    test_posting_documents,
    test_samples,
    test_settlement,
    test_settlement_offer,
    test_transaction,
)
