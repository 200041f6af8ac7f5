"""How a published number comes about, step by step. Plain Python: it does the sums of the query once more."""

import math
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Step:
    """One line of the arithmetic.

    :param code: what happened: ``on_hand`` … ``preorder``
    :param change: units this adds or takes away
    :param total: units after it
    :param words: what the sentence about it names
    """

    code: str
    change: float
    total: float
    words: dict = field(default_factory=dict)


def get_steps(facts):
    """Steps from nothing to the number a shop shows.

    :param dict facts: ``parts`` = ``[[warehouse id, kind, units]]``, for kits ``kits`` = ``[[warehouse id, units]]``,
        ``division`` of the scarcest component or none, and the columns of the ``answer`` of the target query
    """
    sums = _Sums()
    for warehouse_id, units in facts["kits"] or ():
        sums.add("kits", units, warehouse=warehouse_id)
    for warehouse_id, kind, units in facts["parts"] if facts["kits"] is None else ():
        if units:
            sums.add(kind, units, warehouse=warehouse_id)
    if not sums.steps:
        sums.add("nothing", 0)
    if not facts["offered"]:
        sums.reach("off_sale", 0)
        return sums.steps
    _apply_rule(sums, facts, 0 if facts["scarce"] else facts["auto_buffer"])
    if facts["scarce"]:
        division = facts["division"]
        rest = max(division["shown"], division["stock"] - division["taken"])
        part = min(division["desired"], rest) / division["factor"]
        sums.reach("divided", min(sums.total, math.floor(round(part, 6))), **division)
    _add_preorder(sums, facts)
    return sums.steps


def _apply_rule(sums, facts, auto):
    buffer = max(facts["buffer"], auto)
    if buffer:
        code = "auto_buffer" if auto > facts["buffer"] else "buffer"
        names = ("latency", "stock_velocity", "protection", "buffer")
        sums.add(code, -buffer, **{name: facts[name] or 0 for name in names})
    if facts["share"] != 100:
        sums.reach("share", sums.total * facts["share"] / 100, share=facts["share"])
    sums.reach("whole", max(math.floor(round(sums.total, 6)), 0))
    if sums.total <= facts["end_when"]:
        sums.reach("end_when", 0, end_when=facts["end_when"])
    elif facts["cap"] > 0:
        sums.reach("cap", min(sums.total, facts["cap"]), cap=facts["cap"])


def _add_preorder(sums, facts):
    if facts["preorder"] != "add" and not (facts["preorder"] == "after" and facts["most"] == 0):
        return
    early = _Sums()
    early.add("incoming", facts["incoming"])
    _apply_rule(early, {**facts, "buffer": 0}, 0)
    units = early.total
    if facts["preorder"] == "add" and facts["cap"] > 0:
        units = min(units, facts["cap"] - sums.total)
    sums.reach("preorder", sums.total + units, day=facts["available_on"], incoming=facts["incoming"])


class _Sums:
    def __init__(self):
        self.steps, self.total = [], 0.0

    def add(self, code, change, **words):
        self.total += change
        self.steps.append(Step(code, change, self.total, words))

    def reach(self, code, total, **words):
        """A step to a total, if that is not reached yet."""
        if total != self.total:
            self.add(code, total - self.total, **words)
