from collections import Counter, defaultdict
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from odoo import fields

from ..engine import COMPONENTS, METHODS
from .truths import Truths

REPLAY = 10  # a replay from zero is compared after so many steps, and at the end
PRODUCT = st.integers(0, 1)
UNITS = st.integers(1, 9)
WHICH = st.integers(0, 99)
CENTS = st.integers(1, 999_99)
GOODS = st.lists(st.tuples(PRODUCT, UNITS), min_size=1, max_size=5)
CHOSEN = st.lists(st.tuples(WHICH, UNITS), min_size=1, max_size=5)


class CostMachine(RuleBasedStateMachine):
    """Buyers, forwarders, customs and clerks in any order, on real transfers and bills, over several months.

    ``case`` is the test whose database and records it works on; what it did is undone at the end. ``clock`` is the
    test's frozen time, ``taken`` counts steps and what was done in them: each receipt, delivery, bill … is one.
    """

    case = None
    clock = None
    start = None
    taken = Counter()

    def __init__(self):
        super().__init__()
        self.clock.move_to(self.start)
        self.env = self.case.env
        self.savepoint = self.env.cr.savepoint()
        self.truths = Truths(self.case, self.case.company)
        self.products = (self.case.product, self.case.second)
        self.moves = defaultdict(self.env["stock.move"].browse)  # done moves by what they were
        self.billed = 0  # in the smallest unit of the company's currency
        self.closed = {}  # value of closed months when they were closed
        self.steps = 0

    def teardown(self):
        try:
            if self.steps:
                self.truths.check_replay()
        finally:
            self.savepoint.rollback()
            self.savepoint.close()
            self.env.invalidate_all()

    @property
    def today(self):
        return fields.Date.context_today(self.case.company)

    def _note(self, name, moves=()):
        self.taken[name] += len(moves) or 1
        if moves:
            self.moves[name] |= moves

    def _pick(self, which, *names):
        moves = [move for name in names for move in self.moves[name]]
        return moves[which % len(moves)]

    def _pick_for_return(self, which, name):
        """Odoo divides by the quantity of what is given back: what was corrected to nothing is not."""
        moves = self.moves[name].filtered("quantity")
        return moves[which % len(moves)]

    def _move(self, name, rows):
        """Move goods in one batch: `rows` are (source, target, units, product, returned move)."""
        self._note(name, self.case.move_all(rows))

    @initialize(method=st.sampled_from(sorted(METHODS)))
    def choose(self, method):
        self.case.company.cost_layer_method = method

    @precondition(lambda self: any(self.moves.values()))
    @rule(step=st.integers(1, len(METHODS) - 1))
    def choose_another(self, step):
        """All is replayed, and the ledger follows."""
        methods = sorted(METHODS)
        method = methods[(methods.index(self.case.company.cost_layer_method) + step) % len(methods)]
        self.choose(method)
        self._note(method)

    @precondition(lambda self: any(self.moves.values()) and not self.closed)
    @rule(method=st.sampled_from(sorted(METHODS)))
    def start_anew(self, method):
        """Cost layers come to a database that has been running; bills come for what is still there only."""
        self.env.flush_all()
        self.case.start_anew(method)
        known = self.env["cost.event"].search([("company_id", "=", self.case.company.id)]).move_id
        for name in ("receipt", "transfer"):
            self.moves[name] &= known
        self._note("start anew")

    # === GOODS === #

    @rule(lines=st.lists(st.tuples(PRODUCT, UNITS, CENTS), min_size=1, max_size=5), currency=st.integers(0, 2))
    def buy(self, lines, currency):
        currency = (None, self.case.usd, self.case.jpy)[currency]
        rows = [(self.products[product], units, cents / 100) for product, units, cents in lines]
        self._note("receipt", self.case.buy_all(rows, currency=currency).move_ids)

    @rule(goods=GOODS, way=st.integers(0, 3))
    def transfer(self, goods, way):
        """Between the warehouses and by sea; also of units that are not there."""
        hub, uk, sea = self.case.hub.lot_stock_id, self.case.uk.lot_stock_id, self.case.sea
        source, target = ((hub, sea), (sea, uk), (hub, uk), (uk, hub))[way]
        self._move("transfer", [(source, target, units, self.products[product], None) for product, units in goods])

    @rule(goods=GOODS, uk=st.booleans())
    def sell(self, goods, uk):
        source = (self.case.uk if uk else self.case.hub).lot_stock_id
        customers = self.case.customers
        self._move("sale", [(source, customers, units, self.products[product], None) for product, units in goods])

    @rule(product=PRODUCT, units=UNITS)
    def scrap(self, product, units):
        product = self.products[product]
        scrap = self.env["stock.scrap"].create(
            {
                "product_id": product.id,
                "scrap_qty": units,
                "location_id": self.case.hub.lot_stock_id.id,
                "company_id": self.case.company.id,
            }
        )
        scrap.do_scrap()
        self._note("loss", scrap.move_ids)

    @rule(goods=GOODS)
    def find(self, goods):
        inventory = self.products[0].with_company(self.case.company).property_stock_inventory
        stock = self.case.hub.lot_stock_id
        self._move("gain", [(inventory, stock, units, self.products[product], None) for product, units in goods])

    @precondition(lambda self: self.moves["sale"].filtered("quantity"))
    @rule(chosen=CHOSEN, uk=st.booleans())
    def take_back(self, chosen, uk):
        """Customers also send back more than they got, and to the other warehouse."""
        place = (self.case.uk if uk else self.case.hub).lot_stock_id
        sales = [(self._pick_for_return(which, "sale"), units) for which, units in chosen]
        self._move("return", [(self.case.customers, place, units, sale.product_id, sale) for sale, units in sales])

    @precondition(lambda self: self.moves["receipt"].filtered("quantity"))
    @rule(chosen=CHOSEN)
    def give_back(self, chosen):
        stock, suppliers = self.case.hub.lot_stock_id, self.case.suppliers
        receipts = [(self._pick_for_return(which, "receipt"), units) for which, units in chosen]
        rows = [(stock, suppliers, units, receipt.product_id, receipt) for receipt, units in receipts]
        self._move("supplier return", rows)

    @precondition(lambda self: any(self.moves.values()))
    @rule(which=WHICH, units=st.integers(0, 9))
    def correct_quantity(self, which, units):
        move = self._pick(which, *self.moves)
        move.move_line_ids[:1].quantity = units
        self._note("correction")

    # === MONEY === #

    @precondition(lambda self: self.moves["receipt"] or self.moves["transfer"])
    @rule(
        which=st.lists(WHICH, min_size=1, max_size=4),
        cents=st.integers(-500_00, 9999_99),
        currency=st.integers(0, 2),
        component=st.sampled_from(COMPONENTS[1:]),
        days=st.integers(0, 70),
    )
    def bill_late(self, which, cents, currency, component, days):
        """One bill or refund, old or new, over several receipts and journeys; it is spread to the cent."""
        company = self.case.company
        currency = (company.currency_id, self.case.usd, self.case.jpy)[currency]
        source, day = f"Bill {self.taken['bill']}", self.today - relativedelta(days=days)
        base = {"component": component, "currency": currency, "date": day, "source": source}
        part = Decimal(cents) / 100 / len(which)
        allocations = [
            {**base, "move": self._pick(one, "receipt", "transfer"), "amount": part, "key": f"{source}/{i}"}
            for i, one in enumerate(which)
        ]
        events = self.env["cost.event"]._add_cost(allocations)
        booked = round(sum(events.mapped(component)) * 100)
        rate = currency._get_conversion_rate(currency, company.currency_id, company, day)
        self.case.assertAlmostEqual(booked, cents * rate, delta=0.5001)
        self.case.assertFalse(self.env["cost.event"]._add_cost(allocations), "The same bill counted twice")
        for event in events:
            self.case.assertGreater(event.day, company._get_cost_closed_day() or event.day - relativedelta(days=1))
        self.billed += booked
        self._note("bill")

    @precondition(lambda self: self.moves["receipt"])
    @rule(which=WHICH, cents=CENTS)
    def change_price(self, which, cents):
        """The vendor's bill says another price than the order."""
        order = self._pick(which, "receipt").purchase_line_id.order_id
        order.action_create_invoice()
        bills = order.invoice_ids.filtered(lambda move: move.state == "draft")
        bills.invoice_date = self.today
        bills.invoice_line_ids.price_unit = cents / 100
        bills.action_post()
        self._note("price")

    # === TIME === #

    @rule(days=st.integers(1, 40))
    def pass_time(self, days):
        self.clock.tick(days * 86400)
        self._note("days pass")

    @precondition(lambda self: self._get_month_to_close() not in self.closed)
    @rule()
    def close_month(self):
        snapshot = self.env["cost.snapshot"].create({"day": self._get_month_to_close()})
        self.closed[snapshot.day] = self._get_closed_value(snapshot.day)
        self._note("month closed")

    def _get_month_to_close(self):
        return self.today + relativedelta(day=1, days=-1)

    def _get_closed_value(self, day):
        lines = self.env["cost.snapshot.line"].search(
            [("snapshot_id.day", "=", day), ("company_id", "=", self.case.company.id)]
        )
        return round(sum(lines.mapped("value")) * 100)

    # === WHAT MUST HOLD === #

    @invariant()
    def units_values_and_bills_are_right(self):
        self.truths.check(self.billed, self.moves["receipt"])
        self.steps += 1
        self.taken["steps"] += 1
        if self.steps % REPLAY == 0:
            self.truths.check_replay()
            for day, value in self.closed.items():
                self.case.assertEqual(self._get_closed_value(day), value)
