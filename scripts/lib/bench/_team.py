"""Several Odoo processes on one database that begin at the same moment."""

import multiprocessing
import traceback
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

from scripts.lib.bench._odoo import environment

PATIENCE = 600


class WorkerFailed(Exception):
    """A task raised in a worker; the message is its traceback."""


class Team:
    """Worker processes, each with an Odoo environment of its own.

    :param size: how many
    """

    def __init__(self, config_file: Path, database: str, size: int):
        context = multiprocessing.get_context("spawn")
        self._barrier = context.Barrier(size, timeout=PATIENCE)  # a collected one is gone for the workers too
        self._members = []
        for _member in range(size):
            ours, theirs = context.Pipe()
            arguments = (str(config_file), database, theirs, self._barrier)
            process = context.Process(target=_serve, args=arguments, daemon=True)
            process.start()
            self._members.append((process, ours))

    def run(self, task: Callable, arguments: list[tuple]) -> list:
        """Run ``task(env, barrier, *arguments)`` in every worker, and return what each returned.

        :param task: a function of a module, so that workers can import it
        :raise WorkerFailed: it raised in one of them
        """
        for (_process, connection), values in zip(self._members, arguments, strict=True):
            connection.send((task, values))
        answers = [connection.recv() for _process, connection in self._members]
        for failure, _result in answers:
            if failure:
                raise WorkerFailed(failure)
        return [result for _failure, result in answers]

    def close(self) -> None:
        for process, connection in self._members:
            if process.is_alive():
                connection.send(None)
                process.join(30)


@contextmanager
def team(config_file: Path, database: str, size: int):
    """A :class:`Team` that lives as long as the ``with`` block."""
    members = Team(config_file, database, size)
    try:
        yield members
    finally:
        members.close()


def _serve(config_file: str, database: str, connection, barrier) -> None:
    with environment(Path(config_file), database) as env:
        while order := connection.recv():
            task, values = order
            env.cr.rollback()
            env.invalidate_all()
            try:
                answer = None, task(env, barrier, *values)
            except Exception:  # noqa: BLE001  the other side raises it
                barrier.abort()
                answer = traceback.format_exc(), None
            env.cr.rollback()
            connection.send(answer)
