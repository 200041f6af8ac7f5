"""The Amazon connector."""

from dataclasses import replace

from ...marketplace.contract import Capability, Connector
from . import orders, orders_v0, settlements, sqs, traffic, transactions
from .api import SellingPartnerApi
from .fba import fetch_fulfilment_stock
from .listings import fetch_listings
from .shipments import confirm_shipments
from .shops import fetch_shops
from .stock import fetch_stock, push_stock


class AmazonConnector(Connector):
    """One seller account in one of Amazon's regions.

    :param Credentials credentials: the seller's authorisation
    :param session: ``requests.Session``
    :param bool use_v0: read orders by the operations v0
    :param options: of :class:`~.api.SellingPartnerApi` (``endpoint``, ``lwa_endpoint``, ``token_cache``) and of
        :class:`HttpClient` (``bucket_store``, ``clock``, ``sleep`` …)
    """

    capabilities = frozenset(
        {
            Capability.ORDERS,
            Capability.LISTINGS,
            Capability.STOCK_PUSH,
            Capability.STOCK_READ,
            Capability.STOCK_DATES,
            Capability.SHIPMENT_CONFIRMATION,
            Capability.MARKETPLACE_FULFILMENT,
            Capability.SETTLEMENTS,
            Capability.TRANSACTIONS,
            Capability.TRAFFIC,
        }
    )

    def __init__(self, credentials, session=None, use_v0=False, **options):
        # Finances state amounts as numbers, which must keep their digits.
        self._api = SellingPartnerApi(credentials, session=session, exact=True, **options)
        self._orders = orders_v0 if use_v0 else orders
        self._queue = None
        if credentials.queue_url and sqs.is_available():
            self.capabilities = self.capabilities | {Capability.NOTIFICATIONS}

    def fetch_shops(self):
        return fetch_shops(self._api)

    def fetch_orders(self, shop_ids, since, until=None, token=""):
        return self._orders.fetch_page(self._api, shop_ids, since, until, token)

    def fetch_order(self, external_id):
        return self._orders.fetch_order(self._api, external_id)

    def parse_order(self, payload):
        return parse_order(payload)

    def fetch_listings(self, shop_id, handle=None):
        return fetch_listings(self._api, shop_id, handle)

    def fetch_traffic(self, shop_id, day, handle=None):
        return traffic.fetch_traffic(self._api, shop_id, day, handle)

    def push_stock(self, shop_id, levels, handle=None):
        return push_stock(self._api, shop_id, levels, handle)

    def fetch_stock(self, shop_id, skus):
        return fetch_stock(self._api, shop_id, skus)

    def confirm_shipments(self, shipments):
        return confirm_shipments(self._api, shipments, self._fetch_parsed_order)

    def fetch_fulfilment_stock(self, shop_id):
        return fetch_fulfilment_stock(self._api, shop_id)

    def fetch_settlements(self, shop_ids, since, until=None, token=""):
        return settlements.fetch_page(self._api, shop_ids, since, until, token)

    def fetch_settlement(self, handle):
        return settlements.fetch_settlement(self._api, handle)

    def parse_settlement(self, document):
        return settlements.parse_settlement(document)

    def fetch_transactions(self, shop_ids, since, until=None, token=""):
        return transactions.fetch_page(self._api, shop_ids, since, until, token)

    def parse_transaction(self, payload):
        return transactions.parse_transaction(payload)

    def receive_notifications(self):
        if Capability.NOTIFICATIONS not in self.capabilities:
            return super().receive_notifications()
        self._queue = self._queue or sqs.connect(self._api.credentials)
        return sqs.receive(self._queue, self._api.credentials.queue_url)

    def subscribe_to_order_changes(self, queue_arn):
        """Have Amazon send order changes to an SQS queue; repeating it changes nothing.

        :param str queue_arn: ``arn:aws:sqs:…``
        :return: Amazon's subscription id
        """
        return sqs.subscribe(self._api, queue_arn)

    def _fetch_parsed_order(self, external_id):
        return parse_order(self.fetch_order(external_id).payload)


def parse_order(payload):
    """A received order of either version as :class:`Order`."""
    if not orders_v0.is_v0(payload):
        return orders.parse_order(payload)
    # The revision stays the one under which the order was filed.
    return replace(orders.parse_order(orders_v0.translate(payload)), revision=orders_v0.raw_record(payload).revision)
