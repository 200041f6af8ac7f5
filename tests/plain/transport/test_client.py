"""The HTTP client: waits, retries, errors. The clock moves only by sleeping, so every wait is exact."""

import gzip
import logging

import pytest
import requests

from addons.marketplace.contract import (
    AuthenticationFailed,
    InvalidPayload,
    RateLimited,
    Rejected,
    Unavailable,
)
from addons.marketplace.transport import HttpClient, Limit
from tests.plain.fake_http import FakeServer, FakeTime, answer, session_of

URL = "https://market.example/things"


def make(*answers, handler=None, time=None, **options):
    server = FakeServer(*answers, handler=handler)
    time = time or FakeTime()
    client = HttpClient(session_of(server), None, time.clock, time.sleep, jitter=lambda: 0.0, **options)
    return client, server, time


def test_json_and_query():
    client, server, time = make(answer({"ok": True}))
    params = {"ids": ["A", "B"], "empty": "", "none": None, "n": 5}
    result = client.call("get", "GET", URL, params=params, headers={"X-A": "1"})
    assert result.body == {"ok": True}
    assert server.requests[0].url == URL + "?ids=A%2CB&n=5"
    assert server.requests[0].headers["X-A"] == "1"
    assert time.waits == []


def test_no_content():
    client, _server, _time = make(answer(status=204))
    assert client.call("post", "POST", URL, payload={}).body is None


def test_retries_with_growing_waits():
    client, server, time = make(
        answer(status=500), requests.ConnectionError("x"), answer(status=503), answer({"ok": True})
    )
    assert client.call("get", "GET", URL).body == {"ok": True}
    assert time.waits == [0.5, 1.0, 2.0]
    assert len(server.requests) == 4


def test_gives_up_after_four_attempts():
    client, server, time = make(*[requests.ReadTimeout("x") for _ in range(9)])
    with pytest.raises(Unavailable, match="ReadTimeout"):
        client.call("get", "GET", URL)
    assert len(server.requests) == 4
    assert time.waits == [0.5, 1.0, 2.0]


def test_waits_no_longer_than_allowed():
    client, _server, time = make(*[answer(status=500) for _ in range(9)], max_wait=1.2)
    with pytest.raises(Unavailable):
        client.call("get", "GET", URL)
    assert time.waits == [0.5]


def test_jitter_lengthens_the_wait():
    server, time = FakeServer(answer(status=500), answer({})), FakeTime()
    client = HttpClient(session_of(server), None, time.clock, time.sleep, jitter=lambda: 0.5)
    client.call("get", "GET", URL)
    assert time.waits == [0.625]


@pytest.mark.parametrize("failure", [requests.ReadTimeout("x"), requests.ConnectionError("x")])
def test_a_change_is_not_repeated(failure):
    client, server, _time = make(failure, answer({}))
    with pytest.raises(Unavailable):
        client.call("post", "POST", URL, payload={})
    assert len(server.requests) == 1


def test_a_change_that_never_left_is_repeated():
    client, server, time = make(requests.ConnectTimeout("x"), answer({"ok": 1}))
    assert client.call("post", "POST", URL, payload={}).body == {"ok": 1}
    assert len(server.requests) == 2
    assert time.waits == [0.5]


def test_idempotent_change_is_repeated():
    client, server, _time = make(answer(status=502), answer({}))
    client.call("post", "POST", URL, payload={}, idempotent=True)
    assert len(server.requests) == 2


def test_a_refused_change_is_repeated_after_the_stated_time():
    client, _server, time = make(answer(status=429, Retry_After=7), answer({"ok": 1}))
    assert client.call("post", "POST", URL, payload={}).body == {"ok": 1}
    assert time.waits == [7.0]


def test_long_refusal_is_raised_not_slept():
    client, server, time = make(answer({"errors": [{"code": "QuotaExceeded", "message": "slow"}]}, 429, Retry_After=60))
    with pytest.raises(RateLimited, match="QuotaExceeded slow") as caught:
        client.call("get", "GET", URL)
    assert caught.value.retry_after == 60
    assert time.waits == []
    assert len(server.requests) == 1


@pytest.mark.parametrize("header", ["0", "-1", "soon", ""])
def test_refusals_without_time_never_loop_busily(header):
    client, server, time = make(*[answer(status=429, Retry_After=header) for _ in range(9)])
    with pytest.raises(RateLimited):
        client.call("get", "GET", URL)
    assert len(server.requests) == 4
    assert time.waits == [0.5, 0.5, 0.5]


def test_retry_after_as_a_date():
    time = FakeTime(1_780_000_000.0)  # 2026-05-28 20:26:40 UTC
    client, _server, _time = make(answer(status=429, Retry_After="Thu, 28 May 2026 20:27:40 GMT"), time=time)
    with pytest.raises(RateLimited) as caught:
        client.call("get", "GET", URL)
    assert caught.value.retry_after == 60


