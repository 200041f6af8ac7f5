"""How much is sold when: weekday, hour, fourth quarter and sales events."""

from datetime import timedelta

#: Monday to Sunday.
WEEKDAYS = (1.10, 1.05, 1.00, 0.98, 0.92, 0.90, 1.05)
#: Share of the day by hour 0 … 23, in local terms; the evening is strongest.
HOURS = (2, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6, 6, 6, 5, 5, 5, 5, 6, 7, 8, 9, 8, 6, 4)
MONTHS = {10: 1.15, 11: 1.6, 12: 1.8}


def factor(moment):
    """Return the sales factor of a moment; 1 is an ordinary day."""
    day = WEEKDAYS[moment.weekday()] * MONTHS.get(moment.month, 1.0)
    return day * (2.5 if is_peak(moment) else 1.0) * HOURS[moment.hour] * 24 / sum(HOURS)


def is_peak(moment):
    """Whether a day is a sales event: mid-July's member days, Black Friday to Cyber Monday."""
    if (moment.month, moment.day) in {(7, 8), (7, 9), (7, 10), (7, 11)}:
        return True
    return any(day.month == 11 and day.weekday() == 4 and 23 <= day.day <= 29
               for day in (moment - timedelta(days=back) for back in range(4)))


def moments(rng, count, start, end):
    """Return ``count`` sorted times between ``start`` and ``end``, denser where more is sold."""
    span = (end - start).total_seconds()
    drawn = [start + timedelta(seconds=rng.random() * span) for _ in range(count * 2)]
    return sorted(rng.choices(drawn, weights=[factor(moment) for moment in drawn], k=count)) if count else []
