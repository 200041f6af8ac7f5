"""Signatures. TikTok Shop's documents in the specifications state no example with a result, so the expected values are
computed here by the documented rule, step by step and independently of the connector."""

import hashlib
import hmac
from types import SimpleNamespace

import pytest

from addons.marketplace.contract import AuthenticationFailed
from addons.marketplace.transport import MemoryTokenStore
from addons.marketplace_tiktok.connector import signature, webhook_signature
from addons.marketplace_tiktok.connector.signing import sign_request
from tests.plain.fake_http import FakeTime
from tests.plain.tiktok.tiktok import APP_KEY, APP_SECRET, CODE, CREDENTIALS, NOW, TikTok, connect, sign, start, success


def hexed(text):
    return hmac.new(APP_SECRET.encode(), text, hashlib.sha256).hexdigest()


def test_signature_of_a_get():
    query = {"timestamp": "1650000000", "app_key": APP_KEY, "sign": "x", "access_token": "y", "shop_cipher": "GCP_1"}
    text = f"{APP_SECRET}/authorization/202309/shopsapp_key{APP_KEY}shop_cipherGCP_1timestamp1650000000{APP_SECRET}"
    assert signature(APP_SECRET, "/authorization/202309/shops", query) == hexed(text.encode())


def test_signature_covers_the_body_as_sent():
    body = '{"name": "Teekanne größer"}'.encode()
    text = f"{APP_SECRET}/pathapp_key1".encode() + body + APP_SECRET.encode()
    assert signature(APP_SECRET, "/path", {"app_key": "1"}, body) == hexed(text)


def test_signature_changes_with_each_part():
    known = signature(APP_SECRET, "/path", {"a": "1"}, b"{}")
    others = [
        signature(APP_SECRET + "0", "/path", {"a": "1"}, b"{}"),
        signature(APP_SECRET, "/path2", {"a": "1"}, b"{}"),
        signature(APP_SECRET, "/path", {"a": "2"}, b"{}"),
        signature(APP_SECRET, "/path", {"a": "1"}, b"{ }"),
    ]
    assert known not in others and len(known) == 64 and known == known.lower()


def test_webhook_signature():
    assert webhook_signature(APP_KEY, APP_SECRET, b'{"type":1}') == hexed(f'{APP_KEY}{{"type":1}}'.encode())


def test_the_prefix_of_a_proxy_is_not_signed():
    prepared = SimpleNamespace(url="http://localhost:1/tiktok/order/x?b=%2Fz%3D%3D", body=b"{}", headers={})
    sign_request(prepared, CREDENTIALS, "token", 1650000000.5, "/tiktok")
    expected = sign("/order/x", {"b": "/z==", "app_key": APP_KEY, "timestamp": "1650000000"}, b"{}")
    assert prepared.url.endswith(f"&sign={expected}")
    assert prepared.headers == {"x-tts-access-token": "token"}


def test_authorisation():
    tiktok = TikTok(FakeTime(NOW))
    connector = connect(tiktok, store=MemoryTokenStore())
    url = connector.authorization_url("st/ate", "https://shop.example/callback", "challenge")
    assert url == f"https://auth.tiktok-shops.com/oauth/authorize?app_key={APP_KEY}&state=st%2Fate"
    with pytest.raises(AuthenticationFailed):
        connector.fetch_shops()
    connector.authorize({"code": CODE, "state": "st/ate"}, "https://shop.example/callback", "verifier")
    assert [shop.name for shop in connector.fetch_shops()] == ["Maomao beauty shop"]
    assert tiktok.presented == [CODE]


def test_tokens_are_replaced_before_they_end_and_keep_the_newest_refresh_token():
    tiktok, connector = start()
    connector.fetch_shops()
    for _ in range(2):
        tiktok.time.now += 8 * 86400
        connector.fetch_shops()
    assert tiktok.presented == ["TTP_refresh_0", "TTP_refresh_1"]


def test_a_grant_taken_back_is_final():
    tiktok, connector = start(success())
    tiktok.access, tiktok.refresh = "other", "other"
    with pytest.raises(AuthenticationFailed, match="36004004"):
        connector.fetch_shops()
    assert tiktok.presented == ["TTP_refresh_0"]
