from . import (  # isort: skip
    entry,
    result_account,
    month,
    # Where facts come from; each extends profit.entry by a source.
    source_settlement,
    source_document,
    source_cost,
    source_ledger,
    # Owner: estimates.
    estimates,
    # Owner: shares and margins.
    shares,
    # Owner: closing and vouchers.
    closing,
)
