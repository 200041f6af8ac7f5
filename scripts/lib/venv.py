"""Step 1: the virtual environment with the pinned requirements, made with nothing but the standard library."""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.lib import apt
from scripts.lib.home import CHECKOUT, Home, SetupError
from scripts.lib.progress import Progress
from scripts.lib.shell import output_of, run_logged

REQUIREMENTS = CHECKOUT / "requirements.txt"
OLDEST, NEWEST = (3, 10), (3, 13)


def supported_python() -> str:
    """A Python that Odoo 19.0 runs on: the running one if it will do, else the newest on the PATH.

    :raise SetupError: there is none
    """
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return sys.executable
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found and subprocess.run([found, "-c", ""], capture_output=True).returncode == 0:
            return found
    raise SetupError("Odoo 19.0 needs Python 3.10 to 3.13; none is on the PATH")


def ensure_venv(home: Home, progress: Progress) -> None:
    """Make ``home.venv`` agree with ``requirements.txt``; a no-op when it already does."""
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    stamp = home.venv / "requirements.sha256"
    if stamp.exists() and stamp.read_text() == wanted and _works(home.python):
        return
    log = home.log / "venv.log"
    if not _works(home.python):
        _create(home, log, progress)
    _install(home, log, progress)
    stamp.write_text(wanted)


def _works(python: Path) -> bool:
    return python.exists() and subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode == 0


def _create(home: Home, log: Path, progress: Progress) -> None:
    base = supported_python()
    shutil.rmtree(home.venv, ignore_errors=True)
    has_pip = subprocess.run([base, "-c", "import ensurepip, venv"], capture_output=True).returncode == 0
    progress.note(f"creating it with {base}")
    run_logged([base, "-m", "venv", *([] if has_pip else ["--without-pip"]), str(home.venv)], log)
    if not has_pip:
        _install_pip(home, log, progress)


def _install_pip(home: Home, log: Path, progress: Progress) -> None:
    """Debian's Python comes without ensurepip: run pip from the wheel in Debian's package of it."""
    if not apt.available():
        raise SetupError(f"{home.python} has no pip and this machine no apt; install the Python venv module")
    private = apt.PrivateApt(home.apt, log, progress)
    private.update()
    folder = home.root / "pip-wheel"
    apt.unpack(private.download("python3-pip-whl", [private.suite, "sid"]), folder)
    wheel = next(folder.glob("usr/share/python-wheels/pip-*.whl"))
    run_logged([str(home.python), str(wheel / "pip"), "install", "--no-index", str(wheel)], log)
    shutil.rmtree(folder)


def _install(home: Home, log: Path, progress: Progress) -> None:
    total = len(re.findall(r"^\w", REQUIREMENTS.read_text(), re.MULTILINE))
    seen = 0

    def on_line(line: str) -> None:
        nonlocal seen
        if line.startswith(("Collecting", "Requirement already", "Ignoring")):
            seen += 1
            progress.bar(seen, total, line.split()[1])
        elif line.startswith("Installing collected"):
            progress.bar(total, total, "installing")

    # Python compiles what is imported when it is; most of it never is.
    options = ["--no-deps", "--no-compile", "--no-color", "--disable-pip-version-check"]
    command = [str(home.python), "-m", "pip", "install", *options, "--requirement", str(REQUIREMENTS)]
    run_logged(command, log, on_line)


def site_packages(home: Home) -> Path:
    """The venv's ``site-packages`` folder."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return Path(output_of([str(home.python), "-c", code]).strip())
