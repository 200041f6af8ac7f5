from . import hold_address, hold_cancel, sanction_import