def test_a_refusal_holds_back_the_next_call():
    limits = {"get": Limit(1, 5)}
    client, server, _time = make(answer(status=429, Retry_After=100), answer({}), limits=limits)
    with pytest.raises(RateLimited):
        client.call("get", "GET", URL)
    with pytest.raises(RateLimited) as caught:
        client.call("get", "GET", URL)
    assert caught.value.retry_after == pytest.approx(100)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Rejected),
        (401, AuthenticationFailed),
        (403, AuthenticationFailed),
        (404, Rejected),
        (408, Unavailable),
        (429, RateLimited),
        (500, Unavailable),
        (503, Unavailable),
        (302, Rejected),
    ],
)
def test_meaning_of_statuses(status, error):
    client, _server, _time = make(*[answer(status=status) for _ in range(4)])
    with pytest.raises(error):
        client.call("get", "GET", URL)


def test_reason_of_a_rejection():
    client, _server, _time = make(answer({"errors": [{"code": "InvalidInput", "message": "no", "details": "id"}]}, 400))
    with pytest.raises(Rejected, match="get: HTTP 400 InvalidInput no id") as caught:
        client.call("get", "GET", URL)
    assert caught.value.code == "InvalidInput"


@pytest.mark.parametrize("body", [b'{"orders": [{"id', b"<html>sorry</html>", b"\xff\xfe"])
def test_damaged_json_is_asked_for_again(body):
    client, server, _time = make(answer(body), answer({"ok": 1}))
    assert client.call("get", "GET", URL).body == {"ok": 1}
    assert len(server.requests) == 2


def test_damaged_json_in_the_end():
    client, _server, _time = make(*[answer(b'{"a": ') for _ in range(4)])
    with pytest.raises(Unavailable, match="not JSON"):
        client.call("get", "GET", URL)


class Auth:
    """Signs with a counter; renews once asked."""

    def __init__(self):
        self.version = 1

    def __call__(self, prepared):
        prepared.headers["X-Token"] = f"token{self.version}"
        return prepared

    def renew(self, failure):
        self.version += 1
        return True


def test_renewed_authorisation_is_tried_once():
    client, server, time = make(answer(status=403), answer({}), auth=Auth())
    client.call("get", "GET", URL)
    assert [request.headers["X-Token"] for request in server.requests] == ["token1", "token2"]
    assert time.waits == []


def test_refused_authorisation_is_raised_after_one_renewal():
    client, server, _time = make(*[answer(status=401) for _ in range(4)], auth=Auth())
    with pytest.raises(AuthenticationFailed):
        client.call("get", "GET", URL)
    assert len(server.requests) == 2


def test_no_redirects_are_followed_with_a_token():
    client, server, _time = make(answer(status=302, Location="https://evil.example/"), auth=Auth())
    with pytest.raises(Rejected):
        client.call("get", "GET", URL)
    assert len(server.requests) == 1


# === Documents ===


def test_document_in_its_own_character_set():
    content = gzip.compress("Größe\t5 €".encode("cp1252"))
    client, server, _time = make(answer(content, Content_Type="text/plain; charset=Cp1252"), auth=Auth())
    document = client.download("file", URL + "?X-Amz-Signature=abc", gzipped=True)
    assert document.text == "Größe\t5 €"
    assert "X-Token" not in server.requests[0].headers


def test_document_without_character_set_is_utf8():
    client, _server, _time = make(answer("\ufeffä".encode()))
    assert client.download("file", URL).text == "ä"


def test_document_that_is_not_in_its_character_set():
    client, _server, _time = make(answer(b"\xff", Content_Type="text/plain; charset=utf-8"))
    with pytest.raises(InvalidPayload, match="utf-8"):
        _ = client.download("file", URL).text


@pytest.mark.parametrize("content", [b"no gzip", gzip.compress(b"x" * 1000)[:-9]])
def test_damaged_gzip(content):
    client, _server, _time = make(answer(content))
    with pytest.raises(InvalidPayload, match="GZIP"):
        client.download("file", URL, gzipped=True)


def test_document_size_is_limited_before_and_after_decompression():
    bomb = gzip.compress(b"0" * 10_000_000)
    client, _server, _time = make(answer(bomb), answer(b"0" * 200_000))
    with pytest.raises(InvalidPayload, match="larger than 100000"):
        client.download("file", URL, gzipped=True, max_bytes=100_000)
    with pytest.raises(InvalidPayload, match="larger than 100000"):
        client.download("file", URL, max_bytes=100_000)


def test_expired_address():
    client, _server, _time = make(answer(b"<Error><Code>AccessDenied</Code></Error>", 403))
    with pytest.raises(Rejected) as caught:
        client.download("file", URL)
    assert caught.value.code == "DocumentExpired"


def test_upload_is_unsigned_and_typed():
    client, server, _time = make(answer(status=200), auth=Auth())
    client.upload("put", URL, b"{}", "application/json; charset=UTF-8")
    request = server.requests[0]
    assert (request.method, request.body) == ("PUT", b"{}")
    assert request.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert "X-Token" not in request.headers


# === Secrets ===


def test_logs_and_errors_tell_no_query(caplog):
    caplog.set_level(logging.DEBUG)
    client, _server, _time = make(requests.ConnectTimeout(f"{URL}?signature=abc123"), answer(status=400))
    with pytest.raises(Rejected) as caught:
        client.call("get", "GET", URL, params={"signature": "abc123", "BuyerEmail": "a@b.example"})
    assert "HTTP 400" in caplog.text
    told = caplog.text + str(caught.value) + repr(caught.value.__cause__)
    assert "abc123" not in told
    assert "a@b.example" not in told
