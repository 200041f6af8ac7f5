"""The Lazada connector."""

from functools import partial

from ...marketplace.contract import Capability, Connector
from ...marketplace.transport import OfferIndex
from . import (
    cancellations,
    labels,
    listings,
    orders,
    returns,
    shipments,
    shops,
    statements,
    stock,
    transactions,
    webhooks,
)
from .api import LazadaApi
from .order_view import parse_order


class LazadaConnector(Connector):
    """One seller in one or several countries, by one app.

    :param Credentials credentials: of the app
    :param session: ``requests.Session``
    :param options: of :class:`~.api.LazadaApi` (``endpoint``, ``token_store``) and of
        :class:`HttpClient` (``bucket_store``, ``clock``, ``sleep`` …)
    """

    capabilities = frozenset(
        {
            Capability.ORDERS,
            Capability.LISTINGS,
            Capability.STOCK_PUSH,
            Capability.STOCK_READ,
            Capability.SHIPMENT_CONFIRMATION,
            Capability.LABELS,
            Capability.CANCELLATION,
            Capability.RETURNS,
            Capability.REFUND,
            Capability.AUTHORISATION,
            Capability.WEBHOOKS,
            Capability.SETTLEMENTS,
            Capability.TRANSACTIONS,
        }
    )

    def __init__(self, credentials, session=None, **options):
        self._api = LazadaApi(credentials, session=session, **options)
        self._offers = OfferIndex(partial(listings.fetch_offers, self._api), self._api.client.clock)

    def authorization_url(self, state, redirect_uri, code_challenge):
        return self._api.authorisation.url(state, redirect_uri)

    def authorize(self, params, redirect_uri, code_verifier):
        self._api.authorisation.authorise(params)

    def fetch_shops(self):
        return shops.fetch_shops(self._api)

    def fetch_orders(self, shop_ids, since, until=None, token=""):
        return orders.fetch_page(self._api, shop_ids, since, until, token)

    def fetch_order(self, external_id):
        return orders.fetch_order(self._api, external_id)

    def parse_order(self, payload):
        return parse_order(payload)

    def fetch_listings(self, shop_id, handle=None):
        return listings.fetch_listings(self._api, shop_id)

    def push_stock(self, shop_id, levels, handle=None):
        return stock.push_stock(self._api, self._offers, shop_id, levels)

    def fetch_stock(self, shop_id, skus):
        return stock.fetch_stock(self._api, shop_id, skus)

    def confirm_shipments(self, shipments_):
        return shipments.confirm_shipments(self._api, shipments_)

    def arrange_shipments(self, shipments_):
        return shipments.arrange_shipments(self._api, shipments_)

    def fetch_labels(self, parcels, handle=None):
        return labels.fetch_labels(self._api, parcels)

    def cancel_orders(self, cancellations_):
        return cancellations.cancel_orders(self._api, cancellations_)

    def fetch_returns(self, shop_ids, since, until=None, token=""):
        return returns.fetch_page(self._api, shop_ids, since, until, token)

    def fetch_return(self, shop_id, external_id):
        return returns.fetch_return(self._api, shop_id, external_id)

    def parse_return(self, payload):
        return returns.parse_return(payload)

    def refund_orders(self, refunds):
        return returns.refund_orders(self._api, refunds)

    def fetch_settlements(self, shop_ids, since, until=None, token=""):
        return statements.fetch_page(self._api, shop_ids, since, until, token)

    def fetch_settlement(self, handle):
        return statements.fetch_settlement(self._api, handle)

    def parse_settlement(self, document):
        return statements.parse_settlement(document)

    def fetch_transactions(self, shop_ids, since, until=None, token=""):
        return transactions.fetch_page(self._api, shop_ids, since, until, token)

    def parse_transaction(self, payload):
        return transactions.parse_transaction(payload)

    def subscribe_webhooks(self, url):
        webhooks.subscribe(url)

    def read_webhook(self, request):
        return webhooks.read(self._api.credentials, request)
