"""ECCANG's WMS, which many operators of Chinese overseas warehouses run, behind the contract. Plain Python."""

from .provider import EccangProvider

__all__ = ["EccangProvider"]
