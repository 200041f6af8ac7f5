"""Orders of a marketplace in memory, held for one reason or another."""

from odoo.addons.marketplace.tests.import_case import ImportCase

from ..checks.finding import Finding


class HoldCase(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Hold = cls.env["marketplace.hold"]
        # What the rules of the addon find is not what is tested here.
        cls.env["marketplace.review.rule"].search([]).active = False

    def _orders(self, count, prefix="O"):
        """Imported and reserved orders."""
        return self._import_and_reserve(*(self._order(f"{prefix}{number}") for number in range(count)))

    def _finding(self, order, kind="amount", note="Ten times the usual", evidence=(), fingerprint="ten"):
        return Finding(order.id, kind, note, evidence, fingerprint)

    def _raise(self, orders, kind="amount", **vals):
        return self.Hold._raise(self._finding(order, kind, **vals) for order in orders)

    def _shown(self, order):
        return order.marketplace_hold, order.marketplace_hold_note

    def _kinds(self, order):
        return sorted(self.Hold._find_open(order).mapped("kind"))
