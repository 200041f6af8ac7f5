"""ShipBob's API 2026-01 behind the contract of overseas warehouses. Plain Python."""

from .api import SANDBOX
from .provider import ShipbobProvider

__all__ = ["SANDBOX", "ShipbobProvider"]
