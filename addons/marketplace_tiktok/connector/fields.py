"""TikTok Shop's way to state times and ids in JSON."""

from ...marketplace.contract import Payload


class Node(Payload):
    """A received JSON object: times are epoch seconds, ids may be numbers."""

    __slots__ = ()
    numbers_as_text = True

    def time(self, key, required=False):
        """Epoch seconds, as number or text, as aware UTC; ``None`` if absent or zero."""
        return self.epoch(key, required)
