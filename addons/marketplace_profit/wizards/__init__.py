from . import voucher_export, what_if
