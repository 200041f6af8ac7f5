"""Orders that are estimated, delivered and settled."""

from odoo.tests import freeze_time

from ..profit_case import ProfitCase

NOW = "2026-05-20 12:00:00"


class EstimateCase(ProfitCase):
    """A card of 15 % for the fake marketplace; no other rate holds. It is the 20th of May 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(NOW))
        cls.Rate, cls.Estimate = cls.env["profit.rate"], cls.env["profit.estimate"]
        cls.Rate.search([("id", ">", 0)]).action_archive()
        cls.card = cls._create_rate("Card", "commission", percentage=15)

    @classmethod
    def _create_rate(cls, name, code, **values):
        return cls.Rate.create({"name": name, "kind_id": cls.kinds[code].id, **values})

    def _estimate(self, orders):
        self.Estimate._estimate(orders)
        return self.Estimate.search([("order_id", "in", orders.ids)])

    def _amounts(self, estimates, field="amount_currency"):
        """``{kind: sum}``"""
        sums = {}
        for estimate in estimates:
            code = estimate.kind_id.code
            sums[code] = round(sums.get(code, 0) + estimate[field], 3)
        return sums
