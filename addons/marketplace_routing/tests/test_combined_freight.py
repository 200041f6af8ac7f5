from odoo.addons.marketplace.contract import Capability
from odoo.tests import tagged

from .test_trial import TrialCase


@tagged("post_install", "-at_install")
class TestCombinedFreight(TrialCase):
    """A rule merges; the post takes 5 for a parcel from Leeds."""

    def setUp(self):
        super().setUp()
        self.connector.capabilities = frozenset(Capability) - {Capability.LABELS}
        self._create_ruleset({"merge": True}, self._ship_from(self.warehouse))

    def _get_estimates(self, orders):
        return orders.mapped("routing_freight_estimate")

    def test_rule_merges_orders_as_they_come_in(self):
        first = self._import(self._order("O1", self._pens(3)))
        self.assertFalse(first.picking_ids.combined_parcel_id)
        self.assertEqual(self._get_estimates(first), [5])
        second = self._import(self._order("O2", self._pens(1)))
        self.assertEqual(first.picking_ids.combined_parcel_id.picking_ids, (first | second).picking_ids)

    def test_freight_of_the_parcel_counts_once(self):
        orders = self._import(self._order("O1", self._pens(3)), self._order("O2", self._pens(1)))
        self.assertEqual(self._get_estimates(orders), [3.75, 1.25])
        parcels = orders.picking_ids.marketplace_routing_parcel_ids
        self.assertEqual(sum(parcels.mapped("estimated_freight")), 5)

    def test_taken_apart_each_parcel_costs_its_own(self):
        orders = self._import(self._order("O1", self._pens(3)), self._order("O2", self._pens(1)))
        orders.picking_ids.combined_parcel_id.action_take_apart()
        self.assertEqual(self._get_estimates(orders), [5, 5])

    def test_held_order_leaves_its_share_to_the_others(self):
        orders = self._import(*(self._order(f"O{number}", self._pens(2)) for number in range(3)))
        orders[0]._hold("address", "?")
        self.assertEqual(self._get_estimates(orders), [5, 2.5, 2.5])

    def test_rule_that_does_not_merge(self):
        self._create_ruleset(self._ship_from(self.warehouse))
        orders = self._import(self._order("O1", self._pens(3)), self._order("O2", self._pens(1)))
        self.assertFalse(orders.picking_ids.combined_parcel_id)
        self.assertEqual(self._get_estimates(orders), [5, 5])
