from . import (  # isort: skip
    res_company,
    voucher_layout,
    voucher_code,
    voucher_export,
    voucher_source,
    account_move,
    closing,
    month_check,
    month_checks,
    month_close,
)
