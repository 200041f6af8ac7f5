"""The WooCommerce connector."""

from ...marketplace.contract import Capability, Connector
from ...marketplace.transport import HttpClient, Limit
from . import orders
from .auth import Signer

HOST = "https://api.woocommerce.example"
# What the documentation allows, per operation.
LIMITS = {"orders.list": Limit(rate=1, burst=5), "orders.get": Limit(rate=1, burst=5)}


class WooCommerceConnector(Connector):
    """One seller account.

    :param Credentials credentials: the seller's access
    :param session: ``requests.Session``
    :param BucketStore bucket_store: rate limits, shared by all processes that use the account
    :param clock: returns epoch seconds
    :param sleep: waits that many seconds
    :param str endpoint: scheme, host and prefix instead of every host of WooCommerce, e.g. a proxy
    """

    capabilities = frozenset({Capability.ORDERS})

    def __init__(
        self, credentials, session=None, bucket_store=None, clock=None, sleep=None, endpoint=None, **transport
    ):
        self._url = (endpoint or HOST).rstrip("/")
        self._client = HttpClient(
            session,
            bucket_store,
            clock,
            sleep,
            scope=credentials.key,
            limits=LIMITS,
            auth=Signer(credentials),
            **transport,
        )

    def fetch_shops(self):
        raise NotImplementedError("fill in fetch_shops: the shops that the credentials may act for")

    def fetch_orders(self, shop_ids, since, until=None, token=""):
        return orders.fetch_page(self._client, self._url, shop_ids, since, until, token)

    def fetch_order(self, external_id):
        return orders.fetch_order(self._client, self._url, external_id)

    def parse_order(self, payload):
        return orders.parse_order(payload)
