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
from . import fba_inbound
from . import fba_inbound_step
from . import fba_inbound_option
from . import fba_inbound_shipment
from . import fba_inbound_job
from . import fba_inbound_notice
from . import fba_fulfilment
