"""Reading received JSON without guessing.

A connector's ``fields.py`` derives its ``Node`` from :class:`Payload` and says only how its marketplace differs.
"""

import hashlib
import json
import re
from datetime import datetime, timezone

from .errors import InvalidPayload
from .money import Money

_EMPTY = {}
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
_FRACTION = re.compile(r"\.\d+")
_END_OF_EPOCH = 1 << 34  # seconds: the year 2514; what is beyond is no time or has another unit


class Payload:
    """A received JSON object that knows where it is, so that errors name the whole path of a bad field.

    A field that is ``null`` is an absent field. Readers with ``required`` raise :class:`InvalidPayload` without it.

    :param dict data: what was received
    :param str key: its name in ``parent``, or the whole path without one
    :param Payload parent: the object it stands in
    :raise InvalidPayload: ``data`` is no object
    """

    __slots__ = ("_key", "_parent", "data")

    numbers_as_text = False
    """Whether a whole number may stand where text belongs."""
    zone = None
    """The zone of times that state none; without it such times are refused."""

    def __init__(self, data, key="", parent=None):
        self.data = data
        self._key = key
        self._parent = parent
        if not isinstance(data, dict):
            raise InvalidPayload(self.path or "payload", f"an object was expected, not {type(data).__name__}")

    @property
    def path(self):
        """Where the object is; put together only when asked for, which is when something is wrong."""
        return self._parent.where(self._key) if self._parent is not None else self._key

    def where(self, key):
        """Path of a field."""
        path = self.path
        return f"{path}.{key}" if path else key

    def get(self, key):
        """A field as received, ``None`` if absent. Marketplaces that write absence in other ways override it."""
        return self.data.get(key)

    def __contains__(self, key):
        return self.get(key) is not None

    def node(self, key, required=False):
        """Object; an absent one is empty."""
        value = self.get(key)
        if value is None:
            self._absent(key, required)
            value = _EMPTY
        return type(self)(value, key, self)

    def array(self, key, required=False):
        """Array as received; an absent one is empty."""
        value = self.get(key)
        if value is None:
            self._absent(key, required)
            return []
        if not isinstance(value, list):
            raise InvalidPayload(self.where(key), f"an array was expected, not {type(value).__name__}")
        return value

    def nodes(self, key, required=False):
        """Array of objects; an absent one is empty."""
        return [type(self)(item, f"{key}[{index}]", self) for index, item in enumerate(self.array(key, required))]

    def text(self, key, required=False):
        """Text without surrounding blanks; an absent one is empty."""
        value = self.get(key)
        if value is None:
            value = ""
        elif self.numbers_as_text and isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        elif not isinstance(value, str):
            raise InvalidPayload(self.where(key), f"text was expected, not {type(value).__name__}")
        value = value.strip()
        if not value:
            self._absent(key, required)
        return value

    def texts(self, key):
        """Array of texts as tuple; an absent one is empty."""
        value = self.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise InvalidPayload(self.where(key), "an array of texts was expected")
        return tuple(value)

    def ident(self, key, required=False):
        """Number or text that identifies something, as text; zero, which stands for nothing, is empty."""
        value = self.get(key)
        if isinstance(value, bool) or not isinstance(value, int | str | None):
            raise InvalidPayload(self.where(key), f"an identifier was expected, not {value!r}")
        text = "" if value is None else str(value).strip()
        if text in ("", "0"):
            self._absent(key, required)
            return ""
        return text

    def count(self, key, required=False):
        """Number of units; ``None`` if absent."""
        value = self.get(key)
        if value is None and not required:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise InvalidPayload(self.where(key), f"a number of units was expected, not {value!r}")
        return value

    def flag(self, key, required=False):
        """Yes or no; an absent one is no."""
        value = self.get(key)
        if not isinstance(value, bool) and (required or value is not None):
            raise InvalidPayload(self.where(key), f"true or false was expected, not {value!r}")
        return bool(value)

    def time(self, key, required=False):
        """ISO 8601 text as aware UTC; ``None`` if absent."""
        text = self.text(key, required)
        return self._placed(key, parse_time, text, "", self.zone) if text else None

    def epoch(self, key, required=False, units=1):
        """Time since 1970, a number or its digits as text, as aware UTC; ``None`` if absent or zero.

        :param int units: how many of its units are a second: 1, or 1000 for milliseconds
        """
        value = self.get(key)
        number = int(value) if isinstance(value, str) and value.strip().isdecimal() else value
        if number is None or number == "" or (number == 0 and number is not False):
            self._absent(key, required)
            return None
        if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < _END_OF_EPOCH * units:
            raise InvalidPayload(self.where(key), f"a time since 1970 was expected, not {value!r}")
        return datetime.fromtimestamp(number / units, timezone.utc)

    def money(self, key, currency, required=False):
        """Amount in a currency that is stated elsewhere; ``None`` if absent or empty.

        Fractions must have been received as text (``HttpClient(exact=True)``): floats are no exact amounts.
        """
        value = self.get(key)
        if isinstance(value, bool):
            raise InvalidPayload(self.where(key), f"an amount was expected, not {value!r}")
        value = self.amount_text(value) if isinstance(value, str) else value
        if value is None or value == "":
            self._absent(key, required)
            return None
        return self._placed(key, Money.parse, value, currency, "")

    @staticmethod
    def amount_text(text):
        """The text of an amount without what is no digit of it; empty for none."""
        return text.strip()

    def as_money(self, amount, currency):
        """The object itself as an amount with its currency; errors name the object.

        :param str amount: name of the field with the amount
        :param str currency: name of the field with the currency
        """
        try:
            return Money.parse(self.get(amount), self.get(currency), "")
        except InvalidPayload as error:
            raise InvalidPayload(self.path, error.reason) from None

    def _absent(self, key, required):
        if required:
            raise InvalidPayload(self.where(key), "missing")

    def _placed(self, key, read, *args):
        # Paths are put together in errors only: an order has hundreds of fields.
        try:
            return read(*args)
        except InvalidPayload as error:
            raise InvalidPayload(self.where(key), error.reason) from None


