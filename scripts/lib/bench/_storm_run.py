"""One run of the storm: a world and a house, step by step."""

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from scripts.lib.bench import _storm_house
from scripts.lib.bench._odoo import environment
from scripts.lib.bench._storm_checks import Checks
from scripts.lib.bench._storm_crew import Crew, WorkFailed
from scripts.lib.bench._storm_world import MINUTE, World, answer, to_time

WORKERS = 2
STEP = MINUTE
# Steps, as the scheduled actions' intervals are.
FETCHED_EVERY, PUBLISHED_EVERY = 3, 2
CALM_STEP = 8 * MINUTE
CALM_STEPS = 12  # until the last order that is paid late has been cancelled late
RISK = 0.03  # share of the pieces of work in which something goes wrong on purpose
SHIPPED_PER_FETCH = 12
TAKEN_BACK_EVERY = 20
# What an hour is to a seller of 500 orders a day is minutes to this one of 50,000.
MEASURED_FIRST, MEASURED_EVERY = 4, 16
REPLAYED_EVERY = 60
NAIVE_MINUTES = 10
ROUNDS = 40


@dataclass
class Outcome:
    """What a run came to.

    :ivar filled: orders that never waited for stock
    :ivar shown: sum over steps and SKUs of the units there are that can be bought: of the channel that shows most
    :ivar phantom: sum over steps and SKUs of what that channel shows beyond what there is
    :ivar buyable: of the ``in_stock`` pairs of step and SKU with units left, those that some channel shows
    """

    wanted: int = 0
    orders: int = 0
    cancelled: int = 0
    refunded: int = 0
    filled: int = 0
    held_short: int = 0
    shown: int = 0
    phantom: int = 0
    steps: int = 0
    in_stock: int = 0
    buyable: int = 0
    checks: int = 0
    violations: Counter = field(default_factory=Counter)
    examples: dict = field(default_factory=dict)
    crew: Counter = field(default_factory=Counter)


