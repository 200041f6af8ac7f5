"""Whatever happens, and in whatever order: units are the quants', values are the ledger's, bills are never lost."""

import logging
import os
from collections import Counter, defaultdict
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from odoo.tests import tagged

from ..engine import METHODS
from .common import CostCase

_logger = logging.getLogger(__name__)

EXAMPLES = int(os.environ.get("COST_PROOF_EXAMPLES", 8))  # docs/cost.md says how to run thousands of steps
STEPS = int(os.environ.get("COST_PROOF_STEPS", 25))
PRODUCT = st.integers(0, 1)
UNITS = st.integers(1, 9)
WHICH = st.integers(0, 99)
CENTS = st.integers(1, 999_99)
COMPONENTS = ("freight", "duty", "insurance", "preparation", "other")


class CostMachine(RuleBasedStateMachine):
    """Buyers, forwarders, customs and clerks in any order, on real transfers and bills.

    ``case`` is the test whose database and records it works on; what it did is undone at the end.
    """

    case = None
    taken = Counter()  # how often each step was taken

    def __init__(self):
        super().__init__()
        self.env = self.case.env
        self.savepoint = self.env.cr.savepoint()
        self.products = (self.case.product, self.case.second)
        self.moves = defaultdict(list)  # done moves by what they were
        self.billed = 0  # in the smallest unit of the company's currency

    def teardown(self):
        self.savepoint.rollback()
        self.savepoint.close()
        self.env.invalidate_all()

    def _note(self, name, move=None):
        self.taken[name] += 1
        if move:
            self.moves[name].append(move)

    def _pick(self, which, *names):
        moves = [move for name in names for move in self.moves[name]]
        return moves[which % len(moves)]

    @initialize(method=st.sampled_from(sorted(METHODS)))
    def choose(self, method):
        self.case.company.cost_layer_method = method

    @rule(method=st.sampled_from(sorted(METHODS)))
    def choose_another(self, method):
        """All is replayed, and the ledger follows."""
        self.choose(method)
        self._note(method)

    # === GOODS === #

    @rule(product=PRODUCT, units=UNITS, cents=CENTS, currency=st.integers(0, 2))
    def buy(self, product, units, cents, currency):
        currency = (None, self.case.usd, self.case.jpy)[currency]
        line = self.case.buy(units, cents / 100, product=self.products[product], currency=currency)
        self._note("receipt", line.move_ids)

    @rule(product=PRODUCT, units=UNITS, way=st.integers(0, 3))
    def transfer(self, product, units, way):
        """Between the warehouses and by sea; also of units that are not there."""
        hub, uk, sea = self.case.hub.lot_stock_id, self.case.uk.lot_stock_id, self.case.sea
        source, target = ((hub, sea), (sea, uk), (hub, uk), (uk, hub))[way]
        self._note("transfer", self.case.move(source, target, units, self.products[product]))

    @rule(product=PRODUCT, units=UNITS, uk=st.booleans())
    def sell(self, product, units, uk):
        warehouse = self.case.uk if uk else self.case.hub
        self._note("sale", self.case.sell(units, warehouse, product=self.products[product]))

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

    @rule(product=PRODUCT, units=UNITS)
    def find(self, product, units):
        product = self.products[product]
        inventory = product.with_company(self.case.company).property_stock_inventory
        self._note("gain", self.case.move(inventory, self.case.hub.lot_stock_id, units, product))

    @precondition(lambda self: self.moves["sale"])
    @rule(which=WHICH, units=UNITS, uk=st.booleans())
    def take_back(self, which, units, uk):
        """Customers also send back more than they got, and to the other warehouse."""
        sale = self._pick(which, "sale")
        place = (self.case.uk if uk else self.case.hub).lot_stock_id
        self._note("return", self.case.move(self.case.customers, place, units, sale.product_id, returned=sale))

    @precondition(lambda self: self.moves["receipt"])
    @rule(which=WHICH, units=UNITS)
    def give_back(self, which, units):
        receipt = self._pick(which, "receipt")
        stock = self.case.hub.lot_stock_id
        move = self.case.move(stock, self.case.suppliers, units, receipt.product_id, returned=receipt)
        self._note("supplier return", move)

    @precondition(lambda self: any(self.moves.values()))
    @rule(which=WHICH, units=st.integers(0, 9))
    def correct_quantity(self, which, units):
        move = self._pick(which, *self.moves)
        move.move_line_ids[:1].quantity = units
        self._note("correction")

    # === MONEY === #

    @precondition(lambda self: self.moves["receipt"] or self.moves["transfer"])
    @rule(
        which=st.lists(WHICH, min_size=1, max_size=3),
        cents=st.integers(-500_00, 9999_99),
        currency=st.integers(0, 2),
        component=st.sampled_from(COMPONENTS),
    )
    def bill_late(self, which, cents, currency, component):
        """One bill or refund over several receipts and journeys; what is not divisible is spread to the cent."""
        currency = (self.case.company.currency_id, self.case.usd, self.case.jpy)[currency]
        source = f"Bill {self.taken['bill']}"
        total = Decimal(cents) / 100
        base = {"component": component, "currency": currency, "date": self.case.today, "source": source}
        part = total / len(which)
        allocations = [{**base, "move": self._pick(one, "receipt", "transfer"), "amount": part} for one in which]
        events = self.env["cost.event"]._add_cost(
            [{**one, "key": f"{source}/{i}"} for i, one in enumerate(allocations)]
        )
        rate = currency._get_conversion_rate(
            currency, self.case.company.currency_id, self.case.company, self.case.today
        )
        booked = round(sum(events.mapped(component)) * 100)
        self.case.assertAlmostEqual(booked, cents * rate, delta=0.5001)
        again = self.env["cost.event"]._add_cost([{**one, "key": f"{source}/{i}"} for i, one in enumerate(allocations)])
        self.case.assertFalse(again, "The same bill counted twice")
        self.billed += booked
        self._note("bill")

    @precondition(lambda self: self.moves["receipt"])
    @rule(which=WHICH, cents=CENTS)
    def change_price(self, which, cents):
        """The vendor's bill says another price than the order."""
        order = self._pick(which, "receipt").purchase_line_id.order_id
        order.action_create_invoice()
        bills = order.invoice_ids.filtered(lambda move: move.state == "draft")
        bills.invoice_date = self.case.today
        bills.invoice_line_ids.price_unit = cents / 100
        bills.action_post()
        self._note("price")

    # === WHAT MUST HOLD === #

    @invariant()
    def units_and_ledger_are_right_and_a_replay_says_the_same(self):
        self.case.check()

    @invariant()
    def all_that_was_billed_is_in_stock_or_in_cost_of_sales(self):
        company = self.case.company
        capitalised = self.case.balance(company.cost_layer_account_id)
        expensed = self.case.balance(company.cost_layer_expense_account_id)
        self.case.assertEqual(round((capitalised + expensed) * 100), self.billed)
        self.case.assertEqual(self.case.balance(company.cost_layer_clearing_account_id), -self.billed / 100)

    @invariant()
    def purchases_of_the_log_are_what_odoo_says(self):
        for move in self.moves["receipt"]:
            events = self.env["cost.event"].search([("move_id", "=", move.id)])
            self.case.assertEqual(round(sum(events.mapped("purchase")), 2), round(move.value, 2))


@tagged("post_install", "-at_install")
class TestCostProof(CostCase):
    def test_units_values_and_bills(self):
        machine = type("Machine", (CostMachine,), {"case": self, "taken": Counter()})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                derandomize="COST_PROOF_EXAMPLES" not in os.environ,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
        _logger.info("%s steps: %s", machine.taken.total(), dict(machine.taken))
