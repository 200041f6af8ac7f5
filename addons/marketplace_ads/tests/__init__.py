from . import test_access, test_cost, test_profit, test_report, test_share
from .insight import test_insight, test_stockout, test_traffic, test_traffic_fetch
