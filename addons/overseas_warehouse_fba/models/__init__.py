# ruff: noqa: I001 (a model must be loaded before those that extend it)
from . import account
from . import warehouse
from . import sheet
from . import sheet_fault
from . import ledger_row
from . import booking
from . import snapshot
from . import reimbursement
from . import claim
from . import aged_stock
