"""The contract every overseas warehouse speaks: records and verbs. Plain Python, no Odoo, no HTTP.

Errors, money, addresses, results, pages and the reading of payloads are those of the marketplaces' contract. All
records are frozen. Times are aware UTC, weights kilograms, lengths centimetres (both ``Decimal``), units whole numbers.
What the warehouse does not state is ``None`` or an empty string, never zero.
"""

from .fees import BillLine, FeeKind, FeeQuote
from .inbound import Carton, InboundNotice, InboundState, InboundStatus, InboundUpdate, ReceivedLine, Transport
from .outbound import (
    OutboundLine,
    OutboundOrder,
    OutboundState,
    OutboundStatus,
    ReturnedLine,
    ReturnState,
    ReturnStatus,
)
from .places import Handle, Service, WarehouseInfo
from .plain import to_json
from .provider import Booking, Provider, ProviderCapability
from .stock import Grade, ProductCard, ProductState, ProductStatus, StockEvent, StockEventKind, StockLine

__all__ = [
    "BillLine",
    "Booking",
    "Carton",
    "FeeKind",
    "FeeQuote",
    "Grade",
    "Handle",
    "InboundNotice",
    "InboundState",
    "InboundStatus",
    "InboundUpdate",
    "OutboundLine",
    "OutboundOrder",
    "OutboundState",
    "OutboundStatus",
    "ProductCard",
    "ProductState",
    "ProductStatus",
    "Provider",
    "ProviderCapability",
    "ReceivedLine",
    "ReturnState",
    "ReturnStatus",
    "ReturnedLine",
    "Service",
    "StockEvent",
    "StockEventKind",
    "StockLine",
    "Transport",
    "WarehouseInfo",
    "to_json",
]
