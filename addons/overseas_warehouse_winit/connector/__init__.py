"""Winit's overseas warehouses behind the contract of overseas warehouses. Plain Python."""

from .api import SANDBOX, Credentials
from .provider import WinitProvider
from .settings import Settings

__all__ = ["SANDBOX", "Credentials", "Settings", "WinitProvider"]
