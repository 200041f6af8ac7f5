"""Amazon's way to state amounts and times in JSON."""

from datetime import timezone

from ...marketplace.contract import Payload


class Node(Payload):
    """A received JSON object: amounts are objects with ``amount`` and ``currencyCode``."""

    __slots__ = ()

    def money(self, key):
        """Amount with currency; ``None`` if absent."""
        return self.node(key).as_money("amount", "currencyCode") if key in self else None


def format_time(value):
    """Aware time as ISO 8601 in UTC with milliseconds where there are any, as Amazon writes it."""
    text = value.astimezone(timezone.utc).isoformat(timespec="milliseconds")
    return text.replace(".000+00:00", "Z").replace("+00:00", "Z")
