"""Warehouses, what they ship by, and how a document is found there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Handle:
    """An order or notice under both its numbers; warehouses find it by one of them.

    :param reference: our number, the idempotency key
    :param external_id: the warehouse's number; empty where we have not been told it
    """

    reference: str
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class WarehouseInfo:
    """A warehouse that the credentials may use."""

    code: str
    name: str
    country_code: str


@dataclass(frozen=True, slots=True)
class Service:
    """A way of shipping that a warehouse offers."""

    code: str
    name: str
