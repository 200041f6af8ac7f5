"""The program that Odoo prints PDF files with, from Debian's package and installed nowhere.

Without it Odoo shows its reports as HTML.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

from scripts.lib import apt
from scripts.lib.home import Home, SetupError
from scripts.lib.progress import Progress

WRAPPER = """#!/bin/sh
root="{root}"
libraries="$root/usr/lib:$(echo "$root"/usr/lib/*-linux-*):$(echo "$root"/lib/*-linux-*)"
export LD_LIBRARY_PATH="$libraries${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"
export QT_PLUGIN_PATH="$(echo "$root"/usr/lib/*-linux-*/qt5/plugins)" QT_QPA_PLATFORM=offscreen
exec "$root/usr/bin/wkhtmltopdf" "$@"
"""


def ensure_wkhtmltopdf(home: Home, progress: Progress) -> None:
    """Put ``wkhtmltopdf`` into ``home.programs``, Odoo's ``bin_path`` unless the machine has it; say where it fails.

    What failed is not tried again until that folder is removed.
    """
    wrapper = home.programs / "wkhtmltopdf"
    if shutil.which("wkhtmltopdf") or home.programs.exists():
        return
    home.programs.mkdir()
    try:
        _unpack(home, wrapper, progress)
    except SetupError as error:
        wrapper.unlink(missing_ok=True)
        progress.note(f"reports come as HTML, not PDF: {str(error).splitlines()[0]}")


def _unpack(home: Home, wrapper: Path, progress: Progress) -> None:
    if not apt.available():
        raise SetupError("this machine has no apt to get wkhtmltopdf from")
    progress.note("fetching wkhtmltopdf, which prints PDF files")
    private = apt.PrivateApt(home.apt, home.log / "wkhtmltopdf.log", progress)
    private.update()
    root = home.root / "wkhtmltopdf"
    with tempfile.TemporaryDirectory() as folder:
        for package in private.download_missing("wkhtmltopdf", Path(folder)):
            apt.unpack(package, root)
    wrapper.write_text(WRAPPER.format(root=root))
    wrapper.chmod(0o755)
    check = subprocess.run([wrapper, "--version"], capture_output=True, text=True)
    if check.returncode:
        raise SetupError(f"wkhtmltopdf does not start: {check.stderr.strip()}")
