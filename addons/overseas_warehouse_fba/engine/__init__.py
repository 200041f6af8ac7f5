"""Units at Amazon: what the ledger means, whether the books agree, what Amazon owes. Plain Python."""
