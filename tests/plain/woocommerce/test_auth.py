"""How requests prove who we are: Basic over HTTPS, OAuth 1.0a over HTTP."""

import base64
import hashlib
from urllib.parse import parse_qsl, urlsplit

from addons.marketplace_woocommerce.connector.auth import Credentials, KeyAuth, sign, signature_base
from tests.plain.fake_http import FakeServer, FakeTime, answer, session_of
from tests.plain.woocommerce.shop import CREDENTIALS, SINCE, Shop


def test_published_signature():
    """The example of RFC 5849 §1.2, with its HMAC-SHA1."""
    params = [
        ("file", "vacation.jpg"),
        ("size", "original"),
        ("oauth_consumer_key", "dpf43f3p2l4k3l03"),
        ("oauth_token", "nnch734d00sl2jdk"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131202"),
        ("oauth_nonce", "chapoH"),
    ]
    base = signature_base("get", "http://photos.example.net/photos", params)
    assert sign(base, "kd94hf93k423kf44&pfkkdhi9sl3r4s00", hashlib.sha1) == "MdpQcU8iPSUjWoN/UDMsK2sui9I="


def test_published_base_string():
    """The example of RFC 5849 §3.4.1.1: values that are encoded, empty, repeated, and sorted by value."""
    params = [
        ("b5", "=%3D"),
        ("a3", "a"),
        ("c@", ""),
        ("a2", "r b"),
        ("oauth_consumer_key", "9djdj82h48djs9d2"),
        ("oauth_token", "kkk9d7dh3k39sjv7"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131201"),
        ("oauth_nonce", "7d8f3e4a"),
        ("c2", ""),
        ("a3", "2 q"),
    ]
    assert signature_base("POST", "http://example.com/request", params) == (
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26"
        "c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26"
        "oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
    )


def test_https_sends_the_keys():
    credentials = Credentials("shop.example", "ck_1", "cs_1")
    prepared = type("Prepared", (), {"url": "https://shop.example/wp-json/wc/v3/orders", "headers": {}})()
    KeyAuth(credentials, lambda: 0)(prepared)
    assert prepared.headers["Authorization"] == "Basic " + base64.b64encode(b"ck_1:cs_1").decode()
    assert prepared.url == "https://shop.example/wp-json/wc/v3/orders"


def test_http_signs_and_never_sends_the_secret():
    """Each attempt has a nonce and a time of its own, and the body is not signed."""
    seen = []

    def serve(request):
        seen.append(request)
        return answer({}, 500) if len(seen) == 1 else answer([], X_WP_TotalPages=1)

    shop = Shop(time=FakeTime(1_780_000_000))
    options = {"endpoint": "http://127.0.0.1:8069/shop"}
    shop.connect(serve, **options).fetch_orders([], SINCE)
    params = [dict(parse_qsl(urlsplit(request.url).query)) for request in seen]
    assert len({entry["oauth_nonce"] for entry in params}) == 2
    assert "Authorization" not in seen[0].headers
    assert CREDENTIALS.consumer_secret not in seen[0].url
    for entry in params:
        signature = entry.pop("oauth_signature")
        base = signature_base("GET", "http://127.0.0.1:8069/shop/wp-json/wc/v3/orders", list(entry.items()))
        assert signature == sign(base, f"{CREDENTIALS.consumer_secret}&", hashlib.sha256)
        assert entry["oauth_timestamp"] == "1780000000"
        assert entry["modified_after"] == "2026-04-30T23:59:59"


def test_names_of_shops():
    named = {
        "https://Shop.Example": "shop.example",
        "shop.example/": "shop.example",
        "http://shop.example:8080/store/": "shop.example:8080/store",
    }
    assert {url: Credentials(url, "ck", "cs").shop_id for url in named} == named
    assert Credentials("shop.example", "ck", "cs").key != Credentials("other.example", "ck", "cs").key
    assert "cs_" not in repr(CREDENTIALS)


def test_a_shop_without_scheme_is_asked_over_https():
    server = FakeServer(answer([], X_WP_TotalPages=1))
    shop = Shop()
    connector = type(shop.connect())(Credentials("shop.example", "ck_1", "cs_1"), session=session_of(server))
    connector.fetch_orders([], SINCE)
    assert server.requests[0].url.startswith("https://shop.example/wp-json/wc/v3/orders?")
