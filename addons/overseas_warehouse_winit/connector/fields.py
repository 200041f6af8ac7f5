"""Winit's way to state numbers and times in JSON (fields.json)."""

from ...overseas_warehouse.connector.numbers import BEIJING, NumberNode, grams

__all__ = ["BEIJING", "Node", "clock_text", "day_text", "grams", "plain"]


class Node(NumberNode):
    """A received JSON object: times are those of Beijing."""

    __slots__ = ()

    zone = BEIJING

    def moment(self, key, required=False):
        """A time, text of Beijing or milliseconds since 1970, as aware UTC; ``None`` if absent."""
        if isinstance(self.get(key), int):
            return self.epoch(key, required, units=1000)
        return self.time(key, required)


def clock_text(time):
    """An aware time as Winit takes it: text of Beijing."""
    return time.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def day_text(time):
    """The day in Beijing of an aware time."""
    return time.astimezone(BEIJING).strftime("%Y-%m-%d")


def plain(number):
    """A number as text without superfluous zeros."""
    return f"{number.normalize():f}"
