"""What no tracked file may hold: addresses of package registries, paths of one machine, Python files beyond a size."""

import re
from collections.abc import Iterator
from pathlib import Path

from scripts.lib.shell import output_of

LONGEST = 500  # lines of a Python file
# Written in pieces, so that this file does not accuse itself.
REGISTRIES = ("pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org", "deb.debian" + ".org")
REGISTRIES += ("security.debian" + ".org", "snapshot.debian" + ".org")
MACHINE_PATH = re.compile(r"(?<![\w.}/-])/(?:home/\w|root/|Users/\w|work/|tmp/\w)")


def tracked(root: Path) -> list[Path]:
    """Files that git knows or would add, that exist."""
    names = output_of(["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard"]).splitlines()
    return [root / name for name in names if (root / name).is_file()]


def violations(root: Path) -> list[str]:
    """Offences as ``path:line: what is wrong``."""
    found = []
    for path in tracked(root):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        found += [f"{path.relative_to(root)}:{line}: {wrong}" for line, wrong in offences(path.suffix, text)]
    return found


def offences(suffix: str, text: str) -> Iterator[tuple[int, str]]:
    """Line number and offence for each offence of one file's text."""
    lines = text.splitlines()
    if suffix == ".py" and len(lines) > LONGEST:
        yield len(lines), f"{len(lines)} lines; split it ({LONGEST} at most)"
    for number, line in enumerate(lines, 1):
        for host in REGISTRIES:
            if host in line:
                yield number, f"names the package registry {host}"
        if MACHINE_PATH.search(line):
            yield number, "names a path of one machine"
