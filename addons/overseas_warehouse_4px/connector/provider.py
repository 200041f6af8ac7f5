"""The 4PX provider."""

from ...overseas_warehouse.contract import Provider, ProviderCapability
from . import bills, inbounds, outbounds, products, returns, stock
from .api import FpxApi
from .settings import Settings


class FpxProvider(Provider):
    """One account of 4PX's fulfilment service (FB4).

    4PX has no operation that changes announced goods.

    :param Credentials credentials: of the application
    :param Settings settings: of the account
    :param options: ``endpoint`` and the arguments of :class:`HttpClient`
    """

    capabilities = frozenset(ProviderCapability) - {ProviderCapability.INBOUND_UPDATE}

    def __init__(self, credentials, settings=None, session=None, **options):
        self._api = FpxApi(credentials, session=session, **options)
        self._settings = settings or Settings()

    def fetch_warehouses(self):
        return products.fetch_warehouses(self._api)

    def fetch_services(self, warehouse):
        return products.fetch_services(self._api, warehouse)

    def push_products(self, cards):
        return products.push_products(self._api, self._settings, cards)

    def fetch_products(self, skus):
        return products.fetch_products(self._api, skus)

    def fetch_stock(self, warehouses, token=""):
        return stock.fetch_stock(self._api, self._settings, warehouses, token)

    def fetch_stock_events(self, warehouses, since, until, token=""):
        return stock.fetch_events(self._api, self._settings, warehouses, since, until, token)

    def create_inbounds(self, notices):
        return inbounds.create_inbounds(self._api, self._settings, notices)

    def fetch_inbounds(self, handles):
        return inbounds.fetch_inbounds(self._api, self._settings, handles)

    def cancel_inbounds(self, handles):
        return inbounds.cancel_inbounds(self._api, self._settings, handles)

    def fetch_inbound_labels(self, handle):
        return inbounds.fetch_labels(self._api, self._settings, handle)

    def create_outbounds(self, orders):
        return outbounds.create_outbounds(self._api, self._settings, orders)

    def fetch_outbounds(self, handles):
        return outbounds.fetch_outbounds(self._api, self._settings, handles)

    def cancel_outbounds(self, handles):
        return outbounds.cancel_outbounds(self._api, self._settings, handles)

    def fetch_returns(self, warehouses, since, token=""):
        return returns.fetch_returns(self._api, warehouses, since, token)

    def fetch_bills(self, since, until, token=""):
        return bills.fetch_bills(self._api, self._settings, since, until, token)

    def quote_fees(self, orders):
        return bills.quote_fees(self._api, orders)
