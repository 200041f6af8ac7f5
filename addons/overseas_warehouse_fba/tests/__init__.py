from . import test_booking, test_claim, test_ledger, test_reconciliation, test_training
