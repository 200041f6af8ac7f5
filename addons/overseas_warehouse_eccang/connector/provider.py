"""The ECCANG provider."""

from ...overseas_warehouse.contract import Provider, ProviderCapability
from . import inbound, outbound
from .api import EccangApi


class EccangProvider(Provider):
    """One account at an operator that runs ECCANG's WMS (易仓).

    The published services have no list of warehouses, no stock, no list of services and no labels. Services for fees
    and returns are named, but nothing is known of their answers: what is declared here is what is known.

    :param str url: of the operator's web service
    :param str app_key: of the account
    :param str app_token: of the account
    :param tuple warehouses: :class:`WarehouseInfo` of those that the operator named
    :param session: ``requests.Session``
    :param options: of :class:`~.api.EccangApi` and of :class:`HttpClient` (``bucket_store`` …)
    """

    capabilities = frozenset(
        {
            ProviderCapability.INBOUND,
            ProviderCapability.INBOUND_UPDATE,
            ProviderCapability.OUTBOUND,
            ProviderCapability.OUTBOUND_CANCEL,
        }
    )

    def __init__(self, url, app_key, app_token, warehouses=(), session=None, **options):
        self._api = EccangApi(url, app_key, app_token, session=session, **options)
        self._warehouses = tuple(warehouses)

    def fetch_warehouses(self):
        # A question that changes nothing proves that the operator accepts the credentials.
        self._api.ask("getProductList", {"page": 1, "pageSize": 1})
        return list(self._warehouses)

    def create_inbounds(self, notices):
        return inbound.create(self._api, notices)

    def fetch_inbounds(self, handles):
        return inbound.fetch(self._api, handles)

    def update_inbounds(self, updates):
        return inbound.update(self._api, updates)

    def create_outbounds(self, orders):
        return outbound.create(self._api, orders)

    def fetch_outbounds(self, handles):
        return outbound.fetch(self._api, handles)

    def cancel_outbounds(self, handles):
        return outbound.cancel(self._api, handles)
