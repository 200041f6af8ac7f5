"""Running other programs: output kept in a log, failure told with its last lines."""

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from scripts.lib.home import SetupError


def run_logged(
    command: Sequence[str],
    log: Path,
    on_line: Callable[[str], None] | None = None,
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
    stdin: str | None = None,
) -> None:
    """Run ``command`` with both outputs appended to ``log``.

    :param on_line: called with every line as it comes, to draw progress
    :param stdin: text given on standard input
    :raise SetupError: with the last lines of the output, when the command fails
    """
    tail: list[str] = []
    with log.open("a", encoding="utf-8") as sink:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            text=True,
            errors="replace",
        )
        if stdin is not None:
            process.stdin.write(stdin)
            process.stdin.close()
        for line in process.stdout:
            sink.write(line)
            tail = [*tail[-24:], line]
            if on_line:
                on_line(line)
    if process.wait():
        raise SetupError(f"{command[0]} failed ({process.returncode}); see {log}\n{''.join(tail)}")


def output_of(command: Sequence[str], env: dict[str, str] | None = None) -> str:
    """Standard output of a command that has to succeed.

    :raise SetupError: with its standard error, when it fails
    """
    result = subprocess.run([str(part) for part in command], env=env, capture_output=True, text=True)
    if result.returncode:
        raise SetupError(f"{' '.join(map(str, command))} failed: {result.stderr.strip()}")
    return result.stdout
