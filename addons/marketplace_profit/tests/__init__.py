from . import test_facts
from .closing import test_month_close, test_vouchers
