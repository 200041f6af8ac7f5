"""The Shopify connector."""

from ...marketplace.contract import Capability, Connector
from . import orders, payouts, returns
from .api import AdminApi
from .bulk import History, is_bulk
from .cancellations import cancel_orders
from .listings import fetch_listings
from .order_parsing import parse_order
from .payout_parsing import parse_settlement, parse_transaction
from .refunds import refund_orders
from .shipments import confirm_shipments
from .shops import fetch_locations, fetch_shop, stock_locations
from .stock import fetch_stock, push_stock
from .webhooks import read_webhook, subscribe


class ShopifyConnector(Connector):
    """One shop. Amounts are in the shop's currency; the buyer's own amounts are in the payloads.

    :param Credentials credentials: of the shop
    :param session: ``requests.Session``
    :param locations: numbers of the locations whose stock is ours to tell, the one that holds it first; empty: the
        shop's only one
    :param bool notify: have Shopify write to buyers about parcels, cancellations and refunds
    :param options: of :class:`~.api.AdminApi` (``endpoint``, ``token_store``) and of
        :class:`HttpClient` (``bucket_store``, ``clock``, ``sleep`` …)
    """

    capabilities = frozenset(
        {
            Capability.ORDERS,
            Capability.LISTINGS,
            Capability.STOCK_PUSH,
            Capability.STOCK_READ,
            Capability.SHIPMENT_CONFIRMATION,
            Capability.CANCELLATION,
            Capability.RETURNS,
            Capability.REFUND,
            Capability.WEBHOOKS,
            Capability.SETTLEMENTS,
            Capability.TRANSACTIONS,
        }
    )

    def __init__(self, credentials, session=None, locations=(), notify=False, **options):
        self._credentials = credentials
        self._api = AdminApi(credentials, session=session, **options)
        self._history = History(self._api)
        self._locations = tuple(locations)
        self._notify = notify
        if not credentials.access_token and not credentials.own_app:
            self.capabilities = self.capabilities | {Capability.AUTHORISATION}

    def fetch_shops(self):
        return [fetch_shop(self._api)]

    def fetch_locations(self):
        """``[(number, name)]`` of the locations that stock may be told for."""
        return fetch_locations(self._api)

    def fetch_orders(self, shop_ids, since, until=None, token=""):
        """One page; ranges of more than a week are prepared by Shopify, see :mod:`.bulk`."""
        if is_bulk(token) or (not token and self._history.is_long(since, until)):
            return self._history.fetch_page(since, until, token)
        return orders.fetch_page(self._api, since, until, token)

    def fetch_order(self, external_id):
        return orders.fetch_order(self._api, external_id)

    def parse_order(self, payload):
        return parse_order(payload, self._credentials.shop)

    def fetch_listings(self, shop_id, handle=None):
        return fetch_listings(self._api, shop_id, fetch_shop(self._api).currency)

    def push_stock(self, shop_id, levels, handle=None):
        return push_stock(self._api, levels, self._stock_locations())

    def fetch_stock(self, shop_id, skus):
        return fetch_stock(self._api, skus, self._stock_locations())

    def confirm_shipments(self, shipments):
        return confirm_shipments(self._api, shipments, self._notify)

    def cancel_orders(self, cancellations):
        return cancel_orders(self._api, cancellations, self._notify)

    def fetch_returns(self, shop_ids, since, until=None, token=""):
        return returns.fetch_page(self._api, since, until, token)

    def fetch_return(self, shop_id, external_id):
        return returns.fetch_return(self._api, external_id)

    def parse_return(self, payload):
        return returns.parse_return(payload, self._credentials.shop)

    def refund_orders(self, refunds):
        return refund_orders(self._api, refunds, self._stock_locations, self._notify)

    def fetch_settlements(self, shop_ids, since, until=None, token=""):
        return payouts.fetch_page(self._api, since, until, token)

    def fetch_settlement(self, handle):
        return payouts.fetch_payout(self._api, handle)

    def parse_settlement(self, document):
        """A payout, as fetched or as a file of the REST Admin API."""
        return parse_settlement(document, self._credentials.shop)

    def fetch_transactions(self, shop_ids, since, until=None, token=""):
        return payouts.fetch_transactions(self._api, since, until, token)

    def parse_transaction(self, payload):
        return parse_transaction(payload, self._credentials.shop)

    def authorization_url(self, state, redirect_uri, code_challenge):
        self._require_consent()
        return self._api.authorisation.url(state, redirect_uri)

    def authorize(self, params, redirect_uri, code_verifier):
        self._require_consent()
        self._api.authorisation.accept(params)

    def subscribe_webhooks(self, url):
        subscribe(self._api, url)

    def read_webhook(self, request):
        return read_webhook(request, self._credentials)

    def _stock_locations(self):
        return stock_locations(self._api, self._locations)

    def _require_consent(self):
        if Capability.AUTHORISATION not in self.capabilities:
            raise self._unsupported(Capability.AUTHORISATION)
