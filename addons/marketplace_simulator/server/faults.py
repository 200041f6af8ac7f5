"""Faults on demand: which request fails, and how. Deterministic by seed; each fault fires by probability or count."""

import random

#: Faults that strike before the request is handled, so that nothing happened.
BEFORE = ("throttle", "error_500", "error_503", "hang", "expired_token")
#: Faults in how a search delivers its pages.
PAGES = ("shuffle_pages", "duplicate_orders")
#: Faults that spoil the answer after the request was handled.
ANSWER = ("lost_answer", "truncated_json", "missing_field", "wrong_type", "unknown_currency", "unknown_country",
          "unknown_sku")
KINDS = BEFORE + PAGES + ANSWER
FIELDS = {"kind", "operation", "probability", "count", "skip", "seconds"}


class InvalidFault(ValueError):
    """A fault that cannot be armed."""


class Faults:
    """The armed faults; they and their random draws are part of the stored state.

    A fault is ``{kind, operation, probability, count, skip, seconds}``: ``operation`` a name (outside Amazon
    ``<channel>.<name>``), ``<channel>.*`` or ``*`` (default), ``probability`` 0 … 1 per matching request (default 1),
    ``count`` how often at most (default for ever), ``skip`` how many matching requests pass first, ``seconds`` how long
    a ``hang`` or ``lost_answer`` takes (default 30).
    """

    def __init__(self, store, seed):
        self._store, self._seed = store, seed

    def arm(self, fault):
        """Arm a fault and return it with its ``id``.

        :raise InvalidFault: if it names an unknown kind or field, or a number out of range
        """
        if not isinstance(fault, dict) or fault.get("kind") not in KINDS:
            raise InvalidFault(f"kind must be one of {', '.join(KINDS)}")
        if set(fault) - FIELDS:
            raise InvalidFault(f"unknown fields: {', '.join(sorted(set(fault) - FIELDS))}")
        probability = fault.get("probability", 1)
        if not isinstance(probability, (int, float)) or not 0 <= probability <= 1:
            raise InvalidFault("probability must be between 0 and 1")
        with self._store.transaction():
            armed = {"operation": "*", "probability": 1, "count": None, "skip": 0, "seconds": 30, **fault,
                     "id": self._store.count("faults:armed"), "drawn": 0, "fired": 0}
            self._save([*self.armed(), armed])
        return armed

    def armed(self):
        """Return every armed fault."""
        return self._store.setting("faults", [])

    def disarm(self):
        """Disarm every fault."""
        self._save([])

    def fire(self, operation, kinds, by_name=False):
        """Return the first fault of ``kinds`` that strikes this request, or ``None``. Counts it.

        :param by_name: only faults that name the operation: a lost single-use token should be lost on purpose
        """
        with self._store.transaction():
            armed = self.armed()
            names = {operation} if by_name else {operation, "*", operation.partition(".")[0] + ".*"}
            matching = [fault for fault in armed if fault["kind"] in kinds and fault["operation"] in names]
            struck = next((fault for fault in matching if self._strikes(fault)), None)
            if matching:
                self._save(armed)
            if struck:
                self._store.count(f"fault:{struck['kind']}")
        return struck

    def rng(self, fault):
        """Return the random source of a fault that has just fired."""
        return random.Random(f"{self._seed}:spoil:{fault['id']}:{fault['fired']}")

    def _strikes(self, fault):
        if fault["count"] is not None and fault["fired"] >= fault["count"]:
            return False
        fault["drawn"] += 1
        if fault["drawn"] <= fault["skip"]:
            return False
        draw = random.Random(f"{self._seed}:fault:{fault['id']}:{fault['drawn']}").random()
        fault["fired"] += draw < fault["probability"]
        return draw < fault["probability"]

    def _save(self, armed):
        self._store.set_setting("faults", armed)
