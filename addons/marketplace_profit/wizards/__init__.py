from . import voucher_export
