"""17TRACK's interface, version 2.4: what is sent to it and what its answers and notices say."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime

from ...marketplace.contract.errors import AuthenticationFailed, InvalidPayload, Rejected, Unavailable
from ...marketplace.contract.payload import Payload
from ...marketplace.transport.buckets import Limit

BASE_URL = "https://api.17track.net/track/v2.4"
LIMITS = {"17track": Limit(rate=3, burst=3)}
MAX_NUMBERS = 40
# What 17TRACK says with these codes is about the key, the service or the state of a number.
KEY_REFUSED = {-18010001, -18010002, -18010004, -18010005}
OUT_OF_ORDER = -18010003
REGISTERED_ALREADY = -18019901
NOT_REGISTERED = -18019902
NOTHING_YET = -18019909


@dataclass(frozen=True)
class Event:
    """Something that happened to a parcel.

    :param datetime at: aware UTC; None where the carrier states no zone
    :param str local: date and time as the carrier has it
    :param str stage: 17TRACK's milestone, such as "Departure"; may be new to us
    """

    at: datetime | None
    local: str
    stage: str
    status: str
    description: str
    location: str


@dataclass(frozen=True)
class Track:
    """What is known of a number.

    :param int carrier: 17TRACK's number of it
    :param str status: such as "InTransit"; ``sub_status`` may be new to us
    :param tuple events: :class:`Event` of all carriers, the latest first
    :param tuple expected: first and last moment of delivery as stated, aware or None
    """

    number: str
    carrier: int
    tag: str
    status: str
    sub_status: str
    events: tuple
    expected: tuple


@dataclass(frozen=True)
class Refusal:
    """A number that 17TRACK does not take. ``code`` is its own."""

    number: str
    code: int
    message: str


@dataclass(frozen=True)
class Notice:
    """What a webhook says. ``track`` is None when tracking stopped."""

    event: str
    number: str
    carrier: int
    track: Track | None


@dataclass(frozen=True)
class Quota:
    """Numbers that may still be registered."""

    total: int
    used: int
    remaining: int


class Client:
    """17TRACK with a key.

    :param http: :class:`~...marketplace.transport.client.HttpClient` with ``LIMITS``
    :param str key: of the account; secret
    """

    capabilities = frozenset({"tracking"})

    def __init__(self, http, key, base_url=BASE_URL):
        self._http, self._key, self._base_url = http, key, base_url

    def register(self, numbers):
        """Have numbers followed.

        :param numbers: (number, carrier or None, tag)
        :return: list of accepted numbers, list of :class:`Refusal`
        """
        accepted, refused = [], []
        entries = [
            {"number": number, "tag": tag, **({"carrier": carrier} if carrier else {})}
            for number, carrier, tag in numbers
        ]
        for payload in self._call_in_parts("register", entries):
            taken, rejected = parse_registration(payload)
            accepted += taken
            refused += rejected
        return accepted, refused

    def fetch(self, numbers):
        """What is known of registered numbers.

        :return: list of :class:`Track`, list of :class:`Refusal`
        """
        tracks, refused = [], []
        for payload in self._call_in_parts("gettrackinfo", [{"number": number} for number in numbers]):
            found, rejected = parse_tracks(payload)
            tracks += found
            refused += rejected
        return tracks, refused

    def fetch_quota(self):
        """:class:`Quota` of the account."""
        return parse_quota(self._call("getquota", []))

    def _call_in_parts(self, verb, entries):
        for start in range(0, len(entries), MAX_NUMBERS):
            yield self._call(verb, entries[start : start + MAX_NUMBERS])

    def _call(self, verb, entries):
        answer = self._http.call(
            "17track",
            "POST",
            f"{self._base_url}/{verb}",
            payload=entries,
            headers={"17token": self._key},
            idempotent=True,  # registering again is refused and changes nothing
        )
        return answer.body


def parse_registration(payload):
    """Accepted numbers and :class:`Refusal` of an answer of ``register``."""
    data = _open(payload)
    return [node.text("number", required=True) for node in data.nodes("accepted")], _read_refusals(data)


def parse_tracks(payload):
    """:class:`Track` and :class:`Refusal` of an answer of ``gettrackinfo``."""
    data = _open(payload)
    return [_read_track(node) for node in data.nodes("accepted")], _read_refusals(data)


def parse_quota(payload):
    """:class:`Quota` of an answer of ``getquota``."""
    data = _open(payload)
    names = ("quota_total", "quota_used", "quota_remain")
    return Quota(*(data.count(name, required=True) for name in names))


def parse_notice(body, signature, key):
    """Read a webhook's call.

    :param bytes body: as received
    :param str signature: its header ``sign``
    :raises AuthenticationFailed: it was not signed with ``key``
    :raises InvalidPayload: it was, but cannot be read
    """
    if not hmac.compare_digest(sign(body, key), (signature or "").lower()):
        raise AuthenticationFailed("The notice is not signed with the key of this account.")
    try:
        notice = Payload(json.loads(body))
    except ValueError as error:
        raise InvalidPayload("notice", f"JSON was expected: {error}") from None
    data = notice.node("data", required=True)
    return Notice(
        notice.text("event", required=True),
        data.text("number", required=True),
        data.count("carrier") or 0,
        _read_track(data) if "track_info" in data else None,
    )


def sign(body, key):
    """The signature of a notice: SHA-256 of the body, a slash and the key."""
    return hashlib.sha256(body + b"/" + key.encode()).hexdigest()


def _open(payload):
    answer = Payload(payload)
    code = answer.get("code")
    if not isinstance(code, int):
        raise InvalidPayload("code", f"a number was expected, not {code!r}")
    if code in KEY_REFUSED:
        raise AuthenticationFailed(f"17TRACK does not accept the key (code {code}).")
    if code == OUT_OF_ORDER:
        raise Unavailable("17TRACK is out of order for the moment.")
    if code:
        raise Rejected(answer.text("message") or f"17TRACK refuses the call with code {code}.", str(code))
    return answer.node("data", required=True)


def _read_refusals(data):
    refusals = []
    for node in data.nodes("rejected"):
        error = node.node("error", required=True)
        refusals.append(Refusal(node.text("number", required=True), error.get("code"), error.text("message")))
    return refusals


def _read_track(node):
    info = node.node("track_info", required=True)
    latest = info.node("latest_status", required=True)
    window = info.node("time_metrics").node("estimated_delivery_date")
    providers = info.node("tracking").nodes("providers")
    events = [_read_event(event) for provider in providers for event in provider.nodes("events")]
    return Track(
        node.text("number", required=True),
        node.count("carrier") or 0,
        node.text("tag"),
        latest.text("status", required=True),
        latest.text("sub_status"),
        tuple(sorted(events, key=lambda event: event.local, reverse=True)),
        (window.time("from"), window.time("to")),
    )


def _read_event(node):
    raw = node.node("time_raw")
    return Event(
        node.time("time_utc"),
        f"{raw.text('date')} {raw.text('time')}".strip(),
        node.text("stage"),
        node.text("sub_status"),
        node.node("description_translation").text("description") or node.text("description"),
        node.text("location"),
    )
