"""The verbs of an overseas warehouse: few, bulk-shaped, typed."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum

from ...marketplace.contract import Page


class ProviderCapability(str, Enum):
    """What a provider can do. Screens offer only what the account's provider declares."""

    SERVICES = "services"
    PRODUCTS = "products"
    STOCK = "stock"
    STOCK_EVENTS = "stock_events"
    INBOUND = "inbound"
    INBOUND_UPDATE = "inbound_update"
    INBOUND_CANCEL = "inbound_cancel"
    INBOUND_LABELS = "inbound_labels"
    OUTBOUND = "outbound"
    OUTBOUND_CANCEL = "outbound_cancel"
    RETURNS = "returns"
    BILLS = "bills"
    QUOTES = "quotes"


@dataclass(frozen=True, slots=True)
class Booking:
    """What the warehouse said to a product, notice or order it was given.

    :param reference: of the record that was sent
    :param external_id: the warehouse's number of it; empty where it gives none
    :param retry_after: seconds; set when the same record should be sent again later
    """

    reference: str
    accepted: bool
    message: str = ""
    retry_after: float | None = None
    external_id: str = ""


class Provider(ABC):
    """Speaks to one account at one operator of overseas warehouses.

    Verbs raise the errors of the marketplaces' contract; a verb whose capability is not declared must not be called.
    Verbs that write take many records and answer each of them, in any order; a refused one stops no other. Sending a
    reference again makes nothing twice: the provider finds what is there and answers as the first time. Pages hold
    records of this contract, already read, with ``next_token`` empty on the last one; entries too damaged to be read
    stand in ``broken``.
    """

    capabilities: frozenset[ProviderCapability] = frozenset()

    @abstractmethod
    def fetch_warehouses(self):
        """Warehouses the credentials may use, as list of :class:`~.places.WarehouseInfo`."""

    def fetch_services(self, warehouse):
        """Ways of shipping from a warehouse, as list of :class:`~.places.Service`.

        :param str warehouse: its code
        """
        raise self._unsupported(ProviderCapability.SERVICES)

    def push_products(self, cards):
        """Make products known or correct them; one :class:`Booking` per card, its reference the SKU.

        :param list cards: :class:`~.stock.ProductCard`
        """
        raise self._unsupported(ProviderCapability.PRODUCTS)

    def fetch_products(self, skus):
        """Products as the warehouse has them, as list of :class:`~.stock.ProductState`; unknown ones are missing.

        :param list[str] skus: our SKUs
        """
        raise self._unsupported(ProviderCapability.PRODUCTS)

    def fetch_stock(self, warehouses, token=""):
        """One page of :class:`~.stock.StockLine`. A SKU and lot stand once per warehouse.

        :param list[str] warehouses: codes
        :param str token: ``next_token`` of the page before
        :raise InvalidPayload: a report that cannot be a whole
        """
        raise self._unsupported(ProviderCapability.STOCK)

    def fetch_stock_events(self, warehouses, since, until, token=""):
        """One page of :class:`~.stock.StockEvent` booked from ``since`` (included) to ``until`` (excluded).

        :param datetime since: aware UTC
        :param datetime until: aware UTC
        """
        raise self._unsupported(ProviderCapability.STOCK_EVENTS)

    def create_inbounds(self, notices):
        """Announce goods; one :class:`Booking` per notice.

        :param list notices: :class:`~.inbound.InboundNotice`
        """
        raise self._unsupported(ProviderCapability.INBOUND)

    def fetch_inbounds(self, handles):
        """Notices as they stand now, as list of :class:`~.inbound.InboundState`; unknown ones are missing.

        :param list handles: :class:`~.places.Handle`
        """
        raise self._unsupported(ProviderCapability.INBOUND)

    def update_inbounds(self, updates):
        """Tell when announced goods come, and under which number; one :class:`Booking` per update. Of what arrived
        already nothing is changed: it is refused.

        :param list updates: :class:`~.inbound.InboundUpdate`
        """
        raise self._unsupported(ProviderCapability.INBOUND_UPDATE)

    def cancel_inbounds(self, handles):
        """Withdraw notices of which nothing has arrived; one ``ActionResult`` per handle. One that is cancelled
        already is accepted."""
        raise self._unsupported(ProviderCapability.INBOUND_CANCEL)

    def fetch_inbound_labels(self, handle):
        """Labels of a notice's cartons to print, as list of the marketplaces' ``Label`` (one file may hold all).

        :raise NotReady: the warehouse still prints
        """
        raise self._unsupported(ProviderCapability.INBOUND_LABELS)

    def create_outbounds(self, orders):
        """Have orders shipped; one :class:`Booking` per order.

        :param list orders: :class:`~.outbound.OutboundOrder`
        """
        raise self._unsupported(ProviderCapability.OUTBOUND)

    def fetch_outbounds(self, handles):
        """Orders as they stand now, as list of :class:`~.outbound.OutboundState`; unknown ones are missing.

        :param list handles: :class:`~.places.Handle`
        """
        raise self._unsupported(ProviderCapability.OUTBOUND)

    def cancel_outbounds(self, handles):
        """Stop orders that have not left; one ``ActionResult`` per handle. One that is cancelled already is accepted,
        one that has left is refused."""
        raise self._unsupported(ProviderCapability.OUTBOUND_CANCEL)

    def fetch_returns(self, warehouses, since, token="") -> Page:
        """One page of :class:`~.outbound.ReturnState` changed at or after ``since``.

        :param list[str] warehouses: codes
        :param datetime since: aware UTC
        """
        raise self._unsupported(ProviderCapability.RETURNS)

    def fetch_bills(self, since, until, token="") -> Page:
        """One page of :class:`~.fees.BillLine` charged from ``since`` (included) to ``until`` (excluded).

        :param datetime since: aware UTC
        :param datetime until: aware UTC
        """
        raise self._unsupported(ProviderCapability.BILLS)

    def quote_fees(self, orders):
        """What orders would cost, as list of :class:`~.fees.FeeQuote`; those without a quote are missing.

        :param list orders: :class:`~.outbound.OutboundOrder`
        """
        raise self._unsupported(ProviderCapability.QUOTES)

    def _unsupported(self, capability):
        return TypeError(f"{type(self).__name__} does not declare the capability {capability.value}")
