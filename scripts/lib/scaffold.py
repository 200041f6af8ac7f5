"""Begin a connector: the skeleton of an addon, its conformance test and its channel of the simulator."""

import argparse
import keyword
import re
import shutil
import sys
from pathlib import Path
from string import Template

from scripts.lib.home import CHECKOUT
from scripts.lib.import_rule import SHARED, SIMULATOR

TEMPLATES = Path(__file__).parent / "templates/connector"
SUFFIX = ".tmpl"
NAME = re.compile(r"[a-z][a-z0-9]{1,15}")
TITLE = re.compile(r"[A-Za-z][\w .-]{0,23}")
_FILLED = re.compile(r'^(msgid ".+"\n)msgstr ".*"$', re.MULTILINE)

NEXT = """\
{count} files for {title}. Next:
  1. tests/plain/{name}/test_conformance.py: fill in the hooks from the top; ./scripts/test tests/plain/{name}
     says which ones are missing.
  2. addons/marketplace_{name}/connector: what the tests ask for. Declare a capability, then add its hooks.
  3. addons/marketplace_{name}/models/account.py, views, i18n: the fields that the seller fills in.
  4. addons/marketplace_simulator/server/channels/{name}: the marketplace's own side.
docs/connector-guide.md leads through all of it."""


class ScaffoldError(ValueError):
    """The name cannot be used; the message says why."""


def main(arguments: list[str], root: Path = CHECKOUT) -> int:
    """Write the skeleton and say what comes next."""
    parser = argparse.ArgumentParser(prog="scripts/new-connector", description=__doc__)
    parser.add_argument("name", metavar="NAME", help="lower case letters and digits, e.g. otto")
    parser.add_argument("--title", help="how people write it, e.g. 'OTTO Market' (by default NAME with a capital)")
    options = parser.parse_args(arguments)
    title = options.title or options.name.capitalize()
    try:
        written = write_skeleton(root, options.name, title)
    except ScaffoldError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for path in written:
        print(path.relative_to(root))
    print(NEXT.format(count=len(written), name=options.name, title=title))
    return 0


def write_skeleton(root: Path, name: str, title: str) -> list[Path]:
    """Write all files of a connector's skeleton; nothing is written if anything is in the way.

    :return: the files
    :raise ScaffoldError: the name or title is no good, or the connector exists
    """
    _check(name, title)
    targets = {
        "addon": root / f"addons/marketplace_{name}",
        "plain": root / f"tests/plain/{name}",
        "simulator": root / f"addons/marketplace_simulator/server/channels/{name}",
    }
    if taken := [target for target in targets.values() if target.exists()]:
        raise ScaffoldError(f"{taken[0].relative_to(root)} exists already")
    words = {"name": name, "title": title, "Class": "".join(re.findall(r"[A-Za-z0-9]+", title))}
    files = {}
    for part, target in targets.items():
        for template in sorted((TEMPLATES / part).rglob(f"*{SUFFIX}")):
            path = target / template.relative_to(TEMPLATES / part).with_suffix("")
            files[path] = Template(template.read_text(encoding="utf-8")).substitute(words)
    chinese = targets["addon"] / "i18n/zh_CN.po"
    files[chinese.with_name(f"marketplace_{name}.pot")] = _FILLED.sub(r'\1msgstr ""', files[chinese])
    return [*_write(files), _copy_icon(root, targets["addon"])]


def _check(name: str, title: str) -> None:
    if not NAME.fullmatch(name) or keyword.iskeyword(name) or name == "none":
        raise ScaffoldError(f"{name!r}: two to 16 lower case letters and digits, a letter first, no word of Python")
    if f"marketplace_{name}" in SHARED | {SIMULATOR}:
        raise ScaffoldError(f"marketplace_{name} is the name of an addon that all marketplaces share")
    if not TITLE.fullmatch(title):
        raise ScaffoldError(f"title {title!r}: at most 24 letters, digits, blanks, dots and hyphens, a letter first")


def _write(files: dict[Path, str]) -> list[Path]:
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(files)


def _copy_icon(root: Path, addon: Path) -> Path:
    icon = addon / "static/description/icon.png"
    icon.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(root / "addons/marketplace/static/description/icon.png", icon)
    return icon


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
