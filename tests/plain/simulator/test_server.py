"""The server as a process: command line, parallel clients, survival of a kill, replay of a demand file."""

import csv
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Thread
from urllib.request import Request, urlopen

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Request as Received

from addons.marketplace_simulator.server.__main__ import Handler
from addons.marketplace_simulator.server.app import Simulator
from addons.marketplace_simulator.server.spapi import accounts
from addons.marketplace_simulator.server.world.books import books, order_list
from addons.marketplace_simulator.server.world.replay import InvalidDemand
from tests.plain.spec_models import CHECKOUT

COMMAND = [sys.executable, "-m", "addons.marketplace_simulator.server", "--port", "0"]


@contextmanager
def server(*options):
    process = subprocess.Popen([*COMMAND, *options], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
    try:
        ready = process.stdout.readline()
        yield process, ready.split(" on ")[1].split(" ")[0]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def ask(url, body=None, **headers):
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data, {"Content-Type": "application/json", **headers})
    with urlopen(request, timeout=20) as response:
        return json.loads(response.read())


def token(url):
    credentials = ask(f"{url}/_sim/credentials")
    grant = {"grant_type": "refresh_token", "refresh_token": credentials["regions"]["eu"]["refresh_token"]}
    return ask(credentials["token_url"], {**grant, "client_id": credentials["client_id"],
                                          "client_secret": credentials["client_secret"]})["access_token"]


def test_a_killed_server_continues_where_it_was(tmp_path):
    options = ("--state", str(tmp_path / "world.sqlite"), "--orders", "30")
    with server(*options) as (process, url):
        placed = ask(f"{url}/_sim/orders", {"count": 5})["orders"]
        ask(f"{url}/_sim/faults", {"kind": "error_503", "operation": "getFeed"})
        access = token(url)
        before = ask(f"{url}/_sim/orders")
        process.kill()
        process.wait()
    with server(*options) as (_process, url):
        assert ask(f"{url}/_sim/orders") == before
        assert ask(f"{url}/_sim/faults")["faults"][0]["kind"] == "error_503"
        shown = ask(f"{url}/orders/2026-01-01/orders/{placed[0]}", **{"x-amz-access-token": access})
        assert shown["order"]["orderId"] == placed[0]
        fresh = ask(f"{url}/_sim/orders", {"count": 1})["orders"]
        assert not set(fresh) & {order["id"] for order in before["orders"]}


def test_parallel_clients_see_every_order_and_ship_it_once():
    with server("--orders", "60", "--speed", "100000", "--stock", "1000") as (_process, url):
        orders = [order for order in ask(f"{url}/_sim/orders")["orders"]
                  if order["fulfilled_by"] == "merchant" and order["status"] == "unshipped"]
        headers = {"x-amz-access-token": token(url)}

        def confirm(order):
            items = [{"orderItemId": line["id"], "quantity": line["quantity"]} for line in order["lines"]]
            body = {"marketplaceId": accounts.marketplace_id(order["marketplace"]), "packageDetail": {
                "packageReferenceId": "1", "carrierCode": "DHL", "trackingNumber": order["id"],
                "shipDate": order["created"], "orderItems": items}}
            request = Request(f"{url}/orders/v0/orders/{order['id']}/shipmentConfirmation", json.dumps(body).encode(),
                              {"Content-Type": "application/json", **headers})
            with urlopen(request, timeout=20) as response:
                return response.status

        with ThreadPoolExecutor(4) as pool:
            statuses = list(pool.map(confirm, orders + orders))
        counted = ask(f"{url}/_sim/books")
    assert set(statuses) == {204}
    assert counted["shipments"] == {"confirmed": len(orders), "packages": len(orders), "repeated": len(orders),
                                    "rejected": 0}
    assert counted["requests"]["confirmShipment"] == 2 * len(orders)


def test_the_stream_places_orders():
    with server("--orders", "0", "--rate", "50") as (_process, url):
        while not ask(f"{url}/_sim/books")["orders"]["created"]:
            pass
        assert ask(f"{url}/_sim/health")["status"] == "ok"


def test_headers_with_an_underscore_arrive():
    simulator, seen = Simulator(), []

    def serve(environ, start_response):
        seen.append(Received(environ))
        return simulator(environ, start_response)

    server = make_server("127.0.0.1", 0, serve, request_handler=Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    ask(f"http://127.0.0.1:{server.server_port}/_sim/health", **{"WM_SVC.NAME": "Walmart", "X-Plain": "1"})
    server.shutdown()
    server.server_close()
    assert seen[0].headers["WM_SVC.NAME"] == "Walmart" and seen[0].headers["X-Plain"] == "1"


def test_reset_starts_again():
    with server("--orders", "10") as (_process, url):
        ask(f"{url}/_sim/orders", {"count": 3})
        ask(f"{url}/_sim/reset", {})
        assert len(ask(f"{url}/_sim/orders")["orders"]) == 10


@pytest.mark.parametrize("options", [("--regions", "eu,moon"), ("--faults", '[{"kind": "earthquake"}]'),
                                     ("--faults", "{"), ("--speed", "0")])
def test_wrong_options_end_with_a_message(options):
    process = subprocess.run([*COMMAND, *options], cwd=CHECKOUT, capture_output=True, text=True, timeout=30)
    assert process.returncode != 0 and "error" in process.stderr and "Traceback" not in process.stderr


@pytest.fixture
def demand(tmp_path):
    """A demand file of 90 lines over 10 days in four countries."""
    path = tmp_path / "demand.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["sku", "date", "country", "units", "price"])
        for number in range(90):
            country = ("United Kingdom", "Germany", "EIRE", "Australia")[number % 4]
            writer.writerow([f"00{number % 17}A", f"2011-08-{1 + number // 9:02d}", country, number % 5, "2.95"])
    return path


def test_replay_places_every_line_of_the_file(demand):
    pytest.importorskip("pandas")
    world = Simulator(replay=(demand, 1000)).world
    with demand.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["units"] != "0"]
    counted = books(world)
    assert counted["lines"] == counted["visible"]["lines"] == len(rows)
    assert counted["units"] == sum(int(row["units"]) for row in rows) and counted["oversold"]["units"] == 0
    sold = {(line["sku"], line["quantity"]) for order in order_list(world) for line in order["lines"]}
    assert sold == {(row["sku"], int(row["units"])) for row in rows}
    assert all(1 <= len(order["lines"]) <= 6 for order in order_list(world))
    markets = {order["marketplace"] for order in order_list(world)}
    assert markets == {"GB", "DE"}


def test_replay_takes_the_last_lines(demand):
    pytest.importorskip("pandas")
    assert books(Simulator(replay=(demand, 20)).world)["lines"] == 20


@pytest.mark.parametrize("old, new", [("country", "land"), ("Germany", "Atlantis"), (",3,2.95", ",-3,2.95")])
def test_a_file_that_cannot_be_replayed_is_refused(demand, old, new):
    pytest.importorskip("pandas")
    demand.write_text(demand.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(InvalidDemand):
        Simulator(replay=(demand, 1000))
