"""Verbs and capabilities belong together."""

from datetime import datetime, timezone

import pytest

from ...marketplace.conformance.kit import secrets_in
from ..contract import Handle, Provider, ProviderCapability
from .hooks import Hooks

_TIME = datetime(2026, 1, 1, tzinfo=timezone.utc)
_HANDLE = Handle("1")
#: Each capability's verbs, with arguments that would do.
_VERBS = {
    ProviderCapability.SERVICES: {"fetch_services": ("code",)},
    ProviderCapability.PRODUCTS: {"push_products": ([],), "fetch_products": ([],)},
    ProviderCapability.STOCK: {"fetch_stock": ([],)},
    ProviderCapability.STOCK_EVENTS: {"fetch_stock_events": ([], _TIME, _TIME)},
    ProviderCapability.INBOUND: {"create_inbounds": ([],), "fetch_inbounds": ([],)},
    ProviderCapability.INBOUND_UPDATE: {"update_inbounds": ([],)},
    ProviderCapability.INBOUND_CANCEL: {"cancel_inbounds": ([],)},
    ProviderCapability.INBOUND_LABELS: {"fetch_inbound_labels": (_HANDLE,)},
    ProviderCapability.OUTBOUND: {"create_outbounds": ([],), "fetch_outbounds": ([],)},
    ProviderCapability.OUTBOUND_CANCEL: {"cancel_outbounds": ([],)},
    ProviderCapability.RETURNS: {"fetch_returns": ([], _TIME)},
    ProviderCapability.BILLS: {"fetch_bills": (_TIME, _TIME)},
    ProviderCapability.QUOTES: {"quote_fees": ([],)},
}


class CapabilityTests(Hooks):
    """What is declared is there, what is not declared is refused."""

    def test_declares_its_capabilities(self):
        provider = self.make_provider()
        assert isinstance(provider, Provider)
        assert provider.capabilities
        assert all(isinstance(capability, ProviderCapability) for capability in provider.capabilities)

    @pytest.mark.parametrize("capability", list(ProviderCapability))
    def test_verbs_follow_the_capabilities(self, capability):
        provider = self.make_provider()
        for verb, arguments in _VERBS[capability].items():
            if capability in provider.capabilities:
                assert getattr(type(provider), verb) is not getattr(Provider, verb)
            else:
                with pytest.raises(TypeError, match=capability.value):
                    getattr(provider, verb)(*arguments)

    def test_shows_no_secrets(self):
        provider = self.make_provider()
        assert not secrets_in(self, f"{provider!r} {provider}")
