"""Prepare as scripts/run does, then run the plain, addon and end-to-end tests, each as a pytest run of its own."""

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from scripts.lib.home import CHECKOUT, Home, SetupError
from scripts.lib.prepare import STEPS, enter_venv, prepare
from scripts.lib.progress import Progress

MODULE = "scripts.lib.testing"
USAGE = """usage: scripts/test [pytest arguments]

Without a path all tests run: tests/plain, addons/*/tests, tests/e2e. Paths choose among these; other arguments go to
every pytest that runs. $CROSSBORDER_DB_URL names a PostgreSQL server to use instead of the embedded one."""
PASSED, NOTHING_COLLECTED = 0, 5
# Each costs about a gigabyte.
MOST_DATABASES = 4


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
    phases = {"plain": _plain, "addons": _addons, "e2e": _end_to_end}
    wanted = {name: paths for name in phases if (paths := _paths(name, chosen))}
    progress = enter_venv(home, MODULE, arguments, STEPS + len(wanted), verbose=False)
    server = prepare(home, progress, os.environ.get("CROSSBORDER_DB_URL"))
    codes = {name: phases[name](home, server, progress, [*options, *paths]) for name, paths in wanted.items()}
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


def verdict(codes: dict[str, int], filtered: bool) -> int:
    """The command's exit code: the first failure. A filter may leave a phase without tests, but not all of them."""
    if filtered and any(code == PASSED for code in codes.values()):
        codes = {name: PASSED if code == NOTHING_COLLECTED else code for name, code in codes.items()}
    return next((code for code in codes.values() if code), PASSED if codes else NOTHING_COLLECTED)


def _pytest(home: Home, arguments: Sequence[str], environment: dict[str, str] | None = None) -> int:
    command = [str(home.python), "-m", "pytest", *arguments]
    return subprocess.run(command, cwd=CHECKOUT, env=os.environ | (environment or {})).returncode


def _plain(home: Home, server, progress: Progress, arguments: list[str]) -> int:
    with progress.step("Plain tests, without a database"):
        return _pytest(home, arguments)


def _addons(home: Home, server, progress: Progress, arguments: list[str]) -> int:
    """Run the addons' tests in as many databases at once as there are processors, each with a share of the files."""
    from scripts.lib.database import Databases

    options, paths = split_arguments(arguments)
    shares = share_out(paths, min(os.cpu_count() or 1, MOST_DATABASES))
    if not shares:
        return NOTHING_COLLECTED
    databases = Databases(home, server, progress)
    with (
        progress.step(f"Addon tests, in {len(shares)} clones of the template database"),
        ExitStack() as stack,
        ThreadPoolExecutor(len(shares)) as pool,
    ):
        names = [stack.enter_context(databases.scratch(f"addons-{number}")) for number in range(len(shares))]
        runs = [
            pool.submit(_addons_in, home, server, name, [*options, *share])
            for name, share in zip(names, shares, strict=True)
        ]
        return _first_failure([run.result() for run in runs])


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


def _addons_in(home: Home, server, database: str, arguments: list[str]) -> int:
    """Run tests in a database of their own. What they print comes at their end, in one piece."""
    from scripts.lib.odoo_server import Odoo
    from scripts.lib.postgres import free_port

    odoo = Odoo(home, server, database, name=f"test-{database}", http_port=free_port(), gevent_port=free_port())
    config = odoo.write_config()
    plugin = ["-p", "pytest_odoo", "--odoo-http", f"--odoo-config={config}", f"--odoo-database={database}"]
    command = [str(home.python), "-m", "pytest", *plugin, *arguments]
    try:
        run = subprocess.run(
            command,
            cwd=CHECKOUT,
            env=os.environ | server.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    finally:
        config.unlink()
    sys.stdout.write(run.stdout.decode(errors="replace"))
    sys.stdout.flush()
    return run.returncode


def _first_failure(codes: Sequence[int]) -> int:
    """Of several runs: a failure, else passed, else that no test was found."""
    failed = [code for code in codes if code not in (PASSED, NOTHING_COLLECTED)]
    return failed[0] if failed else min(codes, default=NOTHING_COLLECTED)


def _end_to_end(home: Home, server, progress: Progress, arguments: list[str]) -> int:
    from scripts.lib.browser import ensure_browser

    with progress.step("End-to-end tests, with a server and a browser"):
        browser = ensure_browser(home, progress)
        progress.note(f"browser: {browser or 'none can be had; its tests are skipped'}")
        environment = {"CROSSBORDER_DB_URL": server.url("")} | ({"CHROMIUM": browser} if browser else {})
        return _pytest(home, arguments, environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
