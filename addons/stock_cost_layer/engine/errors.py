class CostError(Exception):
    """The log cannot be costed."""


class InvalidEvent(CostError):
    """An event contradicts itself; the message names the event and what to correct."""


class UnknownOrigin(CostError):
    """A late bill or return names an event that is not in the log of its product."""

    def __init__(self, event_id, origin):
        super().__init__(f"Event {event_id} refers to event {origin}, which this product's log does not have.")
        self.event_id = event_id
        self.origin = origin
