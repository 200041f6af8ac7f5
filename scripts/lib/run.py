"""``scripts/run``: from an empty machine to a running suite."""

import argparse
import sys

from scripts.lib.home import Home, SetupError
from scripts.lib.odoo_server import Odoo
from scripts.lib.prepare import enter_venv, prepare


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(prog="scripts/run", description=__doc__)
    what = result.add_mutually_exclusive_group()
    what.add_argument("--prepare", action="store_true", help="environment, Odoo and PostgreSQL only; print how to use them")
    result.add_argument("--db-url", help="use this PostgreSQL server: postgresql://user:password@host:port/database")
    result.add_argument("--verbose", action="store_true", help="say more")
    return result


def main(arguments: list[str]) -> int:
    options = parser().parse_args(arguments)
    home = Home.default()
    try:
        return run(home, options, arguments)
    except SetupError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def run(home: Home, options: argparse.Namespace, arguments: list[str]) -> int:
    progress = enter_venv(home, "scripts.lib.run", arguments, 3, options.verbose)
    server = prepare(home, progress, options.db_url)
    odoo = Odoo(home, server, "crossborder")
    print(f"python  {home.python}")
    print(f"config  {odoo.write_config()}")
    print(f"db url  {server.url(odoo.database)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
