"""Check the code: ruff, pylint-odoo, the import rule, and what tracked files hold."""

import argparse
import subprocess
import sys

from scripts.lib import import_rule, tracked_files
from scripts.lib.home import CHECKOUT, Home, SetupError
from scripts.lib.prepare import enter_venv

MODULE = "scripts.lib.lint"
# docs/ replaces a README per addon, files are cut by topic rather than by class, and the simulator's command prints.
NOT_OURS = ("missing-readme", "consider-merging-classes-inherited", "print-used")


def main(arguments: list[str]) -> int:
    """Run every check; 0 when none found anything."""
    parser = argparse.ArgumentParser(prog="scripts/lint", description=__doc__)
    parser.add_argument("--fix", action="store_true", help="let ruff repair what it can")
    options = parser.parse_args(arguments)
    home = Home.default()
    checks = {
        "ruff": lambda: _tool(home, "ruff", "check", *(["--fix"] if options.fix else []), "."),
        "pylint-odoo": lambda: _pylint(home),
        "import rule": lambda: _report(import_rule.violations(CHECKOUT)),
        "tracked files": lambda: _report(tracked_files.violations(CHECKOUT)),
    }
    try:
        progress = enter_venv(home, MODULE, arguments, 1 + len(checks), verbose=False, with_odoo=False)
        failed = []
        for name, check in checks.items():
            with progress.step(name):
                if not check():
                    failed.append(name)
    except SetupError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"lint: {', '.join(failed)} failed" if failed else "lint: all clean")
    return 1 if failed else 0


def _tool(home: Home, name: str, *arguments: str) -> bool:
    return subprocess.run([home.venv / "bin" / name, *arguments], cwd=CHECKOUT).returncode == 0


def _pylint(home: Home) -> bool:
    addons = sorted(str(path.parent) for path in (CHECKOUT / "addons").glob("*/__manifest__.py"))
    options = ["--rcfile", str(CHECKOUT / "config/pylintrc"), "--disable", ",".join(NOT_OURS)]
    return not addons or _tool(home, "pylint", *options, *addons)


def _report(violations: list[str]) -> bool:
    for violation in violations:
        print(violation)
    return not violations


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