def read_each(entries, path, read):
    """Read the entries of a list: a damaged one is set aside, the others go on.

    :param entries: as received
    :param str path: where the list is
    :param read: ``(entry, its path)`` → what becomes of it; ``None`` leaves it out
    :return: ``(list of what was read, list of broken entries)``, the latter as a page states them
    """
    found, broken = [], []
    for index, entry in enumerate(entries):
        try:
            found.append(read(entry, f"{path}[{index}]"))
        except InvalidPayload as error:
            broken.append((error.path, error.reason, entry))
    return [item for item in found if item is not None], broken


def parse_time(text, path, zone=None):
    """ISO 8601 text as aware UTC.

    :param str path: where the text stands
    :param tzinfo zone: of a time that states none
    :raise InvalidPayload: no time, or one without zone
    """
    try:
        value = datetime.fromisoformat(_FRACTION.sub(_six_digits, text.upper().replace("Z", "+00:00")))
    except ValueError:
        raise InvalidPayload(path, f"{text!r} is not a time") from None
    if value.tzinfo is None:
        if zone is None:
            raise InvalidPayload(path, f"{text!r} has no time zone")
        value = value.replace(tzinfo=zone)
    return value.astimezone(timezone.utc)


def _six_digits(fraction):
    # Python 3.10 reads fractions of three or six digits only.
    return fraction[0][:7].ljust(7, "0")


def format_time(value):
    """Aware time as ISO 8601 in UTC, whole seconds: ``2026-02-03T04:05:06Z``."""
    return value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def content_hash(payload):
    """Twelve digits that change with anything in a payload, but not with the order of its fields."""
    return hashlib.sha256(_canonical(payload).encode()).hexdigest()[:12]
