"""What the people in the warehouses do by themselves: receive in parts, pick, ship, take back, charge storage.

Deterministic by the world's seed.
"""

import random

from .depot import counted, expected

#: Chances of a mishap: per line of a notice, per order, per shipped order.
SHORT, MORE, BROKEN, MISSING, BACK = 0.10, 0.03, 0.06, 0.02, 0.03


def work(depot, everything=False):
    """Do what is due, or everything that is planned; return how many steps that were."""
    store, done = depot.world.store, 0
    with store.transaction():
        if not store.document("depot:plan", f"{depot.name}:storage:all"):
            depot.plan("storage", "all")
        for _kind, plan in store.due_documents("9" if everything else depot.now(), ("depot:plan",)):
            if plan["depot"] != depot.name:
                continue
            key = f"{depot.name}:{plan['what']}:{plan['key']}"
            store.delete_document("depot:plan", key)
            _STEPS[plan["what"]](depot, plan["key"], random.Random(f"{depot.world.seed}:{key}"))
            done += 1
    return done


def _arrive(depot, number, rng):
    """Count the first half."""
    notice = depot.inbound(number)
    if notice["status"] == "announced":
        half = {sku: (units // 2, 0) for sku, units in expected(notice).items() if units > 1}
        depot.receive(number, half, finished=False)
        depot.plan("rest", number)


def _rest(depot, number, rng):
    """Count what is left, with the mishaps of the trade."""
    notice = depot.inbound(number)
    if notice["status"] != "receiving":
        return
    arrived, counts = counted(notice), {}
    for sku, units in expected(notice).items():
        left = units - sum(arrived.get(sku, (0, 0)))
        if left and rng.random() < SHORT:
            left -= 1
        elif rng.random() < MORE:
            left += 1
        damaged = min(left, 1) if rng.random() < BROKEN else 0
        counts[sku] = (left - damaged, damaged)
    depot.receive(number, counts, finished=True)


def _pick(depot, number, rng):
    """Pick, unless a unit cannot be found."""
    if depot.pick(number)["status"] != "picking":
        return
    if rng.random() < MISSING:
        depot.fall_short(number, "a unit was not found on its shelf")
    else:
        depot.plan("ship", number)


def _ship(depot, number, rng):
    if depot.outbound(number)["status"] == "picking":
        depot.ship(number)


def _return(depot, number, rng):
    if rng.random() < BACK:
        depot.bring_back(number, damaged=rng.random() < BROKEN)


def _storage(depot, _key, _rng):
    depot.charge_storage()
    depot.plan("storage", "all")


_STEPS = {"arrive": _arrive, "rest": _rest, "pick": _pick, "ship": _ship, "return": _return, "storage": _storage}
