from . import (
    amounts,
    event,
    event_cost,
    layer,
    posting,
    res_company,
    res_config_settings,
    snapshot,
    state,
    stock_move,
    stock_move_line,
)
