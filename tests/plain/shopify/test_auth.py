"""Three ways to be let in, and tokens that are never lost."""

from dataclasses import replace
from datetime import datetime, timezone
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from addons.marketplace.contract import AuthenticationFailed, Capability, Unavailable
from addons.marketplace.transport import MemoryTokenStore
from addons.marketplace_shopify.connector import SCOPES, Credentials, shop_domain
from addons.marketplace_shopify.connector.auth import is_signed
from tests.plain.fake_http import FakeTime, answer
from tests.plain.shopify.shop import (
    CREDENTIALS,
    DOMAIN,
    SECRET,
    connect,
    form_of,
    is_token_call,
    page,
    signed_callback,
    tokens,
)

SINCE = datetime(2026, 5, 27, tzinfo=timezone.utc)
CALLBACK = "https://odoo.example/callback"


class Gate:
    """A token service and an API that takes the token given last."""

    def __init__(self, *refusals, **grant):
        self.forms, self.seen, self.refusals, self.grant = [], [], list(refusals), grant

    def __call__(self, request):
        if not is_token_call(request):
            self.seen.append(request.headers["X-Shopify-Access-Token"])
            return answer({"data": {"orders": page([])}})
        self.forms.append(form_of(request))
        if self.refusals:
            return self.refusals.pop(0)
        number = len(self.forms) + 1
        fresh = {"access_token": f"shpat_access-{number}", "scope": "read_orders", "expires_in": 3600}
        return answer({**fresh, **self.grant})


def test_token_of_a_custom_app():
    gate = Gate()
    credentials = Credentials(DOMAIN, client_secret=SECRET, access_token="shpat_custom")
    connector = connect(gate, FakeTime(), credentials)
    connector.fetch_orders([DOMAIN], SINCE)
    assert gate.seen == ["shpat_custom"]
    assert Capability.AUTHORISATION not in connector.capabilities
    with pytest.raises(TypeError):
        connector.authorization_url("state", CALLBACK, "")


def test_a_refused_fixed_token_is_final():
    def handle(request):
        assert not is_token_call(request)
        return answer({"errors": "[API] Invalid API key or access token"}, 401)

    credentials = Credentials(DOMAIN, access_token="shpat_custom")
    with pytest.raises(AuthenticationFailed, match="Invalid API key"):
        connect(handle, FakeTime(), credentials).fetch_orders([DOMAIN], SINCE)


def test_own_app_gets_a_token_by_its_credentials():
    gate, time, store = Gate(expires_in=86_399), FakeTime(), MemoryTokenStore()
    connector = connect(gate, time, replace(CREDENTIALS, own_app=True), store)
    connector.fetch_orders([DOMAIN], SINCE)
    time.now += 86_000
    connector.fetch_orders([DOMAIN], SINCE)
    time.now += 400
    connector.fetch_orders([DOMAIN], SINCE)
    assert gate.seen == ["shpat_access-2", "shpat_access-2", "shpat_access-3"]
    form = {"grant_type": "client_credentials", "client_id": "client-1", "client_secret": SECRET}
    assert gate.forms == [form, form]
    assert connect(gate, time, replace(CREDENTIALS, own_app=True), store).capabilities == connector.capabilities


def test_address_of_consent():
    connector = connect(Gate(), FakeTime(), replace(CREDENTIALS, scopes=(*SCOPES, "read_all_orders")))
    address = urlsplit(connector.authorization_url("state-1", CALLBACK, "challenge"))
    query = dict(parse_qsl(address.query))
    assert (address.netloc, address.path) == (DOMAIN, "/admin/oauth/authorize")
    assert (query["state"], query["redirect_uri"], query["client_id"]) == ("state-1", CALLBACK, "client-1")
    assert {"read_orders", "write_inventory", "read_all_orders"} <= set(query["scope"].split(","))
    assert SECRET not in address.query


