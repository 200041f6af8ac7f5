from . import (  # isort: skip
    res_company,
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
