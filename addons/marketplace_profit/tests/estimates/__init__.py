from . import test_accrual, test_bridge, test_estimate, test_estimate_facts, test_exchange, test_rate
