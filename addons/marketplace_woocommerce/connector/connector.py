"""The WooCommerce connector."""

from ...marketplace.contract import Capability, Connector, each
from . import actions, orders, products, returns, webhooks
from .api import WooApi
from .shops import fetch_currency, fetch_shop


class WooCommerceConnector(Connector):
    """One WooCommerce shop.

    Shops hand their keys out on a page of their own, but by a POST to us instead of a redirection
    (``/wc-auth/v1/authorize``): that is no OAuth, and AUTHORISATION is not declared. Returns are the refunds that the
    shop has given; WooCommerce has no others, and no labels.

    :param Credentials credentials: access to the shop
    :param session: ``requests.Session``
    :param bool gateway_refunds: have the payment gateway pay refunds; else they are only booked in the shop
    :param options: of :class:`~.api.WooApi` (``endpoint``) and of
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
        }
    )

    def __init__(self, credentials, session=None, gateway_refunds=True, **options):
        self._api = WooApi(credentials, session=session, **options)
        self._shop_id = credentials.shop_id
        self._gateway_refunds = gateway_refunds

    def fetch_shops(self):
        return [fetch_shop(self._api)]

    def fetch_orders(self, shop_ids, since, until=None, token=""):
        return orders.fetch_page(self._api, since, until, token)

    def fetch_order(self, external_id):
        return orders.fetch_order(self._api, external_id)

    def parse_order(self, payload):
        return orders.parse_order(payload, self._shop_id)

    def fetch_listings(self, shop_id, handle=None):
        return products.fetch_listings(self._api, shop_id, fetch_currency(self._api))

    def push_stock(self, shop_id, levels, handle=None):
        return products.push_stock(self._api, levels)

    def fetch_stock(self, shop_id, skus):
        return products.fetch_stock(self._api, skus)

    def confirm_shipments(self, shipments):
        return each(shipments, lambda shipment: actions.confirm_shipment(self._api, shipment))

    def cancel_orders(self, cancellations):
        return each(cancellations, lambda cancellation: actions.cancel_order(self._api, cancellation))

    def fetch_returns(self, shop_ids, since, until=None, token=""):
        return returns.fetch_page(self._api, since, until, token)

    def fetch_return(self, shop_id, external_id):
        return returns.fetch_return(self._api, external_id)

    def parse_return(self, payload):
        return returns.parse_return(payload, self._shop_id)

    def refund_orders(self, refunds):
        return each(refunds, lambda refund: actions.refund_order(self._api, refund, self._gateway_refunds))

    def subscribe_webhooks(self, url):
        webhooks.subscribe(self._api, url)

    def read_webhook(self, request):
        return webhooks.read(request, self._api.credentials.webhook_secret)
