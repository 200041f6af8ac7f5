from . import test_costs, test_facts, test_months, test_random
from .closing import test_month_close, test_vouchers
from .estimates import test_accrual, test_bridge, test_estimate, test_estimate_facts, test_exchange, test_rate
from .shares import test_margin, test_position, test_share, test_share_driver, test_what_if
