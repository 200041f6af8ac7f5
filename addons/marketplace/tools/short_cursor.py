"""A cursor for one short change that several processes make to the same row."""

from contextlib import contextmanager

from psycopg2.extensions import ISOLATION_LEVEL_READ_COMMITTED


@contextmanager
def short_cursor(registry):
    """A cursor of its own that commits at its end.

    READ COMMITTED: who waited for a row lock must read the row as it is after the wait, not as of its own snapshot.
    """
    with registry.cursor() as cr:
        cr.connection.set_isolation_level(ISOLATION_LEVEL_READ_COMMITTED)
        yield cr
