from . import insight, test_cost, test_report, test_share
