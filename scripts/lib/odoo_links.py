"""Debian's Odoo package links fonts and scripts to other packages' files; put the real files in their place."""

import os
import re
import shutil
import tarfile
import tempfile
from pathlib import Path

from scripts.lib import apt
from scripts.lib.home import SetupError
from scripts.lib.progress import Progress
from scripts.lib.shell import output_of

FONT_AWESOME = "4.7.0"
FONT_SIGNATURES = {".woff2": b"wOF2", ".woff": b"wOFF", ".ttf": b"\x00\x01\x00\x00", ".otf": b"OTTO"}


def dangling_links(folder: Path) -> list[Path]:
    """Symbolic links below ``folder`` whose target does not exist."""
    paths = (Path(where) / name for where, folders, files in os.walk(folder) for name in (*folders, *files))
    return sorted(path for path in paths if path.is_symlink() and not path.exists())


def resolve_links(odoo: Path, root: Path, package: Path, private: apt.PrivateApt, progress: Progress) -> None:
    """Replace every dangling link below ``odoo`` by the file it means.

    :param odoo: the unpacked ``odoo`` package
    :param root: where the Debian package was unpacked; its links are relative to that
    :param package: the Debian package, whose dependencies own the targets
    :raise SetupError: a target is in none of the dependencies
    """
    broken = dangling_links(odoo)
    progress.note(f"{len(broken)} links to fonts and scripts of other packages")
    with tempfile.TemporaryDirectory() as name:
        shared = Path(name)
        _unpack_owners(shared, package, private, progress)
        for link in broken:
            target = Path(os.path.normpath(link.parent / os.readlink(link))).relative_to(root)
            _replace(link, _meant_file(shared / target, link))


def _unpack_owners(shared: Path, package: Path, private: apt.PrivateApt, progress: Progress) -> None:
    """Unpack the font and script packages that the Odoo package depends on, of the machine's own suite if it can."""
    for dependency in apt.field(package, "Depends").split(","):
        name = dependency.strip()
        if not re.fullmatch(r"(fonts|libjs)-[\w+.-]+", name):
            continue
        deb = private.download(name, [private.suite, "sid"])
        if name == "fonts-font-awesome" and "4.7.0" not in apt.field(deb, "Version"):
            progress.note(f"Debian's Font Awesome is not {FONT_AWESOME}; taking it from npm")
            _unpack_font_awesome(shared / "usr/share/fonts-font-awesome")
        else:
            apt.unpack(deb, shared)


def _unpack_font_awesome(target: Path) -> None:
    if not shutil.which("npm"):
        raise SetupError(f"Font Awesome {FONT_AWESOME} is neither in Debian nor is npm here to fetch it")
    with tempfile.TemporaryDirectory() as folder:
        output_of(["npm", "pack", "--silent", "--pack-destination", folder, f"font-awesome@{FONT_AWESOME}"])
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            archive.extractall(folder, filter="data")
        shutil.copytree(Path(folder) / "package/fonts", target / "fonts")


def _meant_file(target: Path, link: Path) -> Path:
    """The file behind a link.

    Debian crosses some names (``x.woff`` links to ``x.woff2``): browsers want the format that the name says, so a
    neighbour with the link's own name wins.
    """
    neighbour = target.with_name(link.name)
    found = neighbour if neighbour.exists() else target
    if not found.exists():
        raise SetupError(f"{link} links to {target.name}, which none of the packages holds")
    signature = FONT_SIGNATURES.get(link.suffix)
    if signature and not found.read_bytes().startswith(signature):
        raise SetupError(f"{found} is no {link.suffix} font; {link} would not load")
    return found


def _replace(link: Path, source: Path) -> None:
    link.unlink()
    shutil.copyfile(source, link)