def test_consent_brings_expiring_tokens():
    gate = Gate(refresh_token="shprt_refresh-2", refresh_token_expires_in=7_776_000)
    time, store = FakeTime(), MemoryTokenStore()
    connector = connect(gate, time, CREDENTIALS, store)
    with pytest.raises(AuthenticationFailed):
        connector.fetch_orders([DOMAIN], SINCE)
    connector.authorize(signed_callback({"code": "c", "shop": DOMAIN, "state": "s"}), CALLBACK, "")
    assert gate.forms[0]["expiring"] == "1"
    assert gate.forms[0]["code"] == "c"
    kept = store.load()
    assert (kept.refresh, kept.access_ends_at, kept.refresh_ends_at) == (
        "shprt_refresh-2",
        time.now + 3600,
        time.now + 7_776_000,
    )
    connector.fetch_orders([DOMAIN], SINCE)
    assert gate.seen == ["shpat_access-2"]


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"code": "c", "shop": DOMAIN, "hmac": "0" * 64},
        {**signed_callback({"code": "c", "shop": DOMAIN}), "code": "other"},
        signed_callback({"code": "c", "shop": DOMAIN}, "another secret"),
        signed_callback({"code": "c", "shop": "evil.myshopify.com"}),
    ],
)
def test_forged_callbacks(params):
    gate = Gate()
    with pytest.raises(AuthenticationFailed):
        connect(gate, FakeTime(), store=MemoryTokenStore()).authorize(params, CALLBACK, "")
    assert gate.forms == []


def test_signature_of_a_callback():
    """The example of Shopify's documentation of the authorisation code grant."""
    params = {
        "code": "0907a61c0c8d55e99db179b68161bc00",
        "hmac": "700e2dadb827fcc8609e9d5ce208b2e9cdaab9df07390d2cbca10d7c328fc4bf",
        "shop": "some-shop.myshopify.com",
        "state": "0.6784241404160823",
        "timestamp": "1337178173",
    }
    assert is_signed(params, "hush")
    assert not is_signed({**params, "timestamp": "1337178174"}, "hush")
    assert not is_signed(params, "")


def test_refresh_tokens_rotate():
    time, store = FakeTime(), MemoryTokenStore(tokens(1, ends_at=1_780_000_060.0))
    gate = Gate(refresh_token="shprt_refresh-2")
    connect(gate, time, store=store).fetch_orders([DOMAIN], SINCE)
    assert (gate.forms[0]["grant_type"], gate.forms[0]["refresh_token"]) == ("refresh_token", "shprt_refresh-1")
    assert store.load().refresh == "shprt_refresh-2"


def test_a_refresh_whose_answer_is_lost_keeps_the_token():
    store = MemoryTokenStore(tokens(1, ends_at=1_780_000_060.0))
    with pytest.raises(Unavailable):
        connect(Gate(requests.ReadTimeout("lost")), FakeTime(), store=store).fetch_orders([DOMAIN], SINCE)
    assert store.load().refresh == "shprt_refresh-1"


@pytest.mark.parametrize("status", [400, 401])
def test_a_refused_refresh_needs_the_merchant(status):
    refusal = answer(
        {"error": "invalid_request", "error_description": "This request requires an active refresh_token"}, status
    )
    store = MemoryTokenStore(tokens(1, ends_at=1_780_000_060.0))
    with pytest.raises(AuthenticationFailed):
        connect(Gate(refusal), FakeTime(), store=store).fetch_orders([DOMAIN], SINCE)


@pytest.mark.parametrize("text", ["test-shop", "test-shop.myshopify.com", " HTTPS://Test-Shop.myshopify.com/admin/x "])
def test_addresses_of_shops(text):
    assert shop_domain(text) == DOMAIN


@pytest.mark.parametrize("text", ["", "shop.example.com", "a.myshopify.com.evil.com", "x@a.myshopify.com", "a/b"])
def test_what_is_no_shop(text):
    if text == "a/b":
        assert shop_domain(text) == "a.myshopify.com"
        return
    with pytest.raises(ValueError, match="no myshopify.com domain"):
        shop_domain(text)


def test_key_tells_no_secret():
    other = replace(CREDENTIALS, shop="other.myshopify.com")
    assert CREDENTIALS.key != other.key
    assert SECRET not in f"{CREDENTIALS.key}{CREDENTIALS!r}"
