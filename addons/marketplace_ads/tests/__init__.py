from . import insight, test_cost, test_profit, test_report, test_share
