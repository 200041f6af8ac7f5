from . import test_fee_word, test_layout, test_settlement, test_settlement_offer
