"""The Amazon connector."""

from ...marketplace.contract import Capability, Connector
from . import orders, shops
from .api import SellingPartnerApi
from .shipments import confirm_shipments


class AmazonConnector(Connector):
    """One seller account in one of Amazon's regions.

    :param Credentials credentials: the seller's authorisation
    :param session: ``requests.Session``
    :param BucketStore bucket_store: rate limits, shared by all processes that use the account
    :param clock: returns epoch seconds
    :param sleep: waits that many seconds
    :param str endpoint: scheme and host instead of the region's, e.g. a proxy
    :param str lwa_endpoint: token address instead of Amazon's
    :param bool use_v0: read orders by the operations v0
    :param token_cache: keeps access tokens, see :class:`~.auth.TokenCache`
    """

    capabilities = frozenset({Capability.ORDERS, Capability.SHIPMENT_CONFIRMATION})

    def __init__(
        self,
        credentials,
        session=None,
        bucket_store=None,
        clock=None,
        sleep=None,
        endpoint=None,
        lwa_endpoint=None,
        use_v0=False,
        token_cache=None,
        **transport,
    ):
        self._api = SellingPartnerApi(
            credentials,
            endpoint=endpoint,
            lwa_endpoint=lwa_endpoint,
            token_cache=token_cache,
            session=session,
            bucket_store=bucket_store,
            clock=clock,
            sleep=sleep,
            **transport,
        )

    def fetch_shops(self):
        return shops.fetch_shops(self._api)

    def fetch_orders(self, shop_ids, since, until=None, token=""):
        return orders.fetch_page(self._api, shop_ids, since, until, token)

    def fetch_order(self, external_id):
        return orders.fetch_order(self._api, external_id)

    def parse_order(self, payload):
        return orders.parse_order(payload)

    def confirm_shipments(self, shipments):
        return confirm_shipments(self._api, shipments, self._fetch_parsed_order)

    def _fetch_parsed_order(self, external_id):
        return self.parse_order(self.fetch_order(external_id).payload)
