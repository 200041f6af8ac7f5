from . import (  # isort: skip
    voucher_layout,
    voucher_code,
    voucher_export,
    voucher_source,
    account_move,
)
