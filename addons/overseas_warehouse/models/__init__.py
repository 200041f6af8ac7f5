# ruff: noqa: I001 (a model must be loaded before those that extend it)
from . import account
from . import sendable
from . import warehouse
from . import product
from . import outbound
from . import stock_picking
from . import inbound
from . import carton
from . import receipt
from . import difference
from . import stock_event
from . import snapshot
from . import snapshot_line
from . import bill
from . import returns
from . import privacy
