"""Simulated time: real time whose waiting periods pass ``speed`` times as fast."""

from datetime import datetime, timedelta, timezone


class Clock:
    """Tell the time and shorten waits.

    Timestamps stay real, so that clients may compare them with their own clock; only durations (bucket refill,
    report processing, the two-minute lag of order searches) are divided by ``speed``.
    """

    def __init__(self, speed=1.0):
        if speed <= 0:
            raise ValueError("speed must be positive")
        self.speed = speed

    def now(self):
        """Return the aware UTC time."""
        return datetime.now(timezone.utc)

    def wait(self, seconds):
        """Return how long a wait of ``seconds`` takes here, as a timedelta."""
        return timedelta(seconds=seconds / self.speed)


def to_text(moment):
    """Return RFC 3339 text with milliseconds and ``Z``; its order as text is its order in time."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def from_text(text):
    """Return the aware time of RFC 3339 text.

    :raise ValueError: if the text is no date and time with an offset
    """
    moment = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError(f"no time zone in {text!r}")
    return moment.astimezone(timezone.utc)
