"""Tokens: got by the seller's consent, renewed when they end, single-use ones used once."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote

import pytest

from ..contract import AuthenticationFailed, Capability
from .hooks import Hooks, connector_with, fetch_all, sample_ids
from .kit import secrets_in

_CALLBACK = "https://odoo.example/marketplace/callback"
_STATE = "state-of-4711"
_CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # of the verifier below, RFC 7636 appendix B
_VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


class TokenTests(Hooks):
    """Nobody notices that a token ends."""

    def test_a_token_that_ends_between_pages_is_renewed_once(self):
        connector = _connector_whose_token_ends(self)
        first = connector.fetch_orders([self.shop_id], self.since)
        before = len(self.refreshes())
        records, token = list(first.records), first.next_token
        while token:
            page = connector.fetch_orders([self.shop_id], self.since, token=token)
            records, token = records + list(page.records), page.next_token
        assert sorted(record.external_id for record in records) == sample_ids(self)
        assert len(self.refreshes()) == before + 1

    def test_a_refresh_token_is_used_as_often_as_it_may_be(self):
        connector = _connector_whose_token_ends(self)
        token = connector.fetch_orders([self.shop_id], self.since).next_token
        with ThreadPoolExecutor(2) as pool:
            pages = list(pool.map(lambda _: connector.fetch_orders([self.shop_id], self.since, token=token), range(2)))
        assert [record.revision for record in pages[0].records] == [record.revision for record in pages[1].records]
        if self.single_use_refresh:
            assert len(set(self.refreshes())) == len(self.refreshes())

    def test_the_address_of_consent_carries_the_state_and_no_secret(self):
        connector = connector_with(self, Capability.AUTHORISATION)
        url = connector.authorization_url(_STATE, _CALLBACK, _CHALLENGE)
        assert _STATE in unquote(unquote(url))
        assert _VERIFIER not in url
        assert not secrets_in(self, unquote(url))

    def test_consent_connects(self):
        connector_with(self, Capability.AUTHORISATION)
        connector = self.make_connector("not connected")
        with pytest.raises(AuthenticationFailed):
            connector.fetch_orders([self.shop_id], self.since)
        connector.authorize(self.callback(), _CALLBACK, _VERIFIER)
        assert sorted(record.external_id for record in fetch_all(self, connector)[0]) == sample_ids(self)

    def test_a_callback_without_consent_is_refused(self):
        connector = connector_with(self, Capability.AUTHORISATION)
        with pytest.raises(AuthenticationFailed):
            connector.authorize({}, _CALLBACK, _VERIFIER)


def _connector_whose_token_ends(kit):
    if not kit.tokens_expire:
        pytest.skip("its credentials do not end")
    return kit.make_connector("token expired")
