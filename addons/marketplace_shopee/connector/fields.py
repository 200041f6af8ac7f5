"""Shopee's way to state times in JSON."""

from ...marketplace.contract import Payload


class Node(Payload):
    """A received JSON object: times are epoch seconds."""

    __slots__ = ()

    def time(self, key, required=False):
        """Epoch seconds as aware UTC; ``None`` if absent or zero."""
        return self.epoch(key, required)


def unmasked(text):
    """``(text, whether it was masked)``; masked text is empty. Shopee masks with asterisks: ``P******n``, ``****``."""
    return ("", True) if "**" in text else (text, False)
