from . import test_fee_word, test_settlement
