"""What work costs: CPU seconds of this process and of its own PostgreSQL backend, wall seconds, queries."""

import os
import platform
import statistics
import time
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Reading:
    """What one stretch of work cost.

    :ivar python: CPU seconds of this process
    :ivar postgres: CPU seconds of the PostgreSQL process that served it
    :ivar wall: seconds on the clock
    :ivar queries: statements sent to PostgreSQL
    """

    python: float = 0.0
    postgres: float = 0.0
    wall: float = 0.0
    queries: int = 0

    @property
    def cpu(self) -> float:
        return self.python + self.postgres


class Meter:
    """Measures what is done with one database cursor.

    The PostgreSQL server has to be on this machine, or its share cannot be read and stays 0.
    """

    def __init__(self, cr):
        self.cr = cr
        cr.execute("SELECT pg_backend_pid()")
        stat = Path(f"/proc/{cr.fetchone()[0]}/stat")
        self._stat = stat if stat.exists() and "postgres" in stat.read_text() else None

    @property
    def sees_postgres(self) -> bool:
        return self._stat is not None

    def _backend(self) -> float:
        if self._stat is None:
            return 0.0
        user, system = self._stat.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / TICKS

    @contextmanager
    def reading(self):
        """Yield a :class:`Reading` that is complete when the block ends."""
        result = Reading()
        queries, backend = self.cr.sql_log_count, self._backend()
        wall, python = time.perf_counter(), time.process_time()
        yield result
        result.python, result.wall = time.process_time() - python, time.perf_counter() - wall
        result.postgres, result.queries = self._backend() - backend, self.cr.sql_log_count - queries


def median(values: Iterable[float], digits: int = 2) -> float:
    return round(statistics.median(values), digits)


def goal(reached: float, at_least: float | None = None, at_most: float | None = None) -> dict:
    """One goal, the value that was reached, and whether that is enough."""
    wanted = {"at_least": at_least, "at_most": at_most}
    met = (at_least is None or reached >= at_least) and (at_most is None or reached <= at_most)
    return {**{name: value for name, value in wanted.items() if value is not None}, "reached": reached, "met": met}


def machine() -> dict:
    """What the figures were taken on; another machine gives other seconds, but about the same ratios."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cpus": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "load": round(os.getloadavg()[0], 1),
    }


def resident_mib() -> float:
    """Memory that this process occupies, in MiB."""
    return round(psutil.Process().memory_info().rss / 2**20, 1)
