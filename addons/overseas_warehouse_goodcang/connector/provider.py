"""The GoodCang provider."""

from ...overseas_warehouse.contract import Provider, ProviderCapability
from . import catalogue, inbound, money, outbound
from .api import GoodcangApi


class GoodcangProvider(Provider):
    """One account at GoodCang (谷仓).

    :param str app_key: of the application
    :param str app_token: of the account
    :param str category: GoodCang's number of the third-level category that new products get
    :param session: ``requests.Session``
    :param options: of :class:`~.api.GoodcangApi` (``endpoint``) and of :class:`HttpClient` (``bucket_store`` …)
    """

    capabilities = frozenset(ProviderCapability)

    def __init__(self, app_key, app_token, category="", session=None, **options):
        self._api = GoodcangApi(app_key, app_token, session=session, **options)
        self._category = category

    def fetch_warehouses(self):
        return catalogue.fetch_warehouses(self._api)

    def fetch_services(self, warehouse):
        return catalogue.fetch_services(self._api, warehouse)

    def push_products(self, cards):
        return catalogue.push_products(self._api, cards, self._category)

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

    def update_inbounds(self, updates):
        return inbound.update(self._api, updates)

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
