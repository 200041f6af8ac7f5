"""The world as the servers see it: one facade over catalogue, orders, stock and time."""

import json
import random
from datetime import timedelta
from functools import partial

from ..clock import from_text, to_text
from . import catalogue, events, money, money_book, orders, seasons
from .catalogue import MARKETPLACE, MERCHANT
from .marketplaces import REGIONS, Outlet, in_region, quantum

#: Orders appear in searches this long after their last change.
SEARCH_LAG = 120
#: How long the marketplace takes to ship what it fulfils, and a buyer's bank to authorise, in seconds.
MARKETPLACE_HANDLING = 1800
PAYMENT_TIME = 900
CLOSED = ("shipped", "cancelled")
HISTORY = timedelta(hours=48)
#: What happens to how many of the orders to start with, and to which earlier order beside a new one of the stream.
INITIAL_EVENTS = {"cancel": 0.03, "cancel_request": 0.02, "address": 0.01, "quantity": 0.01, "ship": 0.03,
                  "refund": 0.01}
STREAM_EVENTS = {"cancel": 0.03, "cancel_request": 0.03, "address": 0.02, "quantity": 0.01, "refund": 0.02}


class World:
    """Everything that marketplaces share.

    :param store: :class:`.store.Store`
    :param clock: :class:`..clock.Clock`
    :param seed: what all randomness comes from
    :param regions: Amazon's regional accounts that take orders
    :param outlets: :class:`.marketplaces.Outlet` of other channels, which share the catalogue and the demand
    """

    def __init__(self, store, clock, seed=1, regions=("eu",), outlets=()):
        unknown = set(regions) - set(REGIONS)
        if unknown:
            raise ValueError(f"unknown regions: {', '.join(sorted(unknown))}")
        self.store, self.clock, self.seed, self.regions = store, clock, seed, tuple(regions)
        self.outlets = {outlet.name: outlet for outlet in (*map(amazon_outlet, regions), *outlets)}
        self.markets = {market.code: market for outlet in self.outlets.values() for market in outlet.markets}
        #: Called with (order, what happened) after every change, inside its transaction.
        self.listeners = [partial(money_book.on_change, self)]
        #: What never changes about listings, by region.
        self._products = {}

    # --- start ---

    @property
    def populated(self):
        """Whether the state was filled, now or by an earlier run."""
        return self.store.setting("populated") is not None

    def populate(self, order_count, products=None, stock=None):
        """Fill an empty world.

        :param order_count: orders spread over the last two days
        :param products: a catalogue to use instead of the built-in one
        :param stock: starting quantity of every product, ``None`` for the catalogue's own
        """
        with self.store.transaction():
            self.store.set_setting("populated", to_text(self.clock.now()))
            self._products.clear()
            products = products or catalogue.build(self.seed)
            factor = 1 + order_count // 200
            for product in products.values():
                product["quantity"] = product["quantity"] * factor if stock is None else stock
            self.store.set_setting("catalogue", products)
            self.open_outlets()
            self._initial_orders(order_count)

    def open_outlets(self):
        """Let every outlet offer the catalogue that does not yet: all at the start, later those that joined.

        :raise ValueError: the state is of an older version, whose orders say too little
        """
        products = self.store.setting("catalogue")
        if products is None:
            raise ValueError("the state file is of an older version: remove it to start anew")
        with self.store.transaction():
            open_ones = {row["region"] for row in self.store.rows("SELECT DISTINCT region FROM listing")}
            for number, outlet in enumerate(self.outlets.values()):
                if outlet.name not in open_ones:
                    self._add_listings(outlet, products, number)

    def _add_listings(self, outlet, products, position):
        moment = to_text(self.clock.now() - timedelta(days=90 - position))
        for number, product in enumerate(products.values(), 1):
            if product["channel"] == MARKETPLACE and not outlet.fulfils:
                continue
            data = {**catalogue.offer(product, number, outlet.markets), "created": moment}
            self.store.run("INSERT INTO listing VALUES (?, ?, ?, ?, 0, ?, ?)", outlet.name, product["sku"],
                           product["channel"], product["quantity"], moment, json.dumps(data))

    def _initial_orders(self, count):
        now = self.clock.now()
        rng = random.Random(f"{self.seed}:initial")
        for moment in seasons.moments(rng, count, now - HISTORY, now - timedelta(minutes=4)):
            order = self._place(moment, {}, now - timedelta(minutes=3))
            if order:
                self._initial_event(order, moment, now - timedelta(minutes=3), rng)

    def _initial_event(self, order, moment, latest, rng):
        name, later = _draw(INITIAL_EVENTS, rng), moment + (latest - moment) * rng.random()
        if name and self._may_happen(order, name):
            self.apply(order, name, max(later, from_text(order["updated"])))

    @staticmethod
    def _may_happen(order, name):
        if name == "refund":
            return order["status"] == "shipped"
        if name == "quantity" and max(line["quantity"] for line in order["lines"]) < 2:
            return False
        return order["status"] == "unshipped" and order["fulfilled_by"] == MERCHANT

    # --- orders ---

    def create_orders(self, count, options=None):
        """Place orders now; see :func:`.orders.make_order` for the options, to which ``channel`` comes.

        :return: the orders, fewer than asked for where nothing is left to sell
        """
        with self.store.transaction():
            placed = [self._place(self.clock.now(), options or {}) for _ in range(count)]
            return [order for order in placed if order]

    def stream(self):
        """Place one order of the stream and, now and then, let something happen to an earlier one."""
        with self.store.transaction():
            self.create_orders(1)
            number = self.store.counters("orders")["number"]
            rng = random.Random(f"{self.seed}:stream:{number}")
            name = _draw(STREAM_EVENTS, rng)
            row = self.store.row("SELECT data FROM purchase WHERE number = ?", rng.randint(1, number)) if name else None
            if row and self._may_happen(json.loads(row["data"]), name):
                self.apply(json.loads(row["data"]), name)

    def add_order(self, order, moment, latest=None):
        """Take a new order: settle its stock and plan what happens to it.

        :param moment: when it was placed
        :param latest: what should have happened before this time has happened
        """
        with self.store.transaction():
            self._take_stock(order)
            self._schedule(order, moment, latest)
            self._insert(order)
            self._tell(order, "placed")

    def replace_order(self, order):
        """Let Amazon send the goods of an order that it has shipped once more, and return the new order.

        :raise events.Refused: Amazon has not shipped it, or has not enough of the goods left
        """
        if order["channel"] != "amazon" or order["fulfilled_by"] != MARKETPLACE or order["status"] != "shipped":
            raise events.Refused("only what Amazon has shipped can be replaced by it")
        stock = self._stock(order["region"], {line["sku"] for line in order["lines"]})
        if any(stock[line["sku"]][1] < line["quantity"] for line in order["lines"]):
            raise events.Refused("there is not enough left to send it once more")
        moment = self.clock.now()
        with self.store.transaction():
            again = orders.replacement(order, self.next_number(), moment)
            self.add_order(again, moment)
        return again

    def next_number(self):
        """Return the next order number."""
        return self.store.count("orders:number")

    def _place(self, moment, options, latest=None):
        number = self.next_number()
        outlet = self._outlet(number, options)
        stock = self._stock(outlet.name, options.get("skus"))
        order = orders.make_order(self.seed, number, outlet, moment, stock, options)
        if order is None:
            return None
        self.add_order(order, moment, latest)
        return order

    def outlets_of(self, channel):
        """Return the outlets of a channel."""
        return [outlet for outlet in self.outlets.values() if outlet.channel == channel]

    def _outlet(self, number, options):
        """Return the outlet that takes an order: the one stream of demand is split by the outlets' weights."""
        if options.get("marketplace"):
            return self.outlets[self.markets[options["marketplace"]].region]
        choice = [outlet for outlet in self.outlets.values() if options.get("channel") in (None, outlet.channel)
                  and (options.get("fulfilled_by") != MARKETPLACE or outlet.fulfils)]
        return self.draw_outlet(f"region:{number}", choice)

    def draw_outlet(self, key, choice):
        """Return one of some outlets by their weights; the same key draws the same.

        :raise events.Refused: if there is none
        """
        if not choice:
            raise events.Refused("no outlet here takes such an order")
        rng = random.Random(f"{self.seed}:{key}")
        return choice[0] if len(choice) == 1 else rng.choices(choice, weights=[one.weight for one in choice])[0]

    def _stock(self, region, skus):
        products = self._products.get(region)
        if products is None:
            rows = self.store.rows("SELECT sku, data FROM listing WHERE region = ?", region)
            products = self._products[region] = {row["sku"]: json.loads(row["data"]) for row in rows}
        rows = self.store.rows("SELECT sku, quantity FROM listing WHERE region = ?", region)
        return {row["sku"]: (products[row["sku"]], row["quantity"]) for row in rows if not skus or row["sku"] in skus}

    def _take_stock(self, order):
        for line in order["lines"]:
            row = self.store.row("SELECT quantity FROM listing WHERE region = ? AND sku = ?", order["region"],
                                 line["sku"])
            missing = max(0, line["quantity"] - row["quantity"])
            if missing:
                self.store.count("oversold:units", missing)
                self.store.count(f"oversold_sku:{line['sku']}", missing)
                self.store.count(f"oversold_channel:{order['channel']}", missing)
            reserved = line["quantity"] if order["fulfilled_by"] == MARKETPLACE else 0
            self.store.run("UPDATE listing SET quantity = max(0, quantity - ?), reserved = reserved + ?, "
                           "updated = max(updated, ?) WHERE region = ? AND sku = ?", line["quantity"], reserved,
                           order["created"], order["region"], line["sku"])

    def _schedule(self, order, moment, latest):
        """Plan what happens by itself; with ``latest``, what should have happened before it has happened."""
        if order["status"] == "pending":
            if latest and moment + timedelta(seconds=PAYMENT_TIME) < latest:
                order["status"] = "unshipped"
            else:
                order["due"] = to_text(self.clock.now() + self.clock.wait(PAYMENT_TIME))
                return
        if order["fulfilled_by"] == MARKETPLACE:
            shipped_at = moment + timedelta(hours=3)
            if latest and shipped_at < latest:
                order["history"].append(events.ship(order, shipped_at, events.event_rng(self.seed, order, "ship")))
                order["updated"] = to_text(shipped_at)
                self._release(order)
            else:
                order["due"] = to_text(self.clock.now() + self.clock.wait(MARKETPLACE_HANDLING))

    def get_order(self, order_id):
        """Return an order, or ``None``."""
        row = self.store.row("SELECT data FROM purchase WHERE id = ?", order_id)
        return json.loads(row["data"]) if row else None

    def apply(self, order, name, moment=None, rng=None):
        """Let an event of :data:`.events.EVENTS` happen to an order.

        :raise events.Refused: if its state does not allow that
        """
        moment = moment or self.clock.now()
        with self.store.transaction():
            happened = events.EVENTS[name](order, moment, rng or events.event_rng(self.seed, order, name))
            self.save(order, happened, moment)
            self.store.count(f"events:{name}")
        return happened

    def save(self, order, happened, moment=None, due=None):
        """Store a changed order and tell the listeners.

        :param due: time at which :func:`.events.due_event` is to happen by itself
        """
        order["updated"] = to_text(moment or self.clock.now())
        order["history"].append(happened)
        order["due"] = to_text(due) if due else self._due(order)
        with self.store.transaction():
            was = self.store.row("SELECT status FROM purchase WHERE id = ?", order["id"])["status"]
            if order["fulfilled_by"] == MARKETPLACE and order["status"] in CLOSED and was not in CLOSED:
                self._release(order)
            self.store.run("UPDATE purchase SET status = ?, updated = ?, due = ?, total = ?, units = ?, data = ? "
                           "WHERE id = ?", order["status"], order["updated"], order["due"], self._minor(order),
                           sum(line["quantity"] for line in order["lines"]), json.dumps(order), order["id"])
            for entry in order["returns"]:
                self.store.run("INSERT OR REPLACE INTO give_back VALUES (?, ?, ?, ?, ?, ?)", entry["id"], order["id"],
                               order["region"], entry["status"], entry["created"], entry["updated"])
            self._tell(order, happened)

    def _due(self, order):
        if order["status"] == "unshipped" and order["fulfilled_by"] == MARKETPLACE:
            return to_text(self.clock.now() + self.clock.wait(MARKETPLACE_HANDLING))
        return order["due"] if events.due_event(order) == "collect" and order["status"] in events.OPEN else None

    def _release(self, order):
        """End the reservation of an order that the marketplace fulfils; what was cancelled may be sold again."""
        back = order["status"] == "cancelled"
        for line in order["lines"]:
            self.store.run("UPDATE listing SET reserved = max(0, reserved - ?), quantity = quantity + ?, "
                           "updated = max(updated, ?) WHERE region = ? AND sku = ?", line["quantity"],
                           line["quantity"] * back, order["updated"], order["region"], line["sku"])

    def _insert(self, order):
        self.store.run(
            "INSERT INTO purchase VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", order["id"], order["number"],
            order["region"], order["marketplace"], order["fulfilled_by"], order["status"], order["created"],
            order["updated"], order["due"], order["currency"], self._minor(order), len(order["lines"]),
            sum(line["quantity"] for line in order["lines"]), json.dumps(order))

    @staticmethod
    def _minor(order):
        return int(money.order_total(order) / quantum(order["currency"]))

    def _tell(self, order, happened):
        for listener in self.listeners:
            listener(order, happened)

    # --- time ---

    def tick(self, everything=False):
        """Let what is due happen: payments, shipments by the marketplace.

        :param everything: also what is due later
        :return: number of events
        """
        limit = "9" if everything else to_text(self.clock.now())
        with self.store.lock:
            rows = self.store.rows("SELECT data FROM purchase WHERE due <= ? ORDER BY due, id", limit)
            if not rows:
                return 0
            with self.store.transaction():
                for row in rows:
                    order = json.loads(row["data"])
                    self.apply(order, events.due_event(order))
        return len(rows)

    def search_horizon(self):
        """Return the latest change that order searches may show."""
        return self.clock.now() - self.clock.wait(SEARCH_LAG)

    # --- listings ---

    def listing(self, region, sku):
        """Return a listing: its product with ``quantity, reserved, updated``; or ``None``."""
        row = self.store.row("SELECT * FROM listing WHERE region = ? AND sku = ?", region, sku)
        return self._listing(row) if row else None

    def listings(self, region):
        """Return all listings of a region by SKU."""
        return [self._listing(row) for row in
                self.store.rows("SELECT * FROM listing WHERE region = ? ORDER BY sku", region)]

    @staticmethod
    def _listing(row):
        return {**json.loads(row["data"]), "starting_quantity": json.loads(row["data"])["quantity"],
                "quantity": row["quantity"], "reserved": row["reserved"], "updated": row["updated"]}

    def set_quantity(self, region, sku, quantity):
        """Take over the quantity that a seller offers."""
        self.store.run("UPDATE listing SET quantity = ?, updated = ? WHERE region = ? AND sku = ?", quantity,
                       to_text(self.clock.now()), region, sku)
        self.store.count("stock:accepted")
        self.store.count(f"stock_accepted:{self.outlets[region].channel}")
        self.store.set_setting(f"pushed:{region}:{sku}", quantity)

    def reject_quantity(self, region):
        """Count a stock push that was refused."""
        self.store.count("stock:rejected")
        self.store.count(f"stock_rejected:{self.outlets[region].channel}")


def amazon_outlet(region):
    """Return the outlet of one of Amazon's regional accounts."""
    return Outlet(region, "amazon", 3 if region == "eu" else 2, tuple(in_region(region)), orders.KINDS,
                  orders.order_id, fulfils=True)


def _draw(shares, rng):
    """Return one of the names by their shares, or ``None`` for the rest."""
    return rng.choices([*shares, None], weights=[*shares.values(), 1 - sum(shares.values())])[0]
