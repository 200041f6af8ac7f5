"""Import of raw Amazon orders: the suite's importer against the plain way, on the same orders in one run."""

import argparse
from dataclasses import dataclass, field

from scripts.lib.bench._backlog import grow_backlog
from scripts.lib.bench._compare import differences, reservation_mismatches
from scripts.lib.bench._measure import Meter, Reading, goal, machine, median, resident_mib
from scripts.lib.bench._odoo import environment, scratch_database
from scripts.lib.bench._seller import make_catalogue, make_payloads, open_shop
from scripts.lib.bench._ways import BATCH, import_ours, import_plain

PRODUCTS = 1000
WARM_UP = 10
MEMORY_ORDERS = 20_000
MEMORY_MARKS = (2_000, 10_000, 20_000)
KINDS = {"merchant": "merchant_fulfilled", "marketplace": "marketplace_fulfilled"}
AT_LEAST = {"merchant": 12, "marketplace": 25}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=3, help="interleaved runs whose median counts (3)")
    parser.add_argument("--plain", type=int, default=60, help="orders of each run that also go the plain way (60)")
    parser.add_argument("--batches", type=int, default=2, help=f"batches of {BATCH} orders in each run of ours (2)")
    parser.add_argument("--backlog", type=int, default=0, metavar="N", help="measure again with N orders")
    parser.add_argument("--memory", action="store_true", help=f"instead: memory over {MEMORY_ORDERS} orders")


def run(home, server, progress, options) -> dict:
    with scratch_database(home, server, progress) as database, environment(*database) as env:
        return measure(env, progress, options)


def measure(env, progress, options) -> dict:
    """The bench itself, in an Odoo environment; it commits."""
    bench = _Bench(env, progress)
    answer = bench.memory() if options.memory else bench.speed(options)
    return {"name": "import", **answer, "machine": machine()}


@dataclass
class _Rounds:
    """What the runs of one kind of orders gave."""

    plain: list[float] = field(default_factory=list)  # CPU ms per order
    ours: list[float] = field(default_factory=list)
    transfer: list[float] = field(default_factory=list)
    queries: list[float] = field(default_factory=list)
    compared: int = 0
    different: int = 0

    def ratio(self, with_transfer: bool = False) -> float:
        """How many times as many orders per CPU second as the plain way."""
        runs = zip(self.plain, self.ours, self.transfer, strict=True)
        return median(plain / (ours + with_transfer * transfer) for plain, ours, transfer in runs)


