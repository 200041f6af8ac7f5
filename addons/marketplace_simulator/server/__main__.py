"""Command line of the simulator: ``python -m addons.marketplace_simulator.server --help``."""

import argparse
import json
import sys

from werkzeug.serving import WSGIRequestHandler, make_server

from . import depot
from .app import Simulator
from .channels import AMAZON, choose, names
from .faults import InvalidFault
from .spapi import accounts


class Handler(WSGIRequestHandler):
    """Say nothing about requests; the books count them."""

    def make_environ(self):
        """Override of ``werkzeug``, which drops headers with an underscore in their name; Walmart has such."""
        odd = {name: value for name, value in self.headers.items() if "_" in name}
        return super().make_environ() | {f"HTTP_{name.upper().replace('-', '_')}": odd[name] for name in odd}

    def log_request(self, code="-", size="-"):
        """Override of ``werkzeug`` to keep the ready line the last one."""


def main(arguments=None):
    """Serve until interrupted. Print one line when ready."""
    options = _parser().parse_args(arguments)
    replay = (options.replay, options.replay_lines) if options.replay else None
    simulator = Simulator(options.state, options.seed, tuple(options.regions.split(",")), options.speed,
                          _orders(options), options.stock, replay, channels=choose(options.channels))
    for fault in options.faults:
        simulator.faults.arm(fault)
    server = make_server(options.host, options.port, simulator, threaded=True, request_handler=Handler)
    simulator.url = f"http://{options.host}:{server.server_port}"
    if options.rate:
        simulator.start_stream(options.rate)
    tokens = " ".join(f"{region}={accounts.refresh_token(region)}" for region in simulator.world.regions)
    print(f"Simulator ready on {simulator.url} (client id {accounts.CLIENT_ID}, client secret "
          f"{accounts.CLIENT_SECRET}, refresh token {tokens})", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print("Simulator stopped", file=sys.stderr)


def _parser():
    parser = argparse.ArgumentParser(prog="marketplace-simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8971, help="0 takes a free one")
    parser.add_argument("--state", help="SQLite file that keeps the world; without it the world is in memory")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--orders", type=int,
                        help="orders of the last two days to start with (default 200, or none with --replay)")
    parser.add_argument("--stock", type=int, help="starting quantity of every product")
    parser.add_argument("--replay", help="parquet or CSV file of demand: sku, date, country, units")
    parser.add_argument("--replay-lines", type=int, default=5000, help="how many of its last lines to replay")
    parser.add_argument("--rate", type=float, default=0, help="new orders per second")
    parser.add_argument("--speed", type=float, default=1, help="how many times as fast waiting times pass")
    parser.add_argument("--regions", default="eu", help="Amazon's, comma-separated: eu, na, fe")
    parser.add_argument("--channels", default=AMAZON,
                        help=f"comma-separated (default {AMAZON}), all for those that sell: {', '.join(names())}; "
                             f"operators of warehouses: {', '.join(depot.names())}")
    parser.add_argument("--faults", type=_faults, default=[], help="JSON list of faults, as for POST /_sim/faults")
    return parser


def _orders(options):
    if options.orders is not None:
        return options.orders
    return 0 if options.replay else 200


def _faults(text):
    try:
        faults = json.loads(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"not JSON: {error}") from error
    return faults if isinstance(faults, list) else [faults]


if __name__ == "__main__":
    try:
        main()
    except (InvalidFault, ValueError) as problem:
        sys.exit(f"error: {problem}")
