"""The eBay connector."""

from dataclasses import replace

from ...marketplace.contract import AuthenticationFailed, Capability, Connector
from . import finances, orders, returns
from .api import EbayApi
from .cancellations import cancel_orders
from .fields import Node
from .listings import fetch_listings
from .order_parser import parse_order
from .payout_parser import parse_settlement
from .refunds import refund_orders
from .shipments import confirm_shipments
from .shops import fetch_shops, read_user
from .stock import fetch_stock, push_stock
from .subscriptions import subscribe
from .transactions import parse_transaction
from .webhooks import PublicKeys, read_webhook

SIGNING_KEYS = "/developer/key_management/v1/signing_key"


class EbayConnector(Connector):
    """One seller account of eBay; its shops are the marketplaces it sells on.

    :param Credentials credentials: the application and the seller's settings
    :param session: ``requests.Session``
    :param options: of :class:`~.api.EbayApi` (``endpoint``, ``token_store``) and of
        :class:`HttpClient` (``bucket_store``, ``clock``, ``sleep`` …)
    """

    capabilities = frozenset(
        {
            Capability.ORDERS,
            Capability.LISTINGS,
            Capability.STOCK_PUSH,
            Capability.STOCK_READ,
            Capability.SHIPMENT_CONFIRMATION,
            Capability.AUTHORISATION,
            Capability.CANCELLATION,
            Capability.RETURNS,
            Capability.REFUND,
            Capability.WEBHOOKS,
            Capability.SETTLEMENTS,
            Capability.TRANSACTIONS,
        }
    )

    def __init__(self, credentials, session=None, **options):
        self._api = EbayApi(credentials, session=session, **options)
        self._keys = PublicKeys(self._api)

    def fetch_shops(self):
        return fetch_shops(self._api)

    # === ORDERS === #

    def fetch_orders(self, shop_ids, since, until=None, token=""):
        return orders.fetch_page(self._api, shop_ids, since, until, token)

    def fetch_order(self, external_id):
        return orders.fetch_order(self._api, external_id)

    def parse_order(self, payload):
        return parse_order(payload)

    # === OFFERS === #

    def fetch_listings(self, shop_id, handle=None):
        return fetch_listings(self._api, shop_id)

    def push_stock(self, shop_id, levels, handle=None):
        return push_stock(self._api, levels)

    def fetch_stock(self, shop_id, skus):
        return fetch_stock(self._api, skus)

    # === AFTER THE SALE === #

    def confirm_shipments(self, shipments):
        return confirm_shipments(self._api, shipments)

    def cancel_orders(self, cancellations):
        return cancel_orders(self._api, cancellations)

    def refund_orders(self, refunds):
        return refund_orders(self._api, refunds)

    def fetch_returns(self, shop_ids, since, until=None, token=""):
        return returns.fetch_page(self._api, shop_ids, since, until, token)

    def fetch_return(self, shop_id, external_id):
        return returns.fetch_return(self._api, shop_id, external_id)

    def parse_return(self, payload):
        return returns.parse_return(payload)

    # === MONEY === #

    def fetch_settlements(self, shop_ids, since, until=None, token=""):
        return finances.fetch_page(self._api, since, until, token)

    def fetch_settlement(self, handle):
        return finances.fetch_payout(self._api, handle)

    def parse_settlement(self, document):
        return parse_settlement(document)

    def fetch_transactions(self, shop_ids, since, until=None, token=""):
        return finances.fetch_transactions(self._api, since, until, token)

    def parse_transaction(self, payload):
        return parse_transaction(payload)

    # === ACCESS === #

    def authorization_url(self, state, redirect_uri, code_challenge):
        # The redirect address is registered under the RuName; eBay documents no PKCE.
        return self._api.oauth.consent_url(state)

    def authorize(self, params, redirect_uri, code_verifier):
        code = params.get("code")
        if not code:
            raise AuthenticationFailed("eBay has not granted access")
        self._api.tokens.replace(self._api.tokens.load(), lambda _seen: self._api.oauth.exchange(code))
        user = read_user(self._api)
        details = {"user_id": user.text("userId")}
        self._api.tokens.replace(self._api.tokens.load(), lambda tokens: replace(tokens, details=details))

    def create_signing_key(self):
        """Have eBay make a key pair for digital signatures; the private key is told only now.

        Source: ``developer_key_management_v1_oas3.json``.

        :return: ``(private key, public key as JWE)``
        """
        answer = self._api.call(
            "keyManagement.createSigningKey",
            "POST",
            SIGNING_KEYS,
            host="apiz",
            payload={"signingKeyCipher": "ED25519"},
            auth=self._api.application,
            idempotent=False,
        )
        body = Node(answer.body)
        return body.text("privateKey", required=True), body.text("jwe", required=True)

    # === NOTIFICATIONS === #

    def subscribe_webhooks(self, url):
        subscribe(self._api, url)

    def read_webhook(self, request):
        return read_webhook(self._api, self._keys, request)
