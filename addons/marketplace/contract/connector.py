"""The verbs of a connector: few, bulk-shaped, typed."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from .records import ShopInfo


class Capability(str, Enum):
    """What a connector can do. Screens offer only what the account's connector declares."""

    ORDERS = "orders"
    LISTINGS = "listings"
    STOCK_PUSH = "stock_push"
    STOCK_READ = "stock_read"
    STOCK_DATES = "stock_dates"  # a stock level may say from which day its units are there
    SHIPMENT_CONFIRMATION = "shipment_confirmation"
    MARKETPLACE_FULFILMENT = "marketplace_fulfilment"
    NOTIFICATIONS = "notifications"
    AUTHORISATION = "authorisation"  # the seller grants access on a page of the marketplace (OAuth)
    ACKNOWLEDGEMENT = "acknowledgement"
    CANCELLATION = "cancellation"
    RETURNS = "returns"
    REFUND = "refund"
    LABELS = "labels"  # the marketplace books the carrier and makes the waybill
    WEBHOOKS = "webhooks"
    SETTLEMENTS = "settlements"
    TRANSACTIONS = "transactions"  # what is not settled yet
    TRAFFIC = "traffic"  # visits per offer and day


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One received object, untouched, with just enough read out of it to file it in the inbox.

    :param kind: ``order`` …
    :param revision: text that changes whenever the marketplace changes the object
    :param payload: the JSON object as received
    :param updated_at: the marketplace's time of the last change, aware UTC
    """

    kind: str
    shop_id: str
    external_id: str
    revision: str
    payload: dict
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """One page of an incremental fetch.

    :param next_token: continues the same fetch; empty on the last page
    :param complete_until: on the last page, the instant up to which nothing was missed; the next fetch starts there
    :param broken: ``[(path, reason, raw object)]`` of objects too damaged to be filed by id
    """

    records: tuple[RawRecord, ...]
    next_token: str = ""
    complete_until: datetime | None = None
    broken: tuple[tuple[str, str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class PushResult:
    """What the marketplace said to one stock level."""

    sku: str
    accepted: bool
    message: str = ""


@dataclass(frozen=True, slots=True)
class ActionResult:
    """What the marketplace said to one shipment confirmation, cancellation, refund …

    :param reference: of the record that was sent
    :param retry_after: seconds; set when the same record should be sent again later
    """

    reference: str
    accepted: bool
    message: str = ""
    retry_after: float | None = None


class Connector(ABC):
    """Speaks to one seller account of one marketplace.

    Verbs raise the errors of :mod:`.errors`. A verb whose capability is not declared must not be called.
    ``handle`` parameters take what :class:`~.errors.NotReady` carried, to continue a report or feed.
    """

    capabilities: frozenset[Capability] = frozenset()

    @abstractmethod
    def fetch_shops(self) -> list[ShopInfo]:
        """Shops the credentials may act for."""

    def fetch_orders(self, shop_ids, since, until=None, token="") -> Page:
        """One page of orders changed at or after ``since``.

        A range that the marketplace prepares by itself (a bulk export) raises :class:`~.errors.NotReady` with a text
        handle, which comes back as ``token``.

        :param list[str] shop_ids: external ids of the shops
        :param datetime since: aware UTC
        :param until: optional aware UTC end of the range
        :param str token: ``next_token`` of the page before
        """
        raise self._unsupported(Capability.ORDERS)

    def fetch_order(self, external_id):
        """One order by its marketplace number, as :class:`RawRecord`."""
        raise self._unsupported(Capability.ORDERS)

    def parse_order(self, payload):
        """Turn a raw order into :class:`~.records.Order`.

        :raise InvalidPayload: a field is missing or contradicts another
        """
        raise self._unsupported(Capability.ORDERS)

    def fetch_listings(self, shop_id, handle=None):
        """All offers of a shop as a list of :class:`~.records.Listing`."""
        raise self._unsupported(Capability.LISTINGS)

    def fetch_traffic(self, shop_id, day, handle=None):
        """Visits to the offers of a shop on a day, as list of :class:`~.traffic.TrafficDay`.

        :param date day: as the marketplace cuts its days
        :raise Rejected: there is nothing to report of that day
        """
        raise self._unsupported(Capability.TRAFFIC)

    def push_stock(self, shop_id, levels, handle=None):
        """Publish quantities; one :class:`PushResult` per level, in any order."""
        raise self._unsupported(Capability.STOCK_PUSH)

    def fetch_stock(self, shop_id, skus):
        """Quantities the marketplace shows for merchant-fulfilled SKUs, as list of :class:`~.records.StockLevel`."""
        raise self._unsupported(Capability.STOCK_READ)

    def confirm_shipments(self, shipments):
        """Tell the marketplace what was shipped; one :class:`ActionResult` per shipment.

        Sending the same reference again must not ship anything twice.
        """
        raise self._unsupported(Capability.SHIPMENT_CONFIRMATION)

    def fetch_fulfilment_stock(self, shop_id):
        """Units in the marketplace's own warehouses, as list of :class:`~.records.FulfilmentStock`."""
        raise self._unsupported(Capability.MARKETPLACE_FULFILMENT)

    def receive_notifications(self):
        """External ids of orders that the marketplace says have changed, as ``[(external id, acknowledge())]``."""
        raise self._unsupported(Capability.NOTIFICATIONS)

    def authorization_url(self, state, redirect_uri, code_challenge):
        """Address of the marketplace's page on which the seller grants access.

        :param str state: opaque text that the marketplace hands back
        :param str redirect_uri: our callback
        :param str code_challenge: PKCE challenge, method S256 (RFC 7636); left out where the marketplace has no PKCE
        """
        raise self._unsupported(Capability.AUTHORISATION)

    def authorize(self, params, redirect_uri, code_verifier):
        """Exchange what the callback brought for tokens, and keep them in the token store.

        :param dict params: the whole query of the callback, ``state`` already checked
        :param str redirect_uri: as in :meth:`authorization_url`
        :param str code_verifier: PKCE verifier of the challenge
        :raise AuthenticationFailed: the seller declined, or the code is not taken
        """
        raise self._unsupported(Capability.AUTHORISATION)

    def acknowledge_orders(self, shop_id, order_ids):
        """Tell the marketplace that the orders were received; one :class:`ActionResult` per order id."""
        raise self._unsupported(Capability.ACKNOWLEDGEMENT)

    def cancel_orders(self, cancellations):
        """Cancel orders or lines, or answer a buyer's wish to; one :class:`ActionResult` per
        :class:`~.aftersales.Cancellation`."""
        raise self._unsupported(Capability.CANCELLATION)

    def fetch_returns(self, shop_ids, since, until=None, token="") -> Page:
        """One page of returns and refunds changed at or after ``since``, as records of the kind ``return``."""
        raise self._unsupported(Capability.RETURNS)

    def fetch_return(self, shop_id, external_id):
        """One return by its marketplace number, as :class:`RawRecord`."""
        raise self._unsupported(Capability.RETURNS)

    def parse_return(self, payload):
        """Turn a raw return into :class:`~.aftersales.Return`.

        :raise InvalidPayload: a field is missing or contradicts another
        """
        raise self._unsupported(Capability.RETURNS)

    def refund_orders(self, refunds):
        """Pay money back to buyers; one :class:`ActionResult` per :class:`~.aftersales.Refund`.

        Sending the same reference again must not pay twice; after a time-out the marketplace is asked first.
        """
        raise self._unsupported(Capability.REFUND)

    def arrange_shipments(self, shipments):
        """Have the marketplace book the carrier; one :class:`~.labels.Arrangement` per shipment, which needs no
        tracking yet. Repeating a reference returns the same arrangement."""
        raise self._unsupported(Capability.LABELS)

    def fetch_labels(self, parcels, handle=None):
        """Waybills of arranged parcels, as list of :class:`~.labels.Label`; parcels refused are missing from it.

        :param list parcels: :class:`~.labels.Parcel`
        :raise NotReady: the marketplace still prints
        """
        raise self._unsupported(Capability.LABELS)

    def subscribe_webhooks(self, url):
        """Have the marketplace call ``url`` when something changes; repeating it changes nothing."""
        raise self._unsupported(Capability.WEBHOOKS)

    def read_webhook(self, request):
        """Check the signature on the raw body, and only then read it.

        :param request: :class:`~.webhooks.WebhookRequest`
        :return: :class:`~.webhooks.Webhook`
        :raise AuthenticationFailed: the signature is missing, wrong or too old
        :raise InvalidPayload: signed by the marketplace, but unreadable or without an id
        """
        raise self._unsupported(Capability.WEBHOOKS)

    def fetch_settlements(self, shop_ids, since, until=None, token=""):
        """One page of the settlements that were closed, or changed, at or after ``since``.

        :return: :class:`~.settlements.SettlementPage`
        """
        raise self._unsupported(Capability.SETTLEMENTS)

    def fetch_settlement(self, handle):
        """The whole document of a settlement, as :class:`~.settlements.SettlementDocument`.

        :param dict handle: of its :class:`~.settlements.SettlementRef`, or of the :class:`~.errors.NotReady` before
        :raise NotReady: the marketplace still prepares it
        """
        raise self._unsupported(Capability.SETTLEMENTS)

    def parse_settlement(self, document):
        """Turn a document into :class:`~.settlements.Settlement`, fetched or downloaded by a person alike.

        Whether the lines add up to the total is for the caller to check, once it has read them all.

        :param document: :class:`~.settlements.SettlementDocument`
        :raise InvalidPayload: it is no settlement, breaks off, or a row cannot be read
        """
        raise self._unsupported(Capability.SETTLEMENTS)

    def fetch_transactions(self, shop_ids, since, until=None, token="") -> Page:
        """One page of what was booked at or after ``since``, as records of the kind ``transaction``."""
        raise self._unsupported(Capability.TRANSACTIONS)

    def parse_transaction(self, payload):
        """Turn a raw transaction into :class:`~.settlements.MoneyTransaction`.

        :raise InvalidPayload: a field is missing, or the lines do not add up to the stated total
        """
        raise self._unsupported(Capability.TRANSACTIONS)

    def _unsupported(self, capability):
        return TypeError(f"{type(self).__name__} does not declare the capability {capability.value}")
