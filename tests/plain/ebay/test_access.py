"""Tokens, hosts, quotas, shops and the signing key."""

import base64
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from addons.marketplace.contract import AuthenticationFailed, RateLimited, Rejected
from addons.marketplace.transport import MemoryTokenStore
from tests.plain.ebay import ebay
from tests.plain.ebay.ebay import CREDENTIALS, SINCE, Ebay, connect, errors
from tests.plain.ebay.samples import GB, line, order
from tests.plain.fake_http import answer


def test_the_page_of_consent():
    url = urlsplit(connect(Ebay()).authorization_url("s/1", "https://odoo.example/callback", "challenge"))
    query = dict(parse_qsl(url.query))
    assert (url.netloc, url.path) == ("auth.ebay.com", "/oauth2/authorize")
    assert query["redirect_uri"] == CREDENTIALS.ru_name
    assert (query["client_id"], query["state"]) == (CREDENTIALS.client_id, "s/1")
    assert "https://api.ebay.com/oauth/api_scope/sell.fulfillment" in query["scope"].split()
    assert "code_challenge" not in query


def test_consent_is_exchanged_once_and_knows_the_seller():
    server, store = Ebay(), MemoryTokenStore()
    connector = connect(server, token_store=store)
    connector.authorize({"code": "v^1.1#code"}, "https://odoo.example/callback", "verifier")
    (form,) = server.forms
    assert form == {
        "grant_type": "authorization_code", "code": "v^1.1#code", "redirect_uri": CREDENTIALS.ru_name,
    }  # fmt: skip
    basic = base64.b64encode(f"{CREDENTIALS.client_id}:{CREDENTIALS.client_secret}".encode()).decode()
    assert server.requests[0].headers["Authorization"] == f"Basic {basic}"
    tokens = store.load()
    assert (tokens.refresh, tokens.details) == (ebay.REFRESH, {"user_id": "U-1"})
    assert tokens.access_ends_at == ebay.NOW + 7200
    assert tokens.refresh_ends_at == ebay.NOW + 47304000


def test_the_refresh_token_stays_when_the_access_token_is_renewed():
    server, store = Ebay(), MemoryTokenStore()
    connector = connect(server, token_store=store)
    connector.authorize({"code": "v^1.1#code"}, "", "")
    server.time.now += 7200
    connector.fetch_orders([GB], SINCE)
    assert store.load().refresh == ebay.REFRESH
    assert store.load().details == {"user_id": "U-1"}
    assert [form["grant_type"] for form in server.forms] == ["authorization_code", "refresh_token"]


@pytest.mark.parametrize("code", ["", "v^1.1#wrong"])
def test_a_code_that_is_not_taken(code):
    with pytest.raises(AuthenticationFailed) as caught:
        connect(Ebay(), connected=False).authorize({"code": code}, "", "")
    assert not code or code not in str(caught.value)


def test_hosts():
    server = Ebay()
    connect(server).fetch_shops()
    assert {urlsplit(request.url).netloc for request in server.requests} == {"api.ebay.com", "apiz.ebay.com"}
    server = Ebay()
    connect(server, replace(CREDENTIALS, sandbox=True)).fetch_shops()
    hosts = {urlsplit(request.url).netloc for request in server.requests}
    assert hosts == {"api.sandbox.ebay.com", "apiz.sandbox.ebay.com"}


def test_post_order_has_a_scheme_of_its_own():
    server = Ebay()
    connect(server).fetch_returns([GB], SINCE)
    schemes = {
        request.headers["Authorization"].split()[0] for request in server.requests if "post-order" in request.url
    }
    assert schemes == {"IAF"}


# === SHOPS === #


def test_shops_are_marketplaces():
    german = order(2, [{**line(), "listingMarketplaceId": "EBAY_DE"}])
    odd = order(3, [{**line(), "listingMarketplaceId": "EBAY_OF_TOMORROW"}])
    motors = order(4, [{**line(), "listingMarketplaceId": "EBAY_MOTORS_US"}])
    server = Ebay([german, odd, motors], page_size=10)
    shops = connect(server, replace(CREDENTIALS, marketplaces=("EBAY_FR",))).fetch_shops()
    assert [(shop.external_id, shop.country_code, shop.currency) for shop in shops] == [
        ("EBAY_DE", "DE", "EUR"),
        ("EBAY_FR", "FR", "EUR"),
        ("EBAY_GB", "GB", "GBP"),
        ("EBAY_US", "US", "USD"),
    ]


# === LIMITS AND ERRORS === #


def test_a_used_up_quota_is_waited_for():
    """eBay's refusal says nothing; its Analytics API tells when the quota of the day begins anew."""
    server = Ebay()
    server.before = lambda request: errors(2001, "limit", 429) if "/order" in request.url else None
    with pytest.raises(RateLimited) as caught:
        connect(server).fetch_orders([GB], SINCE)
    assert caught.value.retry_after == pytest.approx(7 * 3600, abs=60)
    (asked,) = [request for request in server.requests if "rate_limit" in request.url]
    assert dict(parse_qsl(urlsplit(asked.url).query)) == {"api_context": "sell", "api_name": "fulfillment"}


def test_a_quota_that_is_not_told():
    server = Ebay()
    server.before = lambda request: None if "oauth2" in request.url else errors(2001, "limit", 429)
    with pytest.raises(RateLimited) as caught:
        connect(server).fetch_orders([GB], SINCE)
    assert 0 < caught.value.retry_after < 60


@pytest.mark.parametrize(
    ("played", "error", "code"),
    [
        (errors(30700, "Invalid filter", 400), Rejected, "30700"),
        (answer({"error": [{"errorId": 1616, "message": "Return not found."}]}, 404), Rejected, "1616"),
        (errors(215120, "Signature validation failed", 403), AuthenticationFailed, "215120"),
        (errors(1100, "Insufficient permissions", 403), AuthenticationFailed, ""),
    ],
)
def test_errors_are_typed(played, error, code):
    server = Ebay()
    server.before = lambda request: (played[0], played[1], _again(played[2])) if "/order" in request.url else None
    with pytest.raises(error) as caught:
        connect(server).fetch_orders([GB], SINCE)
    assert getattr(caught.value, "code", "") == code


def _again(stream):
    stream.seek(0)
    return stream


def test_a_permission_that_is_missing_costs_no_new_token():
    server = Ebay()
    server.before = lambda request: errors(1100, "Insufficient permissions", 403) if "/order" in request.url else None
    with pytest.raises(AuthenticationFailed):
        connect(server).fetch_orders([GB], SINCE)
    assert len(server.forms) == 1


def test_a_signing_key_is_made():
    connector = connect(Ebay())
    assert connector.create_signing_key() == (ebay.SIGNING_KEY, CREDENTIALS.signing_jwe)


def test_credentials_do_not_tell_secrets():
    told = repr(CREDENTIALS) + CREDENTIALS.key
    assert CREDENTIALS.client_secret not in told
    assert CREDENTIALS.signing_key not in told
    assert CREDENTIALS.key != replace(CREDENTIALS, sandbox=True).key
