from decimal import Decimal
from unittest import SkipTest

from odoo.tests import tagged

from .profit_case import ProfitCase

try:
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st
except ImportError:
    raise SkipTest("hypothesis is not installed") from None

# Currencies with 0, 2 and 3 decimals, and what one of them is worth in the company's.
CURRENCIES = {"USD": 0.79, "EUR": 0.86, "JPY": 0.0053, "KWD": 2.57, "CHF": 0.91}
KINDS = {
    "Order > ItemPrice > Principal": (1, 90000),
    "Order > ItemFees > Commission": (-15000, -1),
    "Order > Refund > Principal": (-60000, -1),
    "Fee > Storage": (-9000, 9000),
    "Reserve > Held": (-5000, 5000),
}
AMOUNT = st.sampled_from(sorted(KINDS)).flatmap(
    lambda words: st.tuples(
        st.just(words),
        st.integers(*KINDS[words]).filter(bool),
        st.sampled_from(["A-1", "A-2", "A-3", "NOT-HERE"]),
        st.sampled_from([1, 5, 29, 33, 45]),
    )
)
SETTLEMENT = st.tuples(
    st.sampled_from(sorted(CURRENCIES)), st.lists(AMOUNT, min_size=1, max_size=8), st.sampled_from(["", "rev", "again"])
)


@tagged("post_install", "-at_install")
class TestRandom(ProfitCase):
    """Settlements as they come: refunds, partial refunds, reserves, months, currencies, taken back or posted anew."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for code, rate in CURRENCIES.items():
            if code != cls.currency:
                cls._set_foreign(code, rate)

    def _post_random(self, number, drawn):
        currency, amounts, fate = drawn
        places = self.env["res.currency"].search([("name", "=", currency)]).decimal_places
        lines = [
            (words, str(Decimal(value).scaleb(-places)), {"order": order, "sku": "MUG", "units": 1, "day": day})
            for words, value, order, day in amounts
        ]
        settlement = self._post(f"R{number}", *lines, currency=currency)
        if fate:
            settlement.action_reverse()
        if fate == "again":
            settlement.action_post()
        return settlement

    def test_profit_equals_the_ledger_whatever_comes(self):
        self._import(*(self._order(f"A-{number}") for number in range(1, 4)))

        @settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(st.lists(SETTLEMENT, min_size=1, max_size=2))
        def check(drawn):
            with self.env.cr.savepoint() as savepoint:
                posted = [self._post_random(number, one) for number, one in enumerate(drawn)]
                self._months("2026-05", "2026-06")
                rows = self._rows()
                self.Month.search([("company_id", "=", self.company.id), ("name", "=", "2026-05")])._rebuild()
                self.assertEqual(self._rows(), rows)
                for settlement in posted:
                    self._check_amounts(settlement)
                savepoint.rollback()
            self.env.invalidate_all()

        check()

    def _check_amounts(self, settlement):
        """In the settlement's currency, the facts of each item add up to it, and none is of another sign."""
        for item, facts in self._of_settlement(settlement).grouped("move_line_id").items():
            self.assertAlmostEqual(sum(facts.mapped("amount_currency")), -item.amount_currency, 3)
            self.assertAlmostEqual(sum(facts.mapped("amount")), -item.balance, 3)
            signs = {fact.settlement_line_id.amount > 0 for fact in facts}
            if len(signs) == 1:
                self.assertFalse([fact for fact in facts if fact.amount_currency * fact.settlement_line_id.amount < 0])
