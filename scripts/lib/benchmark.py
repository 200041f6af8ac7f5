"""Dispatch ``scripts/bench NAME`` to ``scripts/lib/bench/NAME.py``.

A bench is a module with ``add_arguments(parser)`` and ``run(home, server, progress, options) -> dict`` with the keys
``name``, ``ratios``, ``figures``, ``goals`` and ``machine``. It asserts nothing: it measures and tells.
"""

import argparse
import importlib
import json
import os
import sys
from pathlib import Path

from scripts.lib.home import Home, SetupError
from scripts.lib.prepare import STEPS, enter_venv, prepare

MODULE = "scripts.lib.benchmark"
FOLDER = Path(__file__).parent / "bench"


def names() -> list[str]:
    """The benches that there are."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))


def main(arguments: list[str]) -> int:
    """Prepare, run one bench and print its answer."""
    first = argparse.ArgumentParser(prog="scripts/bench", description="Measure the suite against plain Odoo.")
    first.add_argument("name", choices=names(), metavar="NAME", help=", ".join(names()))
    first.add_argument("--json", action="store_true", help="print one JSON object")
    try:
        choice, _ = first.parse_known_args([name for name in arguments if name not in ("-h", "--help")] or ["--help"])
        home = Home.default()
        progress = enter_venv(home, MODULE, arguments, STEPS + 1, verbose=False)
        bench = importlib.import_module(f"scripts.lib.bench.{choice.name}")
        bench.add_arguments(first)
        options = first.parse_args(arguments)
        server = prepare(home, progress, os.environ.get("CROSSBORDER_DB_URL"))
        with progress.step(f"Bench {choice.name}"):
            answer = bench.run(home, server, progress, options)
    except SetupError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(json.dumps(answer) if options.json else _table(answer))
    return 0


def _table(answer: dict) -> str:
    lines = [f"{answer['name']} on {answer['machine']}"]
    for part in ("ratios", "figures", "goals"):
        lines += [f"  {part}", *(f"    {key:40} {value}" for key, value in answer[part].items())]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