class Storm:
    """:param naive: publish everything everywhere every ten minutes, else as the suite does"""

    def __init__(self, config_file: Path, database: str, options, naive: bool, progress):
        self.database = (config_file, database)
        self.naive = naive
        self.progress = progress
        self.world = World(options.seed, options.wishes, options.skus, options.rate)
        self.seed = options.seed
        self.risk = options.risk
        self.outcome = Outcome()
        self.now = 0.0

    def run(self) -> Outcome:
        with environment(*self.database) as env:
            self.house = _storm_house.build(env, self.world.skus, self.naive)
            self.env = env
            self.checks = Checks(env.cr, self.house.products)
            self.crew = Crew(self.database[1], WORKERS, partial(answer, self.world.marketplaces), self.seed, self.risk)
            try:
                self._weather()
            finally:
                self.crew.close()
            self._sum_up()
        return self.outcome

    # --- time ---

    def _weather(self) -> None:
        self._receive()
        self._publish()
        self._settle()
        step = 0
        while self.now < self.world.length:
            step += 1
            self.now += STEP
            self.world.advance(self.now)
            self._work(step)
            self._look(step)
            self.progress.bar(round(self.now / MINUTE), round(self.world.length / MINUTE), "minutes")
        self._calm_down()

    def _calm_down(self) -> None:
        """Nobody buys any more; what is on its way arrives."""
        for _step in range(CALM_STEPS):
            self.now += CALM_STEP
            for marketplace in self.world.marketplaces:
                marketplace.apply_feeds(self.now)
            self._call("marketplace.fetch", "_cron_fetch")
            self._settle()
        self._publish()
        self._settle()
        self.checks.published()
        self.checks.stand()
        self._replay()
        self._compare_orders()

    # --- work ---

    def _work(self, step: int) -> None:
        self._receive()
        if step % FETCHED_EVERY == 0:
            self._run([("call", "marketplace.fetch", "_cron_fetch"), ("ship", SHIPPED_PER_FETCH)])
        self._settle()
        if step % TAKEN_BACK_EVERY == 0:
            self._run([("take_back", 2), ("call", "marketplace.stock.reserver", "_cron_reserve")])
            self._settle()
        if step % MEASURED_EVERY == MEASURED_FIRST and not self.naive:
            self._call("marketplace.publish.meter", "_cron_measure")
            self._settle()
        if step % (NAIVE_MINUTES if self.naive else PUBLISHED_EVERY) == 0:
            self._publish()
            self._settle()
            self.checks.published()

    def _run(self, tasks: list[tuple]) -> list:
        return self.crew.run(tasks, self.now)

    def _call(self, model: str, method: str) -> None:
        self._run([("call", model, method)])

    def _publish(self) -> None:
        self._call("marketplace.stock.publisher", "_cron_publish")

    def _receive(self) -> None:
        arrivals = [
            (self.house.products[sku], self.house.locations[number % len(self.house.locations)], units)
            for sku, number, units in self.world.arrivals_until(self.now)
        ]
        if arrivals:
            self._run([("receive", arrivals)])
            self._call("marketplace.stock.reserver", "_cron_reserve")

    def _settle(self) -> None:
        """Run the jobs that are due until none is left."""
        for _round in range(ROUNDS):
            jobs = self._get_due_jobs()
            if not jobs:
                return
            self._run([("job", uuid) for uuid in jobs])
        raise WorkFailed(f"jobs that do not end: {jobs}")

    def _get_due_jobs(self) -> list[str]:
        self.env.cr.execute(
            "SELECT uuid FROM queue_job WHERE state = 'pending' AND (eta IS NULL OR eta <= %s) ORDER BY priority, id",
            [to_time(self.now).replace(tzinfo=None)],
        )
        uuids = [uuid for (uuid,) in self.env.cr.fetchall()]
        self.env.cr.rollback()
        return uuids

    # --- looking ---

    def _look(self, step: int) -> None:
        self.checks.stand()
        if step % REPLAYED_EVERY == 0:
            self._replay()
        shown, available = self.world.most_shown(), self.checks.available()
        self.outcome.steps += 1
        for sku, product_id in zip(self.world.skus, self.house.products, strict=True):
            real = min(shown[sku], max(available[product_id], 0))
            self.outcome.shown += real
            self.outcome.phantom += shown[sku] - real
            if available[product_id] > 0:
                self.outcome.in_stock += 1
                self.outcome.buyable += shown[sku] > 0

    def _replay(self) -> None:
        self.env.invalidate_all()
        self.checks.note("replay_differs", self.env["marketplace.order.event"]._check_replay())
        self.env.cr.rollback()

    def _compare_orders(self) -> None:
        """Every order of the marketplaces is here, in the state that they gave it."""
        here = self.checks.orders()
        lost, wrong = [], []
        for number, marketplace in enumerate(self.world.marketplaces):
            for sale in marketplace.sales:
                order = here.get((str(number), sale.number))
                status = sale.revision(self.now, marketplace.channel)[1]
                if order is None:
                    lost.append(sale.number)
                elif (order[0] == "cancel") != (status == "cancelled") and order[2] != "changed":
                    wrong.append((sale.number, status, order))
        self.checks.note("lost", lost)
        self.checks.note("unlike_the_marketplace", wrong)
        sold = {
            (str(number), sale.number)
            for number, marketplace in enumerate(self.world.marketplaces)
            for sale in marketplace.sales
        }
        self.checks.note("unknown_to_the_marketplace", sorted(here.keys() - sold))

    def _sum_up(self) -> None:
        here = self.checks.orders()
        outcome = self.outcome
        outcome.wanted = self.world.wanted
        outcome.orders = len(here)
        outcome.cancelled = sum(order[0] == "cancel" for order in here.values())
        outcome.refunded = sum(len(marketplace.refunded) for marketplace in self.world.marketplaces)
        outcome.held_short = self.checks.held_short()
        outcome.filled = outcome.orders - outcome.held_short
        outcome.checks, outcome.violations = self.checks.done, +self.checks.violations
        outcome.examples = self.checks.examples
        outcome.crew = self.crew.counts
