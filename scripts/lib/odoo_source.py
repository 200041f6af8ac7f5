"""Step 2: Odoo 19.0 Community's source, found or fetched, and made importable in the venv."""

import os
import re
import shutil
import sys
from pathlib import Path

from scripts.lib import apt
from scripts.lib.home import ADDONS, Home, SetupError
from scripts.lib.odoo_links import dangling_links, resolve_links
from scripts.lib.progress import Progress
from scripts.lib.shell import output_of, run_logged
from scripts.lib.venv import site_packages

REPOSITORY = "https://github.com/odoo/odoo"
SERIES = "19.0"
# A file of its own: with workers, Odoo starts its websocket process by running the same file once more.
LAUNCHER = """import odoo.cli

if __name__ == "__main__":
    odoo.cli.main()
"""


def ensure_odoo(home: Home, progress: Progress) -> None:
    """Find or fetch Odoo, show only its ``odoo`` package to the venv, and check that no link in it dangles.

    :raise SetupError: no source could be had, or a link dangles
    """
    source = find_or_fetch(home, progress)
    progress.note(f"Odoo {SERIES} from {source}")
    _show(home, source)
    broken = dangling_links(source / "odoo")
    if broken:
        raise SetupError("Odoo's source has links to missing files:\n" + "\n".join(map(str, broken)))


def find_or_fetch(home: Home, progress: Progress) -> Path:
    """The folder that holds Odoo's ``odoo`` package; it needs no virtual environment.

    :raise SetupError: no source could be had
    """
    return _given() or _fetched(home) or _fetch(home, progress)


def addons_path(home: Home) -> list[Path]:
    """Folders for Odoo's ``addons_path``: a clone's standard addons, and the suite's own."""
    source = (home.odoo / "site/odoo").resolve().parent
    standard = source / "addons"
    folders = [standard] if (standard / "web/__manifest__.py").exists() else []
    return folders + ([ADDONS] if any(ADDONS.glob("*/__manifest__.py")) else [])


def version(source: Path) -> str:
    """``"19.0"`` for a folder that holds an ``odoo`` package of that series, ``""`` where there is none."""
    release = source / "odoo/release.py"
    if not release.is_file():
        return ""
    found = re.search(r"^version_info = \((\d+), (\d+)", release.read_text(), re.MULTILINE)
    return ".".join(found.groups()) if found else ""


def _given() -> Path | None:
    """``$ODOO_HOME``, or an Odoo that the running Python imports outside our own venv."""
    chosen = os.environ.get("ODOO_HOME")
    if chosen:
        source = Path(chosen).expanduser().absolute()
        if version(source) != SERIES:
            raise SetupError(f"ODOO_HOME={source} holds no Odoo {SERIES} (looked for odoo/release.py)")
        return source
    machine = [Path(entry) for entry in _machine_path() if entry]
    return next((source for source in machine if version(source) == SERIES), None)


def _machine_path() -> list[str]:
    """The import path of the Python that the venv was made from."""
    if sys.prefix == sys.base_prefix:
        return sys.path
    base = Path(sys._base_executable)
    code = "import sys; print('\\n'.join(sys.path))"
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return output_of([base, "-c", code], env=env).splitlines()


def _fetched(home: Home) -> Path | None:
    """What an earlier run fetched."""
    sources = (home.odoo / "debian/usr/lib/python3/dist-packages", home.odoo / "clone")
    return next((source for source in sources if version(source) == SERIES and _complete(source).exists()), None)


def _complete(source: Path) -> Path:
    """Marks a fetched source as whole, so that an interrupted download is begun again."""
    return source / ".complete"


def _fetch(home: Home, progress: Progress) -> Path:
    log = home.log / "odoo-source.log"
    reasons = []
    if apt.available():
        try:
            return _from_debian(home, log, progress)
        except SetupError as error:
            reasons.append(f"Debian's package: {error}")
            progress.note("Debian's package cannot be had; cloning instead")
    try:
        return _from_git(home, log, progress)
    except SetupError as error:
        reasons.append(f"git clone: {error}")
    raise SetupError("no Odoo source could be had; set ODOO_HOME to a checkout of 19.0\n" + "\n".join(reasons))


def _from_debian(home: Home, log: Path, progress: Progress) -> Path:
    private = apt.PrivateApt(home.apt, log, progress)
    private.update()
    package = private.download("odoo-19", ["sid"])
    root = home.odoo / "debian"
    shutil.rmtree(root, ignore_errors=True)
    progress.note(f"unpacking {package.name}")
    apt.unpack(package, root)
    source = root / "usr/lib/python3/dist-packages"
    if version(source) != SERIES:
        raise SetupError(f"{package.name} holds Odoo {version(source) or 'nothing'}, not {SERIES}")
    resolve_links(source / "odoo", root, package, private, progress)
    for name in ("addons", "doc", "setup"):  # incomplete copies; odoo/addons is whole
        shutil.rmtree(source / name, ignore_errors=True)
    _complete(source).touch()
    return source


def _from_git(home: Home, log: Path, progress: Progress) -> Path:
    if not shutil.which("git"):
        raise SetupError("git is not installed")
    source = home.odoo / "clone"
    shutil.rmtree(source, ignore_errors=True)

    def on_line(line: str) -> None:
        found = re.search(r"Receiving objects: +(\d+)%", line)
        if found:
            progress.bar(int(found.group(1)), 100, "git clone")

    command = ["git", "clone", "--progress", "--depth", "1", "--branch", SERIES, REPOSITORY, str(source)]
    run_logged(command, log, on_line)
    _complete(source).touch()
    return source


def _show(home: Home, source: Path) -> None:
    """Link only ``odoo`` and its metadata into one folder and put that on the venv's path.

    The source's other top-level folders (``addons``, ``setup``) must not become importable: the checkout's own
    namespace package is called ``addons``.
    """
    site = home.odoo / "site"
    site.mkdir(parents=True, exist_ok=True)
    for old in site.iterdir():
        old.unlink()
    for path in (source / "odoo", *source.glob("odoo-*.egg-info")):
        (site / path.name).symlink_to(path)
    (site_packages(home) / "crossborder-odoo.pth").write_text(f"{site}\n")
    home.odoo_script.write_text(f"#!{home.python}\n{LAUNCHER}")
    home.odoo_script.chmod(0o755)
