"""Winit's overseas warehouses behind the contract of overseas warehouses. Plain Python."""

from .api import Credentials
from .provider import WinitProvider
from .settings import Settings

__all__ = ["Credentials", "Settings", "WinitProvider"]
