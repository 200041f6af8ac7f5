from . import account_move_line, bill, month_check, profit_entry, profit_month
