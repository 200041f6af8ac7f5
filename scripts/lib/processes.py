"""Background processes that outlive the command: started once, known by their pid file, stopped only when ours."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import psutil

from scripts.lib.home import Home, SetupError


class Process:
    """A named background process of a home; its pid file tells command and start time, so a reused pid is no match."""

    def __init__(self, home: Home, name: str):
        self.name = name
        self.pid_file = home.run / f"{name}.pid"
        self.log = home.log / f"{name}.log"

    def _record(self) -> dict:
        return json.loads(self.pid_file.read_text()) if self.pid_file.exists() else {}

    def running(self) -> psutil.Process | None:
        """The process, if it lives and is the one that we started."""
        record = self._record()
        try:
            process = psutil.Process(record["pid"])
            same = abs(process.create_time() - record["started"]) < 1 and process.status() != psutil.STATUS_ZOMBIE
        except (KeyError, psutil.NoSuchProcess):
            return None
        return process if same else None

    def ensure(
        self, command: list[str], fingerprint: str = "", cwd: Path | None = None, env: Mapping[str, str] = ()
    ) -> bool:
        """Start ``command`` unless it runs already; one with another command or fingerprint is stopped first.

        :param fingerprint: changes when the process has to be started anew, as when its configuration changed
        :return: whether it was started now
        """
        wanted = {"command": command, "fingerprint": fingerprint}
        if self.running():
            if wanted.items() <= self._record().items():
                return False
            self.stop()
        with self.log.open("a") as log:
            started = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=cwd,
                env=os.environ | dict(env),
                start_new_session=True,
            )
        record = {"pid": started.pid, "started": psutil.Process(started.pid).create_time(), **wanted}
        self.pid_file.write_text(json.dumps(record))
        return True

    def wait_until_healthy(self, url: str, seconds: float = 120) -> None:
        """Wait until ``url`` answers 200.

        :raise SetupError: the process ended, or the time is over
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.running():
                raise SetupError(f"{self.name} ended at once; see {self.log}\n{self._tail()}")
            if answers(url):
                return
            time.sleep(0.2)
        raise SetupError(f"{self.name} does not answer at {url}; see {self.log}\n{self._tail()}")

    def _tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])

    def stop(self, seconds: float = 30) -> bool:
        """Ask the process to end, insist after ``seconds``; tell whether it ran."""
        process = self.running()
        if process:
            family = [process, *process.children(recursive=True)]
            process.send_signal(signal.SIGTERM)
            _, alive = psutil.wait_procs(family, timeout=seconds)
            for survivor in alive:
                survivor.kill()
            psutil.wait_procs(alive, timeout=5)
        self.pid_file.unlink(missing_ok=True)
        return process is not None


def answers(url: str) -> bool:
    """Whether a GET of ``url`` is answered with 200 within five seconds."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False
