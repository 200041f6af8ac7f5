"""What every command needs first: the virtual environment, Odoo's source and a PostgreSQL server."""

import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

from scripts.lib.home import CHECKOUT, Home
from scripts.lib.odoo_source import ensure_odoo, find_or_fetch
from scripts.lib.postgres import Server, ensure_postgres
from scripts.lib.progress import Progress
from scripts.lib.venv import ensure_venv
from scripts.lib.wkhtmltopdf import ensure_wkhtmltopdf

STEPS = 3


def inside_venv(home: Home) -> bool:
    """Whether this process runs under the home's own Python."""
    return Path(sys.prefix) == home.venv


def start_over(home: Home, module: str, arguments: Sequence[str]) -> NoReturn:
    """Replace this process by ``module`` under the venv's Python."""
    os.execve(home.python, [str(home.python), "-m", module, *arguments], clean_environment(home))


def clean_environment(home: Home) -> dict[str, str]:
    """The environment of what runs in the venv. Without libpq's variables: Odoo would take them for its own database's
    before its configuration file, and work on another server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"PYTHONPATH": str(CHECKOUT), "CROSSBORDER_HOME": str(home.root)}


def enter_venv(
    home: Home, module: str, arguments: Sequence[str], steps: int, verbose: bool, with_odoo: bool = True
) -> Progress:
    """Step 1, then start over under the venv's Python.

    :param steps: how many steps the whole command has
    :param with_odoo: fetch Odoo's source at the same time, for :func:`prepare`
    :return: the command's progress, once this process is the venv's
    """
    if inside_venv(home):
        return Progress(steps, verbose, done=1)
    progress = Progress(steps, verbose)
    with (
        progress.step(f"Virtual environment in {home.venv}"),
        home.locked("prepare"),
        ThreadPoolExecutor(1) as pool,
    ):
        fetching = pool.submit(find_or_fetch, home, Progress(0, silent=True)) if with_odoo else None
        ensure_venv(home, progress)
        if fetching:
            fetching.result()
    start_over(home, module, arguments)


def prepare(home: Home, progress: Progress, db_url: str | None = None) -> Server:
    """Steps 2 and 3, inside the venv."""
    with home.locked("prepare"):
        with progress.step("Odoo 19.0 Community"):
            ensure_odoo(home, progress)
            ensure_wkhtmltopdf(home, progress)
        with progress.step("PostgreSQL"):
            server = ensure_postgres(home, db_url)
            progress.note(f"at {server.host}:{server.port}, user {server.user}")
    return server
