from . import (
    account,
    fee_kind,
    fee_word,
    settlement,
    settlement_layout,
    settlement_line,
    settlement_match,
    settlement_read,
)
