"""ECCANG's WMS, which many operators of Chinese overseas warehouses run, behind the contract. Plain Python."""

from .provider import EccangProvider
from .settings import read_warehouses

__all__ = ["EccangProvider", "read_warehouses"]
