"""From an empty machine to a running suite: environment, Odoo, PostgreSQL, database, simulator, server."""

import argparse
import json
import sys
from contextlib import ExitStack
from pathlib import Path

from scripts.lib.home import Home, SetupError
from scripts.lib.prepare import STEPS, enter_venv, inside_venv, prepare, start_over
from scripts.lib.progress import Progress

MODULE = "scripts.lib.run"
AMAZON = "amazon"
# Where Amazon's sellers advertise: no sales channel, but there with them.
ADVERTISING = "amazon_ads"


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(prog="scripts/run", description=__doc__, epilog="State: $CROSSBORDER_HOME.")
    what = result.add_mutually_exclusive_group()
    what.add_argument("--once", action="store_true", help="do the main job end to end, print what was counted, exit")
    what.add_argument("--status", action="store_true", help="say what runs; exit 0 when all of it is healthy")
    what.add_argument("--stop", action="store_true", help="stop Odoo, the simulator and PostgreSQL")
    what.add_argument("--prepare", action="store_true", help="only environment, Odoo and PostgreSQL; say where")
    result.add_argument("--reset", action="store_true", help="first throw away the database and the simulator's world")
    result.add_argument("--json", action="store_true", help="print the answer as one JSON object")
    result.add_argument("--port", type=int, help="Odoo's port (8069, or a free one)")
    result.add_argument("--simulator-port", type=int, help="the simulator's port (8971, or a free one)")
    result.add_argument("--workers", type=int, default=0, help="Odoo processes; 0: one process with threads")
    result.add_argument("--no-demo", dest="demo", action="store_false", help="no simulator and no training shop")
    result.add_argument(
        "--channels",
        help="sales channels of the simulator: amazon,shopify,… or all (default: those of last time, else amazon); "
        "--once with others than amazon does its job in a storm of faults, and leaves out the supply chain",
    )
    result.add_argument("--replay", metavar="FILE", help="let the simulator replay demand: CSV or parquet")
    result.add_argument("--db-url", help="this PostgreSQL server: postgresql://user:password@host:port/database")
    result.add_argument("--verbose", action="store_true", help="say more, and show tracebacks")
    return result


def main(arguments: list[str]) -> int:
    """Run the command; 0 is success."""
    options = parser().parse_args(arguments)
    try:
        return _run(Home.default(), options, arguments)
    except SetupError as error:
        if options.verbose:
            raise
        print(f"error: {error}", file=sys.stderr)
        return 1


def _run(home: Home, options: argparse.Namespace, arguments: list[str]) -> int:
    if options.stop or options.status:
        return _about_services(home, options, arguments)
    steps = STEPS if options.prepare else STEPS + 2
    progress = enter_venv(home, MODULE, arguments, steps, options.verbose)
    db_url = options.db_url or home.state().get("db_url")
    server = prepare(home, progress, db_url)
    home.remember(db_url=db_url)
    if options.prepare:
        return _tell_environment(home, server, options.json)
    return _serve(home, server, progress, options)


def _about_services(home: Home, options: argparse.Namespace, arguments: list[str]) -> int:
    if not home.python.exists():
        print(f"nothing is installed in {home.root}", file=sys.stderr)
        return 0 if options.stop else 3
    if not inside_venv(home):
        start_over(home, MODULE, arguments)
    return _stop(home) if options.stop else _status(home, options.json)


def _serve(home: Home, server, progress: Progress, options: argparse.Namespace) -> int:
    from scripts.lib.database import Databases
    from scripts.lib.services import ORDER_STREAM, SIMULATOR, Wishes, reset, start_all

    if options.reset:
        reset(home, server, Databases(home, server, progress))
    replay = ["--replay", str(_existing(options.replay))] if options.replay else []
    if options.once:
        return _once(home, server, progress, replay, options.channels or AMAZON, options.json)
    channels = options.channels or home.state().get("channels") or AMAZON
    home.remember(channels=channels)
    wishes = Wishes(
        port=options.port,
        simulator_port=options.simulator_port,
        workers=options.workers,
        demo=options.demo,
        simulator_arguments=[*SIMULATOR, "--channels", f"{channels},{ADVERTISING}", *(replay or ORDER_STREAM)],
    )
    context = start_all(home, server, progress, wishes)
    answer = {"url": context.odoo.url, "login": context.login, "password": context.password}
    answer |= {"simulator": context.simulator_url, "database": context.odoo.database, "state": str(home.root)}
    _print(answer, options.json)
    return 0


def _existing(name: str) -> Path:
    path = Path(name).absolute()
    if not path.is_file():
        raise SetupError(f"there is no file {path}")
    return path


def _once(home: Home, server, progress: Progress, replay: list[str], channels: str, as_json: bool) -> int:
    """On a database and a simulator of its own, so that it neither disturbs nor depends on what runs."""
    from scripts.lib.once import ORDERS, SIMULATOR, run_once
    from scripts.lib.once_counts import print_table
    from scripts.lib.once_supply import WORLD
    from scripts.lib.services import scratch_services

    storm = channels != AMAZON

    with ExitStack() as stack:
        with progress.step("Database, simulator and Odoo for one run"):
            arguments = [*SIMULATOR, *(("--channels", channels) if storm else WORLD), *(replay or ORDERS)]
            context = stack.enter_context(scratch_services(home, server, progress, arguments))
        with progress.step("The main job, end to end"):
            answer = run_once(context, storm)
    if as_json:
        print(json.dumps(answer))
    else:
        print_table(answer)
    return 0 if answer["ok"] else 1


def _status(home: Home, as_json: bool) -> int:
    from scripts.lib.services import status

    services = status(home)
    if as_json:
        print(json.dumps(services))
    else:
        for name, service in services.items():
            condition = "healthy" if service["healthy"] else "not healthy" if service["running"] else "stopped"
            print(f"{name:10} {condition:12} {service['url'] if service['running'] else ''}")
    return 0 if all(service["healthy"] for service in services.values()) else 3


def _stop(home: Home) -> int:
    from scripts.lib.services import stop_all

    stopped = stop_all(home)
    print(f"stopped {', '.join(stopped)}" if stopped else "nothing was running")
    return 0


def _tell_environment(home: Home, server, as_json: bool) -> int:
    from scripts.lib.odoo_server import Odoo

    odoo = Odoo(home, server, server.database or "crossborder")
    config = odoo.write_config()
    _print({"python": str(home.python), "config": str(config), "db_url": server.url(odoo.database)}, as_json)
    return 0


def _print(answer: dict, as_json: bool) -> None:
    if as_json:
        print(json.dumps(answer))
    else:
        for name, value in answer.items():
            print(f"{name:10} {value}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
