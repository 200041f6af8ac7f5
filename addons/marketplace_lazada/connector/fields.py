"""Lazada's way to state times, flags and amounts in JSON."""

import re
from datetime import datetime, timezone

from ...marketplace.contract import InvalidPayload, Payload

_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)? ?(Z|[+-])(?:(\d\d):?(\d\d))?")
_LAST_SECOND = 1 << 34  # what is larger counts milliseconds


class Node(Payload):
    """A received JSON object: times are text of its own kind or epochs, flags numbers or text."""

    __slots__ = ()

    def flag(self, key):
        """Yes or no: a boolean, ``1`` or ``true`` as text or number; an absent one is no."""
        return str(self.data.get(key)).lower() in ("true", "1")

    def time(self, key, required=False):
        """Text such as ``2018-02-10 16:00:00 +0800`` as aware UTC; ``None`` if absent."""
        text = self.text(key, required)
        return self._placed(key, parse_time, text, "") if text else None

    def epoch(self, key, required=False):
        """Epoch seconds or milliseconds as aware UTC; ``None`` if absent or zero."""
        # The documents do not say which of the two a field has.
        digits = str(self.get(key)).strip()
        large = digits.isdecimal() and int(digits) > _LAST_SECOND
        return super().epoch(key, required, units=1000 if large else 1)

    @staticmethod
    def amount_text(text):
        """Some amounts have commas between the thousands, and some that are absent are called ``null``."""
        return "" if text == "null" else text.replace(",", "").strip()


def parse_time(text, path):
    """ISO-like text with an offset as aware UTC.

    :raise InvalidPayload: no time, or one without zone
    """
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise InvalidPayload(path, f"{text!r} is no time with a zone")
    day, time, sign, hours, minutes = match.groups(default="00")
    zone = "+00:00" if sign == "Z" else f"{sign}{hours}:{minutes}"
    try:
        return datetime.fromisoformat(f"{day}T{time}{zone}").astimezone(timezone.utc)
    except ValueError:
        raise InvalidPayload(path, f"{text!r} is not a time") from None


def format_time(value):
    """Aware time as the platform takes it: whole seconds, with offset."""
    return value.astimezone(timezone.utc).isoformat(timespec="seconds")


def unmasked(text):
    """``(text, whether it was masked)``; masked text is empty. Lazada masks with asterisks: ``J******n``."""
    return ("", True) if "**" in text else (text, False)
