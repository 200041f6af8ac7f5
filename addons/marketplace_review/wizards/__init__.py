from . import hold_address, sanction_import
