"""How a depot keeps its records, and what it refuses."""

from ..clock import to_text
from ..world.events import Refused

#: Simulated hours until each step that :mod:`.hands` does.
HOURS = {"arrive": 20, "rest": 8, "pick": 2, "ship": 3, "return": 240, "storage": 24}


class Refusal(Refused):
    """Something that the depot does not allow.

    :param reason: ``unknown place``, ``unknown product``, ``unknown service``, ``not found``, ``duplicate``,
        ``no stock``, ``too late`` or ``invalid``
    """

    def __init__(self, reason, message):
        super().__init__(message)
        self.reason = reason


class Records:
    """Documents of the world's store under the operator's name."""

    def __init__(self, world, name):
        self.world, self.name = world, name

    def now(self):
        """Return the time as text."""
        return to_text(self.world.clock.now())

    def next_number(self):
        """Return a whole number never given before by this operator, as text of equal length."""
        return f"{self.world.store.count(f'depot:{self.name}'):08d}"

    def keep(self, kind, key, data):
        """Create or replace a record and return it."""
        self.world.store.put_document(f"depot:{kind}", f"{self.name}:{key}", self.name, self.now(), data)
        return data

    def find(self, kind, key):
        """Return a record or ``None``."""
        return self.world.store.document(f"depot:{kind}", f"{self.name}:{key}")

    def all(self, kind):
        """Return all records of a kind, oldest first."""
        found = self.world.store.documents(f"depot:{kind}", self.name)
        return sorted(found, key=lambda record: record.get("number", ""))

    def by_reference(self, kind, reference):
        """Return the notice or order of a seller's number, or ``None``."""
        return next((record for record in self.all(kind) if record["reference"] == reference), None)

    def plan(self, what, key):
        """Have :mod:`.hands` do something when its hours have passed."""
        due = to_text(self.world.clock.now() + self.world.clock.wait(3600 * HOURS[what]))
        plan = {"depot": self.name, "what": what, "key": key}
        self.world.store.put_document("depot:plan", f"{self.name}:{what}:{key}", self.name, self.now(), plan, due=due)

    def _touch(self, kind, record):
        record["updated"] = self.now()
        return self.keep(kind, record["number"], record)

    def _check_new(self, kind, record):
        if not record["reference"]:
            raise Refusal("invalid", "the reference is missing")
        if self.by_reference(kind, record["reference"]):
            raise Refusal("duplicate", f"{record['reference']} is known already")
        if record["place"] not in self.places:
            raise Refusal("unknown place", f"there is no warehouse {record['place']}")

    def check_products(self, skus):
        """Refuse SKUs that are not known."""
        unknown = sorted({sku for sku in skus if self.product(sku) is None})
        if unknown:
            raise Refusal("unknown product", f"unknown products: {', '.join(unknown)}")
