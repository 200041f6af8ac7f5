"""The main job, once, end to end: the channels' orders come in, are reserved, shipped and confirmed, and the shops'
stock is published. Done through a running server as a person and the job runner would, then compared with the
simulator's own books (:mod:`scripts.lib.once_counts`)."""

from collections.abc import Iterable

import requests

from scripts.lib.home import SetupError
from scripts.lib.once_books import Books
from scripts.lib.once_counts import Counts
from scripts.lib.once_money import run_money
from scripts.lib.once_payouts import run_payouts
from scripts.lib.once_profit import run_profit
from scripts.lib.once_steps import Steps
from scripts.lib.once_supply import run_supply
from scripts.lib.services import Context

# The training week passes faster than a real one: limits and report times are the real ones, this many times as fast.
SIMULATOR = ("--seed", "1", "--rate", "0", "--speed", "60")
ORDERS = ("--orders", "300")
# What a bad day looks like; each fault may strike every operation of every channel.
STORM = (
    {"kind": "throttle", "probability": 0.03},
    {"kind": "error_500", "probability": 0.03},
    {"kind": "lost_answer", "probability": 0.02, "seconds": 0.2},
    {"kind": "shuffle_pages", "probability": 0.5},
    {"kind": "duplicate_orders", "probability": 0.5},
)
BATCH = 200
QUIET = {"skip_sms": True, "skip_backorder": True, "tracking_disable": True}
TO_SHIP = [
    ("state", "=", "assigned"),
    ("sale_id.marketplace_fulfilment", "=", "merchant"),
    ("sale_id.marketplace_hold", "=", False),
    ("sale_id.marketplace_status", "=", "unshipped"),
]


def run_once(context: Context, storm: bool = False) -> dict:
    """Do the main job on the running services.

    :param storm: while the marketplaces throttle, fail, lose answers, shuffle their pages and repeat orders
    :return: the counts, ``books`` (the simulator's), not in a storm ``supply`` (:mod:`scripts.lib.once_supply`),
        ``settlements`` (:mod:`scripts.lib.once_money`), ``payouts`` (:mod:`scripts.lib.once_payouts`) and ``profit``
        (:mod:`scripts.lib.once_profit`), and ``ok``: whether all agree
    :raise SetupError: the work did not come to an end in time
    """
    if storm:
        requests.post(f"{context.simulator_url}/_sim/faults", json=list(STORM), timeout=60).raise_for_status()
    # A storm is about orders only.
    books = None if storm else Books(context.client())
    job = MainJob(context)
    job.fetch()
    job.ship()
    job.publish()
    counts = Counts(context.client(), context.simulator_url, storm).answer()
    if books is None:
        return counts
    parts = {
        "supply": run_supply(context, books),
        "settlements": run_money(context),
        "payouts": run_payouts(context),
    }
    books.close_stock()
    parts["profit"] = run_profit(context)
    return {**counts, **parts, "ok": counts["ok"] and all(part["ok"] for part in parts.values())}


class MainJob(Steps):
    """The steps of the main job."""

    def fetch(self) -> None:
        """Let the orders arrive: fetched, imported, reserved."""
        self._run_cron("cron_fetch")
        self._wait("orders arrive", self._is_fetched)
        self._run_cron("cron_transfer")
        self._wait("what the marketplace shipped leaves its warehouse", self._is_idle)
        self._run_cron("cron_reserve")
        self._wait("units are reserved", self._is_idle)
        self._note(f"{self._count('sale.order', [('marketplace_ref', '!=', False)])} orders are in")

    def ship(self) -> None:
        """Ship every ready transfer as the warehouse does: with the marketplace's label where it makes them, else by a
        carrier of our own."""
        ids = self._odoo.call("stock.picking", "search", TO_SHIP, order="id")
        labelled = self._print_labels(ids)
        carrier = self._odoo.call("delivery.carrier", "search", [("marketplace_carrier_code", "!=", False)], limit=1)
        for part in _parts(ids):
            rows = [[str(picking), str(carrier[0]), f"CB{picking:012d}"] for picking in part if picking not in labelled]
            self._load_tracking(rows)
            self._odoo.call("stock.picking", "button_validate", part, context=QUIET)
        self._wait("shipments are confirmed", self._is_confirmed)
        self._note(f"{self._count('stock.picking', [('id', 'in', ids), ('state', '=', 'done')])} parcels are shipped")
        self._run_cron("cron_fetch")
        self._wait("the shipped orders come back", self._is_fetched)

    def _print_labels(self, ids: list[int]) -> set[int]:
        """Have the marketplaces book carriers and make labels; returns the transfers that have got one."""
        shops = self._odoo.call("marketplace.shop", "search_read", [], fields=["can_label"])
        able = [shop["id"] for shop in shops if shop["can_label"]]
        of_able = [("id", "in", ids), ("sale_id.marketplace_shop_id", "in", able)]
        if asked := self._odoo.call("stock.picking", "search", of_able):
            self._odoo.call("stock.picking", "action_marketplace_label", asked)
            self._wait("labels are made", self._is_labelled)
        # Of an order that the seller ships by himself the marketplace makes no label.
        rows = self._odoo.call("stock.picking", "search_read", of_able, fields=["marketplace_label_state"])
        return {row["id"] for row in rows if row["marketplace_label_state"] == "printed"}

    def _load_tracking(self, rows: list[list[str]]) -> None:
        if rows:
            answer = self._odoo.call("stock.picking", "load", [".id", "carrier_id/.id", "carrier_tracking_ref"], rows)
            if not answer["ids"]:
                raise SetupError(f"the tracking numbers were refused: {answer['messages']}")

    def publish(self) -> None:
        """Publish what is left in stock, and wait for the marketplace's answers."""
        self._run_cron("cron_publish")
        self._wait("stock is published", self._is_published)

    # What is to be waited for

    def _is_fetched(self) -> bool:
        return (
            not self._count("marketplace.fetch", [("state", "=", "running")])
            and not self._count("marketplace.inbox", [("state", "=", "new")])
            and self._is_idle()
        )

    def _is_labelled(self) -> bool:
        return not self._count("marketplace.parcel", [("state", "in", ["to_arrange", "arranged"])])

    def _is_confirmed(self) -> bool:
        return not self._count("marketplace.shipment", [("state", "=", "pending")])

    def _is_published(self) -> bool:
        return self._is_idle() and not self._count("marketplace.listing", [("push_state", "in", ["queued", "sent"])])


def _parts(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
