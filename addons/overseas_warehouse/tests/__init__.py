from . import (
    test_bill,
    test_difference,
    test_inbound,
    test_marketplace,
    test_outbound,
    test_returns,
    test_snapshot,
    test_vendor_bill,
    test_warehouse,
)
