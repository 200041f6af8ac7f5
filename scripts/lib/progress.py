"""What the commands say while they work: numbered steps and bars, on standard error."""

import shutil
import sys
import time
from contextlib import contextmanager


class Progress:
    """Steps of a command.

    :param total: how many steps the command has
    :param verbose: print sub-steps that are otherwise silent
    :param done: how many an earlier process has done
    :param silent: say nothing at all
    """

    def __init__(self, total: int, verbose: bool = False, done: int = 0, silent: bool = False):
        self.total = total
        self.verbose = verbose
        self.silent = silent
        self._number = done
        self._bar_open = False

    @contextmanager
    def step(self, title: str):
        """Announce a step, and say how long it took when that is worth saying."""
        self._number += 1
        self._print(f"[{self._number}/{self.total}] {title}")
        started = time.monotonic()
        yield
        elapsed = time.monotonic() - started
        self._close_bar()
        if elapsed >= 2:
            self._print(f"      done in {elapsed:.0f} s")

    def note(self, text: str) -> None:
        """A line under the current step."""
        self._close_bar()
        self._print(f"      {text}")

    def detail(self, text: str) -> None:
        """A line that only ``--verbose`` shows."""
        if self.verbose:
            self.note(text)

    def bar(self, done: float, total: float, label: str = "") -> None:
        """Draw ``done`` of ``total``. Silent where standard error is no terminal."""
        if self.silent or not sys.stderr.isatty() or not total:
            return
        share = min(done / total, 1.0)
        filled = int(share * 30)
        line = f"      [{'█' * filled}{'·' * (30 - filled)}] {share:4.0%} {label}"
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write("\r\x1b[K" + line[:width])
        sys.stderr.flush()
        self._bar_open = True

    def _close_bar(self) -> None:
        if self._bar_open:
            sys.stderr.write("\r\x1b[K")
            self._bar_open = False

    def _print(self, text: str) -> None:
        if not self.silent:
            print(text, file=sys.stderr, flush=True)
