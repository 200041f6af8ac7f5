from . import test_blacklist, test_forbidden, test_review_address, test_review_amounts, test_review_rule, test_sanction
