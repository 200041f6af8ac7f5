from . import (  # isort: skip
    product,
    rate,
    rate_learning,
    estimate,
    sale_order,
    bridge,
    accrual,
    accrual_entry,
    estimate_entry,
    revaluation,
    exchange,
)
