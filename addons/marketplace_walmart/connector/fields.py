"""Walmart's way to state times, quantities and amounts. Source: its OpenAPI documents, and what they leave open."""

import re
from datetime import timezone

from ...marketplace.contract import InvalidPayload, Payload

_WHOLE = re.compile(r"-?\d+(\.0+)?$")


class Node(Payload):
    """A received JSON object: times and quantities are numbers or text, amounts are objects."""

    __slots__ = ()
    numbers_as_text = True
    zone = timezone.utc  # Walmart's documents know times without zone

    def count(self, key, required=False):
        """Number of units, stated as number or text, with or without ``.0``; ``None`` if absent."""
        value = self.data.get(key)
        if value is None and not required:
            return None
        if isinstance(value, bool) or not isinstance(value, int | str) or not _WHOLE.match(str(value).strip()):
            raise InvalidPayload(self.where(key), f"a number of units was expected, not {value!r}")
        number = int(str(value).strip().partition(".")[0])
        if number < 0:
            raise InvalidPayload(self.where(key), f"{number} units")
        return number

    def time(self, key, required=False):
        """Milliseconds since the epoch, or ISO 8601 text, as aware UTC; ``None`` if absent."""
        if isinstance(self.data.get(key), int):
            return self.epoch(key, required, units=1000)
        return super().time(key, required)

    def money(self, amount="amount", currency="currency"):
        """The object itself as an amount; ``None`` if it is empty."""
        return self.as_money(amount, currency) if self.data else None
