from . import (  # isort: skip
    entry,
    facts,
    result_account,
    month,
    tie_out,
    # Where facts come from; each extends profit.entry by a source.
    source_settlement,
    source_document,
    source_cost,
    source_ledger,
    # Ways to the facts from orders, products, settlements and journal items.
    links,
    # Owner: estimates.
    estimates,
    # Owner: shares and margins.
    shares,
    # Owner: closing and vouchers.
    closing,
)
