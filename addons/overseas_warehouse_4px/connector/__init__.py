"""4PX's fulfilment warehouses (FB4) behind the contract of overseas warehouses. Plain Python."""

from .api import SANDBOX, Credentials
from .provider import FpxProvider
from .settings import Settings

__all__ = ["SANDBOX", "Credentials", "FpxProvider", "Settings"]
