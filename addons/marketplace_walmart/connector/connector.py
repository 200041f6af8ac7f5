"""The Walmart connector."""

from ...marketplace.contract import Capability, Connector, ShopInfo
from . import orders, recon_reports, returns, webhooks
from .api import MarketplaceApi
from .cancellations import cancel_orders
from .listings import fetch_fulfilment_stock, fetch_listings
from .refunds import refund_orders
from .shipments import confirm_shipments
from .stock import fetch_stock, push_stock


class WalmartConnector(Connector):
    """One seller account at Walmart in the United States, which is one shop.

    :param Credentials credentials: the seller's keys
    :param session: ``requests.Session``
    :param options: of :class:`~.api.MarketplaceApi` (``endpoint``, ``token_store``) and of
        :class:`HttpClient` (``bucket_store``, ``clock``, ``sleep`` …)
    """

    capabilities = frozenset(
        {
            Capability.ORDERS,
            Capability.ACKNOWLEDGEMENT,
            Capability.LISTINGS,
            Capability.STOCK_PUSH,
            Capability.STOCK_READ,
            Capability.STOCK_DATES,
            Capability.SHIPMENT_CONFIRMATION,
            Capability.MARKETPLACE_FULFILMENT,
            Capability.CANCELLATION,
            Capability.RETURNS,
            Capability.REFUND,
            Capability.WEBHOOKS,
            Capability.SETTLEMENTS,
        }
    )

    def __init__(self, credentials, session=None, **options):
        self._api = MarketplaceApi(credentials, session=session, **options)

    def fetch_shops(self):
        partner = self._api.partner()
        name = partner.text("partnerDisplayName") or partner.text("partnerName")
        return [ShopInfo(partner.text("partnerId", required=True), name or "Walmart", "US", "USD")]

    def fetch_orders(self, shop_ids, since, until=None, token=""):
        return orders.fetch_page(self._api, shop_ids, since, until, token)

    def fetch_order(self, external_id):
        return orders.fetch_order(self._api, external_id)

    def parse_order(self, payload):
        return orders.parse_order(payload)

    def acknowledge_orders(self, shop_id, order_ids):
        return orders.acknowledge_orders(self._api, order_ids)

    def fetch_listings(self, shop_id, handle=None):
        return fetch_listings(self._api, shop_id)

    def push_stock(self, shop_id, levels, handle=None):
        return push_stock(self._api, levels, handle)

    def fetch_stock(self, shop_id, skus):
        return fetch_stock(self._api, skus)

    def fetch_fulfilment_stock(self, shop_id):
        return fetch_fulfilment_stock(self._api)

    def confirm_shipments(self, shipments):
        return confirm_shipments(self._api, shipments)

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

    def fetch_settlements(self, shop_ids, since, until=None, token=""):
        return recon_reports.fetch_page(self._api, shop_ids, since, until)

    def fetch_settlement(self, handle):
        return recon_reports.fetch_settlement(self._api, handle)

    def parse_settlement(self, document):
        return recon_reports.parse_settlement(document)

    def subscribe_webhooks(self, url):
        webhooks.subscribe(self._api, url)

    def read_webhook(self, request):
        return webhooks.read_webhook(self._api.credentials, request)
