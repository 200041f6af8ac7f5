"""Marketplaces that state their errors in the body, amounts as JSON numbers, and answer with files."""

import pytest

from addons.marketplace.contract import RateLimited, Rejected
from addons.marketplace.transport import HttpClient, Limit
from tests.plain.fake_http import FakeServer, FakeTime, answer, session_of


def make_client(*answers, **options):
    time = FakeTime()
    client = HttpClient(session_of(FakeServer(*answers)), clock=time.clock, sleep=time.sleep, judge=judge, **options)
    return client, time


def judge(_operation, _response, body):
    code = body.get("code") if isinstance(body, dict) else None
    if code == "busy":
        return RateLimited("slow down", 7)
    return Rejected("refused", code) if code else None


def test_a_refusal_in_the_body_of_a_success_is_an_error():
    client, _time = make_client(answer({"code": "E123"}))
    with pytest.raises(Rejected) as caught:
        client.call("op", "GET", "https://shop.example/x")
    assert caught.value.code == "E123"


def test_a_stated_error_comes_before_the_status():
    client, _time = make_client(answer({"code": "E123"}, status=500))
    with pytest.raises(Rejected):
        client.call("op", "GET", "https://shop.example/x")


def test_the_status_decides_where_the_body_says_nothing():
    client, _time = make_client(answer({"text": "gone"}, status=404))
    with pytest.raises(Rejected, match="HTTP 404"):
        client.call("op", "GET", "https://shop.example/x")


def test_too_many_calls_stated_in_the_body_are_waited_for_and_told_to_others():
    client, time = make_client(answer({"code": "busy"}), answer({"ok": 1}), limits={"op": Limit(10, 5)})
    assert client.call("op", "GET", "https://shop.example/x").body == {"ok": 1}
    assert sum(time.waits) >= 7


def test_exact_keeps_every_digit_of_a_number():
    text = b'{"price": 1234567890123456.70, "units": 3}'
    client, _time = make_client(answer(text), exact=True)
    assert client.call("op", "GET", "https://shop.example/x").body == {"price": "1234567890123456.70", "units": 3}


def test_a_file_comes_as_bytes_and_an_error_in_its_place_as_error():
    pdf = answer(b"%PDF-1.4", Content_Type="application/pdf")
    client, _time = make_client(pdf, answer({"code": "E9"}, Content_Type="application/json"))
    assert client.call("op", "POST", "https://shop.example/label", binary=True).body == b"%PDF-1.4"
    with pytest.raises(Rejected):
        client.call("op", "POST", "https://shop.example/label", binary=True)
