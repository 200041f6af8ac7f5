"""Parsing: orders per CPU second of every connector, and that against ``json.loads`` of the same orders.

The orders are those that the simulator shows: each connector, found by its being installed, fetches them itself.
"""

import argparse
import json
import threading
import time
from collections.abc import Callable

from scripts.lib.bench._measure import machine, median
from scripts.lib.bench._odoo import environment, scratch_database

# Time in the simulator passes so much faster that no limit of a marketplace makes the bench wait.
SPEED = 1000
PATIENCE = 120
SMALLEST = 0.05  # CPU seconds of one measurement, so that the clock's steps do not matter


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=7, help="interleaved runs whose median counts (7)")
    parser.add_argument("--orders", type=int, default=2000, help="orders, shared by all channels (2000)")


def run(home, server, progress, options) -> dict:
    with scratch_database(home, server, progress) as database, environment(*database) as env:
        return measure(env, progress, options)


def measure(env, progress, options) -> dict:
    """The bench itself, in an Odoo environment with the connectors to be measured."""
    with _simulator(options.orders) as url:
        fetched = dict(_fetch_of_each(env, url))
    ratios, figures = {}, {}
    for provider, (parsers, texts) in fetched.items():
        parse, load = _compare(parsers, texts, options.rounds)
        ratios[f"{provider}_times_json"] = median(ours / plain for ours, plain in zip(parse, load, strict=True))
        figures[f"{provider}_orders_per_cpu_second"] = round(1 / median(parse, 9))
        figures[f"{provider}_orders"] = len(texts)
        figures[f"{provider}_bytes_per_order"] = round(sum(map(len, texts)) / len(texts))
        progress.note(f"{provider}: {figures[f'{provider}_orders_per_cpu_second']} orders per CPU second")
    return {"name": "parse", "ratios": ratios, "figures": figures, "goals": {}, "machine": machine()}


class _simulator:
    """A simulator of all channels in this process; its address is what the block gets."""

    def __init__(self, orders: int):
        from werkzeug.serving import make_server

        from addons.marketplace_simulator.server.__main__ import Handler
        from addons.marketplace_simulator.server.app import Simulator
        from addons.marketplace_simulator.server.channels import names

        simulator = Simulator(regions=("eu", "na", "fe"), speed=SPEED, orders=orders, channels=names())
        self._server = make_server("127.0.0.1", 0, simulator, threaded=True, request_handler=Handler)
        simulator.url = self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> str:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self.url

    def __exit__(self, *_failure) -> None:
        self._server.shutdown()


def _fetch_of_each(env, url: str):
    """``(provider, ([parse function of each order], [its JSON text]))`` of every channel, by training accounts."""
    setup = env["marketplace.simulator.setup"]
    for provider, access in setup._get_channels(url).items():
        parsers, texts = [], []
        for training in setup._get_accounts(provider, access):
            account = setup._ensure_account(provider, training)
            setup._authorise(account, training)
            connector = account._get_connector()
            found = [json.dumps(payload) for payload in _fetch(connector)]
            parsers += [connector.parse_order] * len(found)
            texts += found
        yield provider, (parsers, texts)


def _fetch(connector) -> list[dict]:
    """Every order that a connector may see, once."""
    from datetime import datetime, timedelta, timezone

    from odoo.addons.marketplace.contract import NotReady, RateLimited, Unavailable

    shops = [shop.external_id for shop in connector.fetch_shops()]
    since, token, payloads = datetime.now(timezone.utc) - timedelta(days=10), "", {}
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            page = connector.fetch_orders(shops, since, token=token)
        except NotReady as pending:
            token = pending.handle
        except (RateLimited, Unavailable):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            payloads.update({(record.shop_id, record.external_id): record.payload for record in page.records})
            token = page.next_token
            if not token:
                return list(payloads.values())


def _compare(parsers: list[Callable], texts: list[str], rounds: int) -> tuple[list[float], list[float]]:
    """CPU seconds per order of our parsing and of ``json.loads``, round by round, after a warm-up."""
    work = [(parse, json.loads(text)) for parse, text in zip(parsers, texts, strict=True)]

    def ours():
        for parse, payload in work:
            parse(payload)

    def plain():
        for text in texts:
            json.loads(text)

    _cost(ours), _cost(plain)
    measured = [(_cost(ours), _cost(plain)) for _round in range(rounds)]
    return [first / len(texts) for first, _second in measured], [second / len(texts) for _first, second in measured]


def _cost(function: Callable) -> float:
    """CPU seconds of this thread for one run, of as many as it takes to measure them."""
    runs, began = 0, time.thread_time()
    while (spent := time.thread_time() - began) < SMALLEST:
        function()
        runs += 1
    return spent / runs
