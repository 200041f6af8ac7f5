"""The main job, once, end to end: a marketplace's orders come in, are reserved, shipped and confirmed, and the shops'
stock is published. Done through a running server as a person and the job runner would, then compared with the
simulator's own books."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal

import requests

from scripts.lib.home import SetupError
from scripts.lib.odoo_client import OdooClient
from scripts.lib.services import Context

# The training week passes faster than a real one: limits and report times are the real ones, this many times as fast.
SIMULATOR = ("--seed", "1", "--rate", "0", "--speed", "60")
ORDERS = ("--orders", "300")
PATIENCE = 1800
BATCH = 200
BUSY = ("wait_dependencies", "pending", "enqueued", "started")
QUIET = {"skip_sms": True, "skip_backorder": True, "tracking_disable": True}


def run_once(context: Context) -> dict:
    """Do the main job on the running services.

    :return: the counts, ``books`` (the simulator's) and ``ok``: whether they agree
    :raise SetupError: the work did not come to an end in time
    """
    job = MainJob(context)
    job.fetch()
    job.ship()
    job.publish()
    return job.count()


class MainJob:
    """The steps of the main job.

    :param context: running services
    """

    def __init__(self, context: Context):
        self._odoo = context.client()
        self._simulator = context.simulator_url
        self._note = context.progress.note
        self._crons = _cron_ids(self._odoo)

    def fetch(self) -> None:
        """Let the orders arrive: fetched, imported, reserved."""
        self._run_cron("cron_fetch")
        self._wait("orders arrive", self._is_fetched)
        self._run_cron("cron_transfer")
        self._wait("what the marketplace shipped leaves its warehouse", self._is_idle)
        self._note(f"{self._count('sale.order', _ORDERS)} orders are in")

    def ship(self) -> None:
        """Give every ready transfer a carrier and a tracking number, and validate it, as the warehouse does."""
        domain = [
            ("state", "=", "assigned"),
            ("sale_id.marketplace_fulfilment", "=", "merchant"),
            ("sale_id.marketplace_hold", "=", False),
            ("sale_id.marketplace_status", "=", "unshipped"),
        ]
        ids = self._odoo.call("stock.picking", "search", domain, order="id")
        carrier = self._odoo.call("delivery.carrier", "search", [("marketplace_carrier_code", "!=", False)], limit=1)
        for part in _parts(ids):
            rows = [[str(picking), str(carrier[0]), f"CB{picking:012d}"] for picking in part]
            answer = self._odoo.call("stock.picking", "load", [".id", "carrier_id/.id", "carrier_tracking_ref"], rows)
            if not answer["ids"]:
                raise SetupError(f"the tracking numbers were refused: {answer['messages']}")
            self._odoo.call("stock.picking", "button_validate", part, context=QUIET)
        self._wait("shipments are confirmed", self._is_confirmed)
        self._note(f"{self._count('stock.picking', [('id', 'in', ids), ('state', '=', 'done')])} parcels are shipped")
        self._run_cron("cron_fetch")
        self._wait("the shipped orders come back", self._is_fetched)

    def publish(self) -> None:
        """Publish what is left in stock, and wait for the marketplace's answers."""
        self._run_cron("cron_publish")
        self._wait("stock is published", self._is_published)

    # What is to be waited for

    def _is_idle(self) -> bool:
        now = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + 1))
        domain = [("state", "in", BUSY), "|", ("eta", "=", False), ("eta", "<=", now)]
        return not self._count("queue.job", domain)

    def _is_fetched(self) -> bool:
        return (
            not self._count("marketplace.fetch", [("state", "=", "running")])
            and not self._count("marketplace.inbox", [("state", "=", "new")])
            and self._is_idle()
        )

    def _is_confirmed(self) -> bool:
        return not self._count("marketplace.shipment", [("state", "=", "pending")])

    def _is_published(self) -> bool:
        return self._is_idle() and not self._count("marketplace.listing", [("push_state", "in", ["queued", "sent"])])

    def _wait(self, what: str, is_done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        self._note(what)
        while not is_done():
            if failed := self._odoo.call("queue.job", "search_read", [("state", "=", "failed")], fields=["exc_info"]):
                raise SetupError(f"a job failed while {what}:\n{failed[0]['exc_info']}")
            if time.monotonic() > deadline:
                raise SetupError(f"not finished within {PATIENCE} s: {what}")
            time.sleep(0.5)

    def _run_cron(self, name: str) -> None:
        self._odoo.call("ir.cron", "method_direct_trigger", [self._crons[name]])

    def _count(self, model: str, domain: list) -> int:
        return self._odoo.call(model, "search_count", domain)

    # The counts

    def count(self) -> dict:
        """What Odoo holds, beside the simulator's books."""
        books = requests.get(f"{self._simulator}/_sim/books", timeout=60).json()
        sold = requests.get(f"{self._simulator}/_sim/orders", timeout=60).json()["orders"]
        ours = self._odoo.call("sale.order", "search_read", _ORDERS, fields=_ORDER_FIELDS)
        seen = Counter(order["marketplace_ref"] for order in ours)
        answer = {
            "orders": {
                "fetched": len({row["external_id"] for row in self._inbox([("kind", "=", "order")])}),
                "imported": len(seen),
                "held": sum(1 for order in ours if order["marketplace_hold"]),
                "failed": len(self._inbox([("state", "in", ["failed", "waiting"])])),
                "lost": sum(1 for order in sold if order["id"] not in seen),
                "duplicated": sum(count - 1 for count in seen.values()),
            },
            "stock": {"pushes": self._count("marketplace.stock.push", []), "oversold": self._oversold(books)},
            "shipments": {
                "shipped": len(self._shipped_orders()),
                "confirmed": len(self._shipped_orders([("state", "=", "confirmed")])),
            },
            "totals_equal": _totals_equal(ours, sold),
            "books": books,
        }
        return answer | {"ok": _agree(answer)}

    def _inbox(self, domain: list) -> list[dict]:
        return self._odoo.call("marketplace.inbox", "search_read", domain, fields=["external_id"])

    def _shipped_orders(self, domain: Iterable = ()) -> set[int]:
        rows = self._odoo.call("marketplace.shipment", "search_read", list(domain), fields=["order_id"])
        return {row["order_id"][0] for row in rows}

    def _oversold(self, books: dict) -> float:
        """Units promised or shipped that were never there, in Odoo's stock and in the simulator's books."""
        warehouses = self._odoo.call("marketplace.shop", "search_read", [], fields=["warehouse_ids"])
        domain = [("warehouse_id", "in", [id_ for shop in warehouses for id_ in shop["warehouse_ids"]])]
        quants = self._odoo.call(
            "stock.quant",
            "formatted_read_group",
            domain + [("location_id.usage", "=", "internal")],
            groupby=["product_id"],
            aggregates=["quantity:sum", "reserved_quantity:sum"],
        )
        missing = (row["reserved_quantity:sum"] - row["quantity:sum"] for row in quants)
        return sum(max(0, units) for units in missing) + books["oversold"]["units"]


_ORDERS = [("marketplace_ref", "!=", False)]
_ORDER_FIELDS = ["marketplace_ref", "amount_total", "marketplace_status", "marketplace_hold"]


def _agree(answer: dict) -> bool:
    """Whether Odoo's counts and the simulator's books say the same."""
    books, orders, shipments = answer["books"], answer["orders"], answer["shipments"]
    return (
        orders["fetched"] == orders["imported"] == books["orders"]["created"]
        and not orders["lost"]
        and not orders["duplicated"]
        and not orders["failed"]
        and not answer["stock"]["oversold"]
        and answer["totals_equal"]
        and shipments["shipped"] == shipments["confirmed"] == books["shipments"]["confirmed"]
        and answer["stock"]["pushes"] == books["stock"]["accepted"] + books["stock"]["rejected"]
        and not books["throttled"]["own_fault"]
    )


def _totals_equal(ours: list[dict], sold: list[dict]) -> bool:
    """Whether each order that has a total costs the same in Odoo, to the cent."""
    totals = {order["id"]: Decimal(order["total"]) for order in sold if order["status"] not in ("pending", "cancelled")}
    return totals == {
        order["marketplace_ref"]: Decimal(str(order["amount_total"])).quantize(totals[order["marketplace_ref"]])
        for order in ours
        if order["marketplace_ref"] in totals
    }


def _cron_ids(odoo: OdooClient) -> dict[str, int]:
    rows = odoo.call(
        "ir.model.data",
        "search_read",
        [("module", "=", "marketplace"), ("model", "=", "ir.cron")],
        fields=["name", "res_id"],
    )
    return {row["name"]: row["res_id"] for row in rows}


def _parts(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


def print_table(answer: dict) -> None:
    """Print the counts for people."""
    for name in ("orders", "stock", "shipments"):
        print(f"{name:12}" + "  ".join(f"{key} {value}" for key, value in answer[name].items()))
    print(f"{'totals':12}{'equal to the cent' if answer['totals_equal'] else 'DIFFER'}")
    books = answer["books"]
    print(f"{'simulator':12}orders {books['orders']['created']}  confirmed {books['shipments']['confirmed']}")
    print(f"{'result':12}{'all counts agree' if answer['ok'] else 'THE COUNTS DO NOT AGREE'}")
