from . import test_bill, test_inbound, test_outbound, test_snapshot, test_warehouse
