"""Verbs and capabilities belong together."""

from datetime import datetime, timezone

import pytest

from ..contract import Capability, Connector
from .hooks import Hooks
from .kit import secrets_in

_SINCE = datetime(2026, 1, 1, tzinfo=timezone.utc)
_CALLBACK = "https://shop.example/callback"
#: Each capability's verbs, with arguments that would do.
_VERBS = {
    Capability.ORDERS: {"fetch_orders": (["shop"], _SINCE), "fetch_order": ("1",), "parse_order": ({},)},
    Capability.LISTINGS: {"fetch_listings": ("shop",)},
    Capability.STOCK_PUSH: {"push_stock": ("shop", [])},
    Capability.STOCK_READ: {"fetch_stock": ("shop", [])},
    Capability.STOCK_DATES: {},  # a field of the levels of STOCK_PUSH
    Capability.SHIPMENT_CONFIRMATION: {"confirm_shipments": ([],)},
    Capability.MARKETPLACE_FULFILMENT: {"fetch_fulfilment_stock": ("shop",)},
    Capability.NOTIFICATIONS: {"receive_notifications": ()},
    Capability.AUTHORISATION: {
        "authorization_url": ("state", _CALLBACK, "challenge"),
        "authorize": ({}, _CALLBACK, "verifier"),
    },
    Capability.ACKNOWLEDGEMENT: {"acknowledge_orders": ("shop", [])},
    Capability.CANCELLATION: {"cancel_orders": ([],)},
    Capability.RETURNS: {"fetch_returns": (["shop"], _SINCE), "fetch_return": ("shop", "1"), "parse_return": ({},)},
    Capability.REFUND: {"refund_orders": ([],)},
    Capability.LABELS: {"arrange_shipments": ([],), "fetch_labels": ([],)},
    Capability.SETTLEMENTS: {
        "fetch_settlements": (["shop"], _SINCE),
        "fetch_settlement": ({},),
        "parse_settlement": (None,),
    },
    Capability.TRANSACTIONS: {"fetch_transactions": (["shop"], _SINCE), "parse_transaction": ({},)},
    Capability.TRAFFIC: {"fetch_traffic": ("shop", _SINCE.date())},
    Capability.WEBHOOKS: {"subscribe_webhooks": ("https://shop.example/webhook",), "read_webhook": (None,)},
}


class CapabilityTests(Hooks):
    """What is declared is there, what is not declared is refused."""

    def test_declares_its_capabilities(self):
        connector = self.make_connector()
        assert isinstance(connector, Connector)
        assert connector.capabilities
        assert all(isinstance(capability, Capability) for capability in connector.capabilities)

    @pytest.mark.parametrize("capability", list(Capability))
    def test_verbs_follow_the_capabilities(self, capability):
        connector = self.make_connector()
        for verb, arguments in _VERBS[capability].items():
            if capability in connector.capabilities:
                assert getattr(type(connector), verb) is not getattr(Connector, verb)
            else:
                with pytest.raises(TypeError, match=capability.value):
                    getattr(connector, verb)(*arguments)

    def test_shows_no_secrets(self):
        connector = self.make_connector()
        assert not secrets_in(self, f"{connector!r} {connector}")
