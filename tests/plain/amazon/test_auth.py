"""Login with Amazon: one refresh for all, tokens shared, secrets untold."""

import logging
import threading

import pytest

from addons.marketplace.contract import AuthenticationFailed, Rejected, Unavailable
from addons.marketplace_amazon.connector import Credentials, TokenCache
from addons.marketplace_amazon.connector.api import SellingPartnerApi
from tests.plain.amazon.amazon import CREDENTIALS, DE, LWA, SINCE, TOKEN, Amazon, connect, errors, order, page
from tests.plain.fake_http import FakeServer, FakeTime, answer, session_of

NO_SHOPS = {"payload": []}


def test_token_request():
    amazon = Amazon(answer(NO_SHOPS))
    connect(amazon)[0].fetch_shops()
    assert amazon.token_requests == [
        {
            "grant_type": "refresh_token",
            "refresh_token": CREDENTIALS.refresh_token,
            "client_id": CREDENTIALS.client_id,
            "client_secret": CREDENTIALS.client_secret,
        }
    ]


def test_token_is_kept_until_shortly_before_its_end():
    amazon = Amazon(*[answer(NO_SHOPS) for _ in range(3)])
    connector, time = connect(amazon)
    connector.fetch_shops()
    time.now += 3539
    connector.fetch_shops()
    assert len(amazon.token_requests) == 1
    time.now += 2
    connector.fetch_shops()
    assert len(amazon.token_requests) == 2


def test_cache_is_shared_between_connectors():
    amazon, cache = Amazon(answer(NO_SHOPS), answer(NO_SHOPS)), TokenCache()
    connect(amazon, token_cache=cache)[0].fetch_shops()
    connect(amazon, token_cache=cache)[0].fetch_shops()
    assert len(amazon.token_requests) == 1


def test_many_threads_refresh_once():
    amazon = Amazon(*[answer({"orders": []}) for _ in range(8)])
    connector, _time = connect(amazon)
    threads = [threading.Thread(target=connector.fetch_orders, args=([DE], SINCE)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(amazon.calls) == 8
    assert len(amazon.token_requests) == 1


@pytest.mark.parametrize("text", ["The access token you provided has expired.", "Access token is revoked or invalid"])
def test_expired_token_is_replaced_at_once(text):
    amazon = Amazon(errors("Unauthorized", text, 403), page(order()))
    connector, time = connect(amazon)
    assert len(connector.fetch_orders([DE], SINCE).records) == 1
    assert [call.headers["x-amz-access-token"] for call in amazon.calls] == ["Atza|access-1", "Atza|access-2"]
    assert time.waits == []


def lwa(*answers):
    """An API whose token address plays answers."""
    time = FakeTime()
    server = FakeServer(*answers)
    api = SellingPartnerApi(CREDENTIALS, session=session_of(server), clock=time.clock, sleep=time.sleep)
    return api, server, time


@pytest.mark.parametrize("code", ["invalid_grant", "invalid_client", "unauthorized_client"])
def test_revoked_authorisation(code):
    api, server, _time = lwa(answer({"error": code, "error_description": "The request has an invalid grant"}, 400))
    with pytest.raises(AuthenticationFailed, match=code):
        api.get("op", "/sellers/v1/marketplaceParticipations")
    assert server.requests[0].url == LWA
    assert len(server.requests) == 1


def test_our_own_mistake_is_no_revocation():
    api, _server, _time = lwa(answer({"error": "invalid_request", "error_description": "x"}, 400))
    with pytest.raises(Rejected):
        api.get("op", "/sellers/v1/marketplaceParticipations")


def test_token_outage_is_retried():
    api, server, time = lwa(answer(status=500), answer(TOKEN), answer({"ok": 1}))
    assert api.get("op", "/x") == {"ok": 1}
    assert len(time.waits) == 1
    assert len(server.requests) == 3


def test_token_outage_is_not_retried_twice_over():
    api, server, time = lwa(*[answer(status=500) for _ in range(20)])
    with pytest.raises(Unavailable, match="lwa.token"):
        api.get("op", "/x")
    assert len(server.requests) == 4
    assert sum(time.waits) < 6


def test_token_answer_without_token():
    api, _server, _time = lwa(answer({}))
    with pytest.raises(Unavailable):
        api.get("op", "/x")


def test_grantless_operations_use_a_scope():
    api, server, _time = lwa(answer(TOKEN), answer({"payload": []}))
    api.get("op", "/notifications/v1/destinations", auth=api.grantless)
    assert "grant_type=client_credentials&scope=sellingpartnerapi%3A%3Anotifications" in server.requests[0].body
    assert "refresh" not in server.requests[0].body


def test_other_hosts():
    server = FakeServer(answer(TOKEN), answer(NO_SHOPS))
    connect_to = {"endpoint": "http://127.0.0.1:9/", "lwa_endpoint": "http://127.0.0.1:9/auth/o2/token"}
    api = SellingPartnerApi(CREDENTIALS, session=session_of(server), **connect_to)
    api.get("op", "/sellers/v1/marketplaceParticipations")
    assert [request.url for request in server.requests] == [
        "http://127.0.0.1:9/auth/o2/token",
        "http://127.0.0.1:9/sellers/v1/marketplaceParticipations",
    ]


@pytest.mark.parametrize(("region", "host"), [("na", "-na."), ("eu", "-eu."), ("fe", "-fe.")])
def test_regions(region, host):
    credentials = Credentials("id", "secret", "Atzr|x", region)
    server = FakeServer(answer(TOKEN), answer({}))
    SellingPartnerApi(credentials, session=session_of(server)).get("op", "/x")
    assert host in server.requests[1].url


def test_nothing_tells_secrets(caplog):
    caplog.set_level(logging.DEBUG)
    amazon = Amazon(page(order()), errors("InvalidInput", "token Atza|access-1 of ABC123@marketplace.amazon.de", 400))
    connector, _time = connect(amazon)
    connector.fetch_orders([DE], SINCE)
    with pytest.raises(Rejected) as caught:
        connector.fetch_orders([DE], SINCE)
    told = caplog.text + repr(CREDENTIALS) + repr(connector) + str(caught.value) + CREDENTIALS.key
    assert "orders.searchOrders" in caplog.text
    for secret in ("c0ffee", "refreshing", "access-1", "ABC123@", "Mustermann", "Heidestra"):
        assert secret not in told


def test_accounts_have_their_own_limits_and_tokens():
    other = Credentials("amzn1.application-oa2-client.1", "s", "Atzr|other", "eu")
    assert CREDENTIALS.key != other.key
    assert len({Credentials("a", "b", "c", region).key for region in ("na", "eu", "fe")}) == 3
