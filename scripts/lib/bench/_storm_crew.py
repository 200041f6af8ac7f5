"""Worker processes of the storm: Odoo servers that run jobs, and now and then die in the middle of a transaction.

They are forked from a process that has Odoo's registry loaded, so that a dead one is replaced at once.
"""

import multiprocessing
import random
import signal
from collections import Counter, deque
from collections.abc import Callable
from multiprocessing.connection import wait

from scripts.lib.bench import _storm_work

PATIENCE = 300
STATEMENTS = 150  # a worker that is to die does so at one of its next this many statements


class WorkFailed(Exception):
    """Work raised what nobody injected; the message is its traceback."""


class Crew:
    """A few workers on one database.

    :param answer: ``(now, shop, verb, *arguments)`` → what the marketplace says
    :param risk: share of the pieces of work in which something goes wrong on purpose
    """

    def __init__(self, database: str, size: int, answer: Callable, seed: int, risk: float):
        self.counts: Counter = Counter()
        self._context = multiprocessing.get_context("fork")
        self._database = database
        self._answer = answer
        self._rng = random.Random(f"crew:{seed}")
        self._risk = risk
        self._members = [self._hire() for _member in range(size)]

    def _hire(self):
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_storm_work.serve, args=(self._database, theirs, ours), daemon=True)
        process.start()
        theirs.close()
        return process, ours

    def run(self, tasks: list[tuple], now: float) -> list:
        """Run pieces of work, each until it is done; several at the same time.

        :param tasks: ``(name of a function of `_storm_work`, arguments…)``
        :return: what they returned, in no order
        :raise WorkFailed: one raised by itself
        """
        waiting = deque((task, self._draw_fate()) for task in tasks)
        busy, results = {}, []
        while waiting or busy:
            idle = [index for index in range(len(self._members)) if index not in busy]
            for index in idle[: len(waiting)]:
                task, fate = waiting.popleft()
                busy[index] = task
                self._members[index][1].send((now, fate, task))
            pipes = {self._members[index][1]: index for index in busy}
            ready = wait(list(pipes), timeout=PATIENCE)
            if not ready:
                raise WorkFailed(f"no answer for {PATIENCE} s: {list(busy.values())}")
            for pipe in ready:
                self._read(pipes[pipe], now, busy, waiting, results)
        return results

    def _draw_fate(self) -> tuple[str, int] | None:
        """What goes wrong, and at which statement; most often nothing."""
        if self._rng.random() >= self._risk:
            return None
        return self._rng.choice(("kill", "kill", "kill after commit", "raise")), self._rng.randint(1, STATEMENTS)

    def _read(self, index, now, busy, waiting, results) -> None:
        process, pipe = self._members[index]
        try:
            kind, value = pipe.recv()
            if kind == "ask":
                pipe.send(self._answer(now, *value))
                return
        except (EOFError, OSError):
            self._replace(index)
            waiting.append((busy.pop(index), None))
            return
        task = busy.pop(index)
        self.counts[kind] += 1
        if kind == "failed":
            raise WorkFailed(f"{task}\n{value}")
        if kind in ("conflict", "injected"):
            waiting.append((task, None))
        else:
            results.append(value)

    def _replace(self, index) -> None:
        process, pipe = self._members[index]
        process.join(PATIENCE)
        if process.exitcode != -signal.SIGKILL:
            raise WorkFailed(f"a worker ended with {process.exitcode}")
        self.counts["killed"] += 1
        pipe.close()
        self._members[index] = self._hire()

    def close(self) -> None:
        for process, pipe in self._members:
            if process.is_alive():
                pipe.send(None)
                process.join(PATIENCE)
