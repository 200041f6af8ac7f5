"""The TikTok Shop connector."""

from ...marketplace.contract import AuthenticationFailed, Capability, Connector
from . import orders, packages, returns, statements, unsettled, webhooks
from .api import OpenApi
from .cancellations import cancel_orders
from .fbt import fetch_fulfilment_stock
from .labels import arrange_shipments, fetch_labels
from .listings import fetch_listings
from .refunds import refund_orders
from .shipments import confirm_shipments
from .shops import fetch_shops
from .stock import fetch_stock, push_stock


class TikTokConnector(Connector):
    """One seller's authorisation, with all its shops.

    :param Credentials credentials: the application
    :param session: ``requests.Session``
    :param options: of :class:`~.api.OpenApi` (``endpoint``, ``token_store``) and of
        :class:`HttpClient` (``bucket_store``, ``clock``, ``sleep`` …)
    """

    capabilities = frozenset(
        {
            Capability.AUTHORISATION,
            Capability.ORDERS,
            Capability.LISTINGS,
            Capability.STOCK_PUSH,
            Capability.STOCK_READ,
            Capability.SHIPMENT_CONFIRMATION,
            Capability.LABELS,
            Capability.MARKETPLACE_FULFILMENT,
            Capability.CANCELLATION,
            Capability.RETURNS,
            Capability.REFUND,
            Capability.WEBHOOKS,
            Capability.SETTLEMENTS,
            Capability.TRANSACTIONS,
        }
    )

    def __init__(self, credentials, session=None, **options):
        self._api = OpenApi(credentials, session=session, **options)

    def authorization_url(self, state, redirect_uri, code_challenge):
        return self._api.token_service.authorization_url(state)

    def authorize(self, params, redirect_uri, code_verifier):
        code = params.get("code") or params.get("auth_code")
        if not code:
            raise AuthenticationFailed("the seller did not agree: TikTok Shop brought no code")
        store = self._api.token_store
        store.replace(store.load(), lambda _tokens: self._api.token_service.exchange(code))

    def fetch_shops(self):
        return fetch_shops(self._api)

    def fetch_orders(self, shop_ids, since, until=None, token=""):
        return orders.fetch_page(self._api, shop_ids, since, until, token)

    def fetch_order(self, external_id):
        return orders.fetch_order(self._api, external_id)

    def parse_order(self, payload):
        return orders.parse_order(payload)

    def fetch_listings(self, shop_id, handle=None):
        return fetch_listings(self._api, shop_id)

    def push_stock(self, shop_id, levels, handle=None):
        return push_stock(self._api, shop_id, levels)

    def fetch_stock(self, shop_id, skus):
        return fetch_stock(self._api, shop_id, skus)

    def fetch_fulfilment_stock(self, shop_id):
        return fetch_fulfilment_stock(self._api, shop_id)

    def confirm_shipments(self, shipments):
        return confirm_shipments(self._api, shipments)

    def arrange_shipments(self, shipments):
        return arrange_shipments(self._api, shipments)

    def fetch_labels(self, parcels, handle=None):
        return fetch_labels(self._api, parcels)

    def find_combinable(self, shop_id):
        """Packages that may go out as one: ``[(package id, (order ids))]``."""
        return packages.find_combinable(self._api, shop_id)

    def combine_packages(self, shop_id, combinable):
        """Combine what :meth:`find_combinable` told: ``({package id: (order ids)}, {package id: refusal})``."""
        return packages.combine(self._api, shop_id, combinable)

    def cancel_orders(self, cancellations):
        return cancel_orders(self._api, cancellations)

    def fetch_returns(self, shop_ids, since, until=None, token=""):
        return returns.fetch_page(self._api, shop_ids, since, until, token)

    def fetch_return(self, shop_id, external_id):
        return returns.fetch_return(self._api, shop_id, external_id)

    def parse_return(self, payload):
        return returns.parse_return(payload)

    def refund_orders(self, refunds):
        return refund_orders(self._api, refunds)

    def subscribe_webhooks(self, url):
        webhooks.subscribe(self._api, url)

    def read_webhook(self, request):
        return webhooks.read_webhook(self._api.credentials, request)

    def fetch_settlements(self, shop_ids, since, until=None, token=""):
        return statements.fetch_page(self._api, shop_ids, since, until, token)

    def fetch_settlement(self, handle):
        return statements.fetch_settlement(self._api, handle)

    def parse_settlement(self, document):
        return statements.parse_settlement(document)

    def fetch_transactions(self, shop_ids, since, until=None, token=""):
        return unsettled.fetch_page(self._api, shop_ids, until, token)

    def parse_transaction(self, payload):
        return unsettled.parse_transaction(payload)
