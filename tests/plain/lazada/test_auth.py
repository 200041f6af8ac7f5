"""Signatures, consent, tokens, hosts, errors."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from addons.marketplace.contract import AuthenticationFailed, RateLimited, Rejected, Unavailable
from addons.marketplace_lazada.connector.auth import api_path, read_sellers, sign
from tests.plain.lazada.lazada import CREDENTIALS, SECRET, Lazada
from tests.plain.lazada.samples import SECOND_SHOP, SHOP

# Published in the guide "HTTP request sample": secret, parameters and result.
PUBLISHED = "4190D32361CFB9581350222F345CB77F3B19F0E31D162316848A2C1FFD5FAB4A"


def test_the_published_signature():
    params = {
        "app_key": "123456",
        "access_token": "test",
        "timestamp": "1517820392000",
        "sign_method": "sha256",
        "order_id": "1234",
    }
    assert sign("helloworld", "/order/get", params) == PUBLISHED


def test_parameters_are_sorted_as_in_the_guide():
    given = {"foo": "1", "bar": "2", "foo_bar": "3", "foobar": "4"}
    assert sign("s", "/test/api", given) == sign("s", "/test/api", dict(sorted(given.items())))
    assert sign("s", "/test/api", given) != sign("s", "/test/apb", given)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://api.lazada.sg/rest/order/get?x=1", "/order/get"),
        ("http://127.0.0.1:8090/lazada/sg/rest/orders/get", "/orders/get"),
    ],
)
def test_the_signed_path(url, path):
    assert api_path(url) == path


def test_credentials_hide_the_secret():
    assert SECRET not in repr(CREDENTIALS) + CREDENTIALS.key


def test_each_country_has_its_host_and_tokens_have_their_own():
    lazada = Lazada()
    lazada.sellers = [{"country": "sg", "seller_id": SHOP}, {"country": "my", "seller_id": SECOND_SHOP}]
    connector = lazada.connect(tokens=None)
    connector.authorize({"code": "code-1"}, "", "")
    connector.fetch_shops()
    hosts = [host for host, _path, _params in lazada.calls]
    assert hosts == ["auth.lazada.com", "api.lazada.sg", "api.lazada.com.my"]


@pytest.mark.parametrize(
    "received",
    [
        [{"country": "sg", "seller_id": "1001"}, {"country": "my", "seller_id": "2001"}],
        {"sg": {"seller_id": "1001", "user_id": 1}, "my": {"seller_id": 2001, "user_id": 2}},
        '{"sg": {"seller_id": "1001"}, "my": {"seller_id": "2001"}, "xx": {"seller_id": "1"}}',
    ],
)
def test_sellers_come_as_list_map_or_text(received):
    assert read_sellers(received) == [["1001", "sg"], ["2001", "my"]]


def test_tokens_are_renewed_before_they_end_and_keep_the_countries():
    lazada = Lazada()
    connector = lazada.connect()
    lazada.sellers = []
    lazada.time.now += 604_700
    connector.fetch_shops()
    assert lazada.presented == ["refresh-token-0"]
    assert [seller.seller_id for seller in connector._api.authorisation.sellers()] == [SHOP]


def test_many_threads_renew_once():
    lazada = Lazada()
    connector = lazada.connect()
    lazada.time.now += 700_000
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: connector.fetch_shops(), range(8)))
    assert lazada.presented == ["refresh-token-0"]


def test_a_refresh_token_that_ended_is_not_presented():
    lazada = Lazada()
    connector = lazada.connect()
    lazada.time.now += 31 * 86_400
    with pytest.raises(AuthenticationFailed, match="has ended"):
        connector.fetch_shops()
    assert not lazada.calls


def test_a_lost_answer_of_the_token_service_is_not_asked_for_again_by_itself():
    lazada = Lazada()
    connector = lazada.connect()
    lazada.time.now += 700_000
    lazada.fail = lambda path, params: requests.ReadTimeout() if path.startswith("/auth/") else None
    with pytest.raises(Unavailable):
        connector.fetch_shops()
    assert len(lazada.calls) == 1


@pytest.mark.parametrize("params", [{"code": "used"}, {}])
def test_a_wrong_code_is_refused(params):
    connector = Lazada().connect(tokens=None)
    with pytest.raises(AuthenticationFailed):
        connector.authorize(params, "", "")


def test_a_shop_that_is_not_connected():
    with pytest.raises(AuthenticationFailed, match="not connected"):
        Lazada().connect().fetch_listings("4711")


def test_our_clock_may_be_wrong():
    lazada = Lazada(skew=9_000)
    connector = lazada.connect()
    assert connector.fetch_shops()
    assert len(lazada.calls) == 2


@pytest.mark.parametrize(
    ("code", "message", "error"),
    [
        ("IllegalAccessToken", "The specified access token is invalid or expired", AuthenticationFailed),
        ("IncompleteSignature", "The request signature does not conform", AuthenticationFailed),
        ("AppWhiteIpLimit", "source ip is not in the white list", AuthenticationFailed),
        ("InsufficientPermission", "the app has no permission to call", Rejected),
        ("6", "E006: Unexpected internal error", Unavailable),
        ("6", "Invalid status filter", Rejected),
        ("ServiceTimeout", "", Unavailable),
        ("1000", "Internal Application Error", Unavailable),
        ("15", "Remote service error", Unavailable),
        ("901", "E901: The request is too frequent", RateLimited),
        ("ApiCallLimit", "This ban will last 7 more seconds", RateLimited),
    ],
)
def test_errors_are_typed(code, message, error):
    lazada = Lazada()
    lazada.fail = lambda path, params: lazada.error(code, message)
    with pytest.raises(error):
        lazada.connect().fetch_shops()
