"""The ShipBob provider."""

from ...overseas_warehouse.contract import Provider, ProviderCapability
from . import catalogue, inbound, money, outbound
from .api import ShipbobApi


class ShipbobProvider(Provider):
    """One account at ShipBob.

    :param str token: personal access token
    :param str channel: number of the channel that orders go through; empty: the first that may write orders
    :param session: ``requests.Session``
    :param options: of :class:`~.api.ShipbobApi` (``endpoint``) and of :class:`HttpClient` (``bucket_store`` …)
    """

    capabilities = frozenset(ProviderCapability) - {ProviderCapability.INBOUND_UPDATE}

    def __init__(self, token, channel="", session=None, **options):
        self._api = ShipbobApi(token, channel, session=session, **options)

    def fetch_warehouses(self):
        return catalogue.fetch_warehouses(self._api)

    def fetch_services(self, warehouse):
        return catalogue.fetch_services(self._api)

    def push_products(self, cards):
        return catalogue.push_products(self._api, cards)

    def fetch_products(self, skus):
        return catalogue.fetch_products(self._api, skus)

    def fetch_stock(self, warehouses, token=""):
        return catalogue.fetch_stock(self._api, warehouses, token)

    def fetch_stock_events(self, warehouses, since, until, token=""):
        return catalogue.fetch_stock_events(self._api, warehouses, since, until, token)

    def create_inbounds(self, notices):
        return inbound.create(self._api, notices)

    def fetch_inbounds(self, handles):
        return inbound.fetch(self._api, handles)

    def cancel_inbounds(self, handles):
        return inbound.cancel(self._api, handles)

    def fetch_inbound_labels(self, handle):
        return inbound.fetch_labels(self._api, handle)

    def create_outbounds(self, orders):
        return outbound.create(self._api, orders)

    def fetch_outbounds(self, handles):
        return outbound.fetch(self._api, handles)

    def cancel_outbounds(self, handles):
        return outbound.cancel(self._api, handles)

    def fetch_returns(self, warehouses, since, token=""):
        return money.fetch_returns(self._api, warehouses, since, token)

    def fetch_bills(self, since, until, token=""):
        return money.fetch_bills(self._api, since, until, token)

    def quote_fees(self, orders):
        return money.quote_fees(self._api, orders)
