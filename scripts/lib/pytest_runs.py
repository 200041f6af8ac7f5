"""pytest runs side by side, one per processor. While the plain tests run, the others' database template is made."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from scripts.lib.browser import ensure_browser
from scripts.lib.database import Databases
from scripts.lib.home import CHECKOUT, Home
from scripts.lib.odoo_server import Odoo
from scripts.lib.postgres import Server, free_port
from scripts.lib.progress import Progress
from scripts.lib.verdict import first_failure

# Each may hold a database or two of half a gigabyte, a server and a browser.
MOST_LANES = 4
# More end nearer to each other but load Odoo more often.
SHARES_PER_LANE = {"e2e": 1, "addons": 2}


@dataclass(frozen=True)
class Run:
    """One pytest run.

    :ivar name: the phase's, with a number: ``addons-2``
    :ivar setting: takes the name, holds what the run needs, and yields pytest's further options and environment
    """

    phase: str
    name: str
    paths: Sequence[str]
    setting: Callable[[str], AbstractContextManager]


class Runner:
    """Runs the tests of phases: ``plain``, ``e2e``, ``addons``."""

    def __init__(self, home: Home, server: Server, progress: Progress):
        self._home = home
        self._server = server
        self._progress = progress
        self._databases = Databases(home, server, progress)
        self._lanes = min(os.cpu_count() or 1, MOST_LANES)
        self._ground: Future[str | None] = Future()

    def run(self, wanted: dict[str, list[str]], options: Sequence[str]) -> dict[str, int]:
        """Run the paths of each phase.

        :param options: pytest's, for every run
        :return: phase → exit code: of a failed run, else passed, else that no test was found
        :raise SetupError: the template cannot be made
        """
        runs = self._plan(wanted)
        codes = {phase: [] for phase in wanted}
        with ThreadPoolExecutor(self._lanes) as pool:
            if set(wanted) - {"plain"}:
                self._ground = pool.submit(self._lay_ground, "e2e" in wanted)
            started = {pool.submit(self._pytest, run, options, alone=len(runs) == 1): run for run in runs}
            try:
                for ended in as_completed(started):
                    codes[started[ended].phase].append(ended.result())
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        return {phase: first_failure(found) for phase, found in codes.items()}

    def _plan(self, wanted: dict[str, list[str]]) -> list[Run]:
        """The runs in the order in which they begin: the longest first, so that all end at about the same time."""
        settings = {"plain": self._plain, "e2e": self._end_to_end, "addons": self._addons}
        runs = []
        for phase in [phase for phase in settings if phase in wanted]:
            count = self._lanes * SHARES_PER_LANE.get(phase, 0)
            shares = share_out(wanted[phase], count) if count else [wanted[phase]]
            runs += [Run(phase, f"{phase}-{number}", share, settings[phase]) for number, share in enumerate(shares, 1)]
        return runs

    def _lay_ground(self, with_browser: bool) -> str | None:
        """Make the template database; the path of a browser, if one is asked for and can be had."""
        with self._home.locked("database"):
            self._databases.suite_template()
        if not with_browser:
            return None
        browser = ensure_browser(self._home, self._progress)
        self._progress.note(f"browser: {browser or 'none can be had; its tests are skipped'}")
        return browser

    def _pytest(self, run: Run, options: Sequence[str], alone: bool) -> int:
        """pytest's exit code. A lone run has the terminal; what others print comes at their end, in one piece."""
        with run.setting(run.name) as (more_options, environment):
            started = time.monotonic()
            ended = subprocess.run(
                [str(self._home.python), "-m", "pytest", *more_options, *options, *run.paths],
                cwd=CHECKOUT,
                env=os.environ | environment,
                stdout=None if alone else subprocess.PIPE,
                stderr=None if alone else subprocess.STDOUT,
            )
        if not alone:
            sys.stdout.buffer.write(ended.stdout)
            sys.stdout.flush()
            self._progress.note(f"{run.name} ended with {ended.returncode} in {time.monotonic() - started:.0f} s")
        return ended.returncode

    @contextmanager
    def _plain(self, name: str):
        yield [], {}

    @contextmanager
    def _end_to_end(self, name: str):
        """Its fixtures make the databases that it needs."""
        browser = self._ground.result()
        yield [], {"CROSSBORDER_DB_URL": self._server.url("")} | ({"CHROMIUM": browser} if browser else {})

    @contextmanager
    def _addons(self, name: str):
        """A database of its own, with an Odoo that can serve it."""
        self._ground.result()
        with self._databases.scratch(name) as database:
            ports = {"http_port": free_port(), "gevent_port": free_port()}
            config = Odoo(self._home, self._server, database, name=f"test-{database}", **ports).write_config()
            options = ["-p", "pytest_odoo", "--odoo-http", f"--odoo-config={config}", f"--odoo-database={database}"]
            try:
                yield options, self._server.environment()
            finally:
                config.unlink()


def share_out(paths: Sequence[str], count: int) -> list[list[str]]:
    """Test files in up to ``count`` shares of about the same size; a path with ``::`` is taken for small."""
    files = [name for path in paths for name in _test_files(path)]
    sizes = {name: (CHECKOUT / name).stat().st_size if "::" not in name else 0 for name in files}
    shares = [[] for _number in range(min(count, len(files)))]
    for name in sorted(files, key=sizes.get, reverse=True):
        min(shares, key=lambda share: sum(sizes[other] for other in share)).append(name)
    return [sorted(share) for share in shares]


def _test_files(path: str) -> list[str]:
    folder = CHECKOUT / path.split("::")[0]
    if not folder.is_dir():
        return [path]
    return [str(file.relative_to(CHECKOUT)) for file in folder.rglob("test_*.py")]
