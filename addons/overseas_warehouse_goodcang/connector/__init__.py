"""GoodCang's open platform behind the contract of overseas warehouses. Plain Python."""

from .provider import GoodcangProvider

__all__ = ["GoodcangProvider"]