class _Bench:
    def __init__(self, env, progress):
        self.env = env
        self.progress = progress
        self.catalogue = make_catalogue(PRODUCTS)
        self.shop = open_shop(env, self.catalogue)
        self.meter = Meter(env.cr)
        self.number = 1

    def payloads(self, count: int, kind: str) -> list[dict]:
        """New orders, no two alike in one bench."""
        self.number += count
        return list(make_payloads(self.catalogue, count, self.number - count, kind))

    # --- speed ---

    def speed(self, options) -> dict:
        kinds = ["merchant"] if options.backlog else list(KINDS)
        for kind in kinds:
            self._warm_up(kind)
        results = {KINDS[kind]: self._rounds(kind, options) for kind in kinds}
        ratios = {name: rounds.ratio() for name, rounds in results.items()}
        goals = {KINDS[kind]: goal(ratios[KINDS[kind]], at_least=AT_LEAST[kind]) for kind in kinds}
        if fulfilled := results.get("marketplace_fulfilled"):
            ratios["marketplace_fulfilled_with_daily_transfer"] = fulfilled.ratio(with_transfer=True)
        if options.backlog:
            name = f"merchant_fulfilled_at_{options.backlog}"
            results[name] = self._with_backlog(options)
            ratios[name] = results[name].ratio()
            ratios["cost_growth"] = round(median(results[name].ours) / median(results["merchant_fulfilled"].ours), 2)
            goals[name] = goal(ratios[name], at_least=AT_LEAST["merchant"])
            goals["cost_growth"] = goal(ratios["cost_growth"], at_most=1.15)
        queries = max(median(rounds.queries) for rounds in results.values())
        goals["queries_per_order"] = goal(queries, at_most=6)
        return {"ratios": ratios, "figures": self._figures(results), "goals": goals}

    def _figures(self, results: dict[str, _Rounds]) -> dict:
        figures = {"batch": BATCH, "postgres_cpu_counted": self.meter.sees_postgres}
        for name, rounds in results.items():
            figures[name] = {
                "plain_cpu_ms_per_order": median(rounds.plain, 1),
                "ours_cpu_ms_per_order": median(rounds.ours),
                "ours_queries_per_order": median(rounds.queries),
                "orders_compared": rounds.compared,
                "orders_different": rounds.different,
            }
            if any(rounds.transfer):
                figures[name]["daily_transfer_cpu_ms_per_order"] = median(rounds.transfer)
        figures["orders_in_database"] = self.env["sale.order"].search_count([])
        figures["reservation_mismatches"] = reservation_mismatches(self.env.cr)
        return figures

    def _warm_up(self, kind: str) -> None:
        """Fill the caches of both ways, and make what the first order makes, like the shop's pricelist."""
        payloads = self.payloads(2 * WARM_UP, kind)
        for payload in payloads[:WARM_UP]:
            import_plain(self.env, self.shop, payload)
        import_ours(self.env, self.shop, payloads[WARM_UP:])
        self._clear_transfers(kind)

    def _rounds(self, kind: str, options) -> _Rounds:
        result = _Rounds()
        for number in range(options.rounds):
            self.progress.note(f"{KINDS[kind]}, run {number + 1} of {options.rounds}")
            self._round(kind, options, result)
        return result

    def _round(self, kind: str, options, result: _Rounds) -> None:
        payloads = self.payloads(options.batches * BATCH, kind)
        with self._fresh() as plain_cost:
            plain = self.env["sale.order"]
            for payload in payloads[: options.plain]:
                plain |= import_plain(self.env, self.shop, payload)
        with self._fresh() as cost:
            ours = self.env["sale.order"]
            for start in range(0, len(payloads), BATCH):
                ours |= import_ours(self.env, self.shop, payloads[start : start + BATCH])
        result.plain.append(plain_cost.cpu * 1000 / options.plain)
        result.ours.append(cost.cpu * 1000 / len(payloads))
        result.queries.append(cost.queries / len(payloads))
        result.transfer.append(self._clear_transfers(kind).cpu * 1000 / len(payloads))
        result.compared += len(plain)
        result.different += differences(plain, ours)

    def _fresh(self):
        """A reading that starts with an empty cache, as a job does."""
        self.env.cr.commit()
        self.env.invalidate_all()
        return self.meter.reading()

    def _clear_transfers(self, kind: str) -> Reading:
        """Take what the marketplace shipped out of its stock, as the hourly job does."""
        if kind == "merchant":
            return Reading()
        with self._fresh() as cost:
            self.env["marketplace.fulfilment.transfer"]._job_transfer(self.env.company)
            self.env.cr.commit()
        return cost

    # --- backlog ---

    def _with_backlog(self, options) -> _Rounds:
        self.progress.note(f"copying orders until there are {options.backlog}")
        grow_backlog(self.env, options.backlog)
        self._warm_up("merchant")
        return self._rounds("merchant", options)

    # --- memory ---

    def memory(self) -> dict:
        self._warm_up("merchant")
        figures, reading = {"batch": BATCH}, {}
        with self.meter.reading() as cost:
            for done in range(BATCH, MEMORY_ORDERS + 1, BATCH):
                import_ours(self.env, self.shop, self.payloads(BATCH, "merchant"))
                self.env.invalidate_all()
                self.progress.bar(done, MEMORY_ORDERS, "orders")
                if done in MEMORY_MARKS:
                    reading[done] = resident_mib()
        figures |= {f"resident_mib_at_{done}": mib for done, mib in reading.items()}
        figures["orders_per_second"] = round(MEMORY_ORDERS / cost.wall, 1)
        growth = round(reading[MEMORY_ORDERS] / reading[MEMORY_MARKS[0]], 2)
        goals = {"memory_growth": goal(growth, at_most=1.1)}
        return {"ratios": {"memory_growth": growth}, "figures": figures, "goals": goals}
