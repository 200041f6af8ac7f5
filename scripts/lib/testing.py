"""Prepare as scripts/run does, then run the plain, end-to-end and addon tests, several pytest runs at a time."""

import os
import sys
from collections.abc import Sequence

from scripts.lib.home import CHECKOUT, Home, SetupError
from scripts.lib.prepare import STEPS, enter_venv, prepare
from scripts.lib.verdict import verdict

MODULE = "scripts.lib.testing"
USAGE = """usage: scripts/test [pytest arguments]

Without a path all tests run: tests/plain, addons/*/tests, tests/e2e. Paths choose among these; other arguments go to
every pytest that runs. As many run side by side as there are processors, and each prints at its end; a lone one, as for
a single file, has the terminal. $CROSSBORDER_DB_URL names a PostgreSQL server to use instead of the embedded one."""
PHASES = ("plain", "e2e", "addons")


def main(arguments: list[str]) -> int:
    """Run the phases; 0 when all of them passed."""
    if arguments in (["-h"], ["--help"]):
        print(USAGE)
        return 0
    try:
        return _run(Home.default(), arguments)
    except SetupError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _run(home: Home, arguments: list[str]) -> int:
    options, chosen = split_arguments(arguments)
    wanted = {phase: paths for phase in PHASES if (paths := _paths(phase, chosen))}
    progress = enter_venv(home, MODULE, arguments, STEPS + 1, verbose=False)
    server = prepare(home, progress, os.environ.get("CROSSBORDER_DB_URL"))
    from scripts.lib.pytest_runs import Runner  # needs the venv's packages

    with progress.step(f"Tests: {', '.join(wanted)}"):
        codes = Runner(home, server, progress).run(wanted, options)
    return verdict(codes, filtered=bool(options))


def split_arguments(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """pytest's options, and the paths (``path::test`` too) that choose phases."""
    paths = [argument for argument in arguments if _is_path(argument)]
    return [argument for argument in arguments if argument not in paths], paths


def _is_path(argument: str) -> bool:
    return not argument.startswith("-") and (CHECKOUT / argument.split("::")[0]).exists()


def phase_of(path: str) -> str:
    """Which phase runs the tests of a path below the checkout.

    :raise SetupError: none does
    """
    parts = (CHECKOUT / path.split("::")[0]).resolve().relative_to(CHECKOUT).parts
    if parts[:1] == ("addons",):
        return "addons"
    if parts[:2] in (("tests", "plain"), ("tests", "e2e")):
        return parts[1]
    raise SetupError(f"{path} belongs to no phase: choose below tests/plain, tests/e2e or addons")


def _paths(phase: str, chosen: Sequence[str]) -> list[str]:
    """What a phase runs: the chosen paths that are its own, else its folders that hold tests."""
    if chosen:
        return [path for path in chosen if phase_of(path) == phase]
    folders = [CHECKOUT / "tests" / phase] if phase != "addons" else sorted(CHECKOUT.glob("addons/*/tests"))
    return [str(folder.relative_to(CHECKOUT)) for folder in folders if any(folder.rglob("test_*.py"))]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
