import json
import os
from datetime import datetime, timezone
from pathlib import Path

import pytest

from addons.first_mile.engine import seventeen_track as track17
from addons.marketplace.contract.errors import AuthenticationFailed, InvalidPayload, RateLimited, Rejected, Unavailable

SHARED = Path(os.environ.get("CROSSBORDER_SHARED") or Path(__file__).resolve().parents[4] / "shared")
SAMPLES = SHARED / "specs" / "17track"
KEY = "key-of-the-test"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="17TRACK's samples are not beside the checkout")


class FakeHttp:
    """Answers each call with the next body, and keeps what was asked."""

    def __init__(self, *bodies):
        self.bodies, self.calls = list(bodies), []

    def call(self, operation, method, url, *, payload, headers, idempotent):
        self.calls.append((method, url, payload, headers))
        return type("Answer", (), {"body": self.bodies.pop(0)})


def read_sample(name):
    return json.loads((SAMPLES / name).read_text("utf-8"))


def parse_sample(path):
    """The sample by the reader it is for."""
    if path.name.startswith("webhook"):
        return track17.parse_notice(path.read_bytes())
    readers = {"getquota": track17.parse_quota, "register": track17.parse_registration,
               "gettrackinfo": track17.parse_tracks}  # fmt: skip
    return readers[path.stem.split("_")[0]](read_sample(path.name))


@needs_samples
def test_every_sample_is_parsed():
    paths = sorted(SAMPLES.glob("*.json"))
    parsed = [parse_sample(path) for path in paths]
    print(f"parsed {len(parsed)} / total {len(paths)}")
    assert paths
    assert all(parsed)


@needs_samples
def test_a_parcel_of_yanwen():
    (found,), (refusal,) = track17.parse_tracks(read_sample("gettrackinfo_yanwen_190012.json"))
    assert (found.number, found.status, found.sub_status) == ("YT2616912345678901", "InTransit", "InTransit_Arrival")
    assert [event.stage for event in found.events] == ["Arrival", "Departure", "PickedUp"]
    assert found.events[0].at == datetime(2026, 6, 29, 13, 5, tzinfo=timezone.utc)
    assert found.events[1].status == "InTransit_QuantumTunnelling"
    assert found.expected[0] == datetime(2026, 7, 8, 7, tzinfo=timezone.utc)
    assert (refusal.number, refusal.code) == ("21213123123230", -18019902)


@needs_samples
def test_a_carrier_that_states_no_zone_gives_no_moment():
    (found,), _refusals = track17.parse_tracks(read_sample("gettrackinfo_correios_2151.json"))
    assert (found.status, found.tag) == ("Delivered", "order-1042")
    assert (found.events[0].at, found.events[0].local) == (None, "2026-06-30 14:23:00")
    assert found.events[0].description == "Object delivered to the recipient"


@needs_samples
def test_some_numbers_are_refused():
    http = FakeHttp(read_sample("register_mixed.json"))
    accepted, refused = track17.Client(http, KEY).register([("AA123456789BR", 2151, "order-1042"), ("1234", None, "")])
    assert accepted == ["AA123456789BR"]
    assert [(entry.number, entry.code) for entry in refused] == [("1234", -18010012)]
    method, url, payload, headers = http.calls[0]
    assert (method, url) == ("POST", "https://api.17track.net/track/v2.4/register")
    assert headers == {"17token": KEY}
    assert payload[0] == {"number": "AA123456789BR", "carrier": 2151, "tag": "order-1042"}
    assert "carrier" not in payload[1]


@needs_samples
def test_what_may_still_be_registered():
    quota = track17.Client(FakeHttp(read_sample("getquota.json")), KEY).fetch_quota()
    assert (quota.total, quota.used, quota.remaining) == (1100, 2, 1098)


def test_forty_numbers_a_call():
    empty = {"code": 0, "data": {"accepted": [], "rejected": []}}
    http = FakeHttp(empty, empty, empty)
    assert track17.Client(http, KEY).fetch([str(number) for number in range(81)]) == ([], [])
    assert [len(payload) for _method, _url, payload, _headers in http.calls] == [40, 40, 1]


def test_notice_signed_with_another_key_is_refused():
    body = b'{"event": "TRACKING_STOPPED", "data": {"number": "A1", "carrier": 2151}}'
    track17.verify(body, track17.sign(body, KEY).upper(), KEY)
    notice = track17.parse_notice(body)
    assert (notice.event, notice.number, notice.track) == ("TRACKING_STOPPED", "A1", None)
    for signature in (track17.sign(body, "other"), "", None):
        with pytest.raises(AuthenticationFailed):
            track17.verify(body, signature, KEY)


def test_refused_calls_and_strange_answers():
    with pytest.raises(Rejected) as caught:
        track17.parse_quota({"code": -18010014, "data": {}})
    assert caught.value.code == "-18010014"
    with pytest.raises(AuthenticationFailed):
        track17.parse_quota({"code": -18010002, "data": {}})
    with pytest.raises(Unavailable):
        track17.parse_quota({"code": -18010003, "data": {}})
    with pytest.raises(InvalidPayload):
        track17.parse_quota({"data": {}})
    with pytest.raises(RateLimited) as limited:
        track17.parse_registration({"code": -18019908, "data": {}})
    assert limited.value.retry_after == 3600
    with pytest.raises(InvalidPayload):
        track17.parse_notice(b"no JSON")


@needs_samples
def test_the_samples_refusals_are_known():
    refusals = []
    for path in SAMPLES.glob("*.json"):
        data = read_sample(path.name)["data"]
        refusals += [entry["error"]["code"] for entry in data.get("rejected", ())]
    assert sorted(refusals) == [-18019902, -18010012]
    assert set(refusals) <= track17.KNOWN_REFUSALS


def test_a_refusal_without_a_code_is_unknown():
    rejected = [{"number": "A1", "error": {"message": "strange"}}, {"number": "A2", "error": {"code": "x"}}]
    _accepted, refusals = track17.parse_registration({"code": 0, "data": {"accepted": [], "rejected": rejected}})
    assert [refusal.code for refusal in refusals] == [None, None]
    assert not {refusal.code for refusal in refusals} & track17.KNOWN_REFUSALS
    assert [str(refusal) for refusal in refusals] == ["strange (None)", "17TRACK's code None"]
