from . import hold, hold_term, sale_order
