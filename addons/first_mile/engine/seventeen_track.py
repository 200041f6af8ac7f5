"""17TRACK's interface, version 2.4: what is sent to it and what its answers and notices say."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime

from ...marketplace.contract.errors import AuthenticationFailed, InvalidPayload, RateLimited, Rejected, Unavailable
from ...marketplace.contract.payload import Payload
from ...marketplace.transport.buckets import Limit

BASE_URL = "https://api.17track.net/track/v2.4"
LIMITS = {"17track": Limit(rate=3, burst=3)}
MAX_NUMBERS = 40
RETRY_USED_UP = 3600  # seconds
# 17TRACK's codes. Those of a call (-180100xx) and -18019901 to -18019903 stand in its help centre under "Error Codes
# and Troubleshooting" (help.17track.net/hc/en-us/articles/37570440168473, read as a stored copy that ends there).
# Samples (specs/17track) show -18010012 (register_mixed.json) and -18019902 (gettrackinfo_yanwen_190012.json). Those
# from -18019907 on are as several clients of the interface have them (aio17track, whose samples these are, lists all);
# none was seen from 17TRACK itself. What is not here is unknown, and said to be.
KEY_REFUSED = {-18010001, -18010002, -18010004, -18010005}
OUT_OF_ORDER = -18010003
REGISTERED_ALREADY = -18019901
NOT_REGISTERED = -18019902
DAILY_LIMIT = -18019907
QUOTA_USED_UP = -18019908
NOTHING_YET = -18019909
USED_UP = {DAILY_LIMIT, QUOTA_USED_UP}
#: What a person has to correct on a number: its form (-180100xx), or its carrier.
WRONG_NUMBER = {
    -18010010, -18010011, -18010012, -18010013, -18010015, -18010016, -18010018, -18010019, -18010020, -18010022,
    -18019903, -18019910, -18019911,
}  # fmt: skip
KNOWN_REFUSALS = {REGISTERED_ALREADY, NOT_REGISTERED, NOTHING_YET, *USED_UP, *WRONG_NUMBER}


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
    """A number that 17TRACK does not take.

    :param int|None code: its own; None where it states none
    """

    number: str
    code: int | None
    message: str

    def __str__(self):
        return f"{self.message} ({self.code})" if self.message else f"17TRACK's code {self.code}"


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


def verify(body, signature, key):
    """Check who sent a webhook's call.

    :param bytes body: as received
    :param str signature: its header ``sign``
    :raises AuthenticationFailed: it was not signed with ``key``
    """
    if not hmac.compare_digest(sign(body, key), (signature or "").lower()):
        raise AuthenticationFailed("The notice is not signed with the key of this account.")


def parse_notice(body):
    """:class:`Notice` of a webhook's call.

    :param body: as received
    :raises InvalidPayload: it cannot be read
    """
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
    if code in USED_UP:
        raise RateLimited("17TRACK takes no more numbers for now.", RETRY_USED_UP)
    if code:
        raise Rejected(answer.text("message") or f"17TRACK refuses the call with code {code}.", str(code))
    return answer.node("data", required=True)


def _read_refusals(data):
    refusals = []
    for node in data.nodes("rejected"):
        error = node.node("error", required=True)
        code = error.get("code")
        code = code if isinstance(code, int) else None
        refusals.append(Refusal(node.text("number", required=True), code, error.text("message")))
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
