from . import (
    test_booking,
    test_booking_batch,
    test_buyer_return,
    test_claim,
    test_fba_fulfilment,
    test_fba_inbound,
    test_fba_inbound_packer,
    test_ledger,
    test_reconciliation,
    test_removal,
    test_shortage_claim,
    test_training,
)
