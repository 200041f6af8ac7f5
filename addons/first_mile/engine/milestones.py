"""What a carrier's scans say about the days on which a leg began and ended."""

from datetime import date

# A ship or aircraft departs and arrives; what a van brings is picked up and delivered.
_CARRIAGE = (("Departure", "PickedUp"), ("Arrival", "OutForDelivery", "Delivered"))
_DOOR_TO_DOOR = (("PickedUp", "Departure"), ("Delivered",))


def find_days(events, kind, mode):
    """Days of departure and arrival of a leg, each None while it is unknown.

    The days are those of the place where it happened, as carriers and customs count them.

    :param events: :class:`~.seventeen_track.Event`, any order
    :param str kind: of the leg, such as "main"
    :param str mode: of the leg, such as "sea_lcl"
    """
    departures, arrivals = _CARRIAGE if kind == "main" and mode != "express" else _DOOR_TO_DOOR
    events = sorted(events, key=lambda event: event.local)
    arrived = _first(events, arrivals)
    departed = _first(events, departures)
    if arrived and not departed:
        # It came without anybody having scanned how it left: the first that is known of it must do.
        departed = next(filter(None, map(_day, events)))
    return departed, arrived


def _first(events, stages):
    """Day of the first event of the first stage that there is."""
    for stage in stages:
        days = [_day(event) for event in events if event.stage == stage]
        if days := list(filter(None, days)):
            return min(days)
    return None


def _day(event):
    try:
        return date.fromisoformat(event.local[:10])
    except ValueError:
        return event.at.date() if event.at else None
