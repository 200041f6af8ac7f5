from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .first_mile_case import FirstMileCase


class TestSecurity(FirstMileCase):
    def setUp(self):
        super().setUp()
        self.shipment = self._create_shipment({self.kettle: 20})

    def _as(self, group):
        user = new_test_user(self.env, f"fm-{group}", f"base.group_user,marketplace.group_{group}")
        return self.shipment.with_user(user)

    def test_other_companies_see_nothing(self):
        company = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env, "fm-other", "base.group_user,marketplace.group_warehouse",
            company_id=company.id, company_ids=company.ids,
        )  # fmt: skip
        self.env["first.mile.cost"].create({"shipment_id": self.shipment.id, "name": "Sea", "estimate": 9})
        self._add_legs(self.shipment)
        for name in ("shipment", "shipment.line", "carton", "carton.line", "leg", "cost"):
            model = f"first.mile.{name}"
            self.assertTrue(self.env[model].search([("id", ">", 0)], limit=1))
            self.assertFalse(self.env[model].with_user(user).search([]), model)
        with self.assertRaises(AccessError):
            self.shipment.with_user(user).read(["name"])

    def test_who_may_what(self):
        self._as("warehouse").action_plan()
        self._as("buyer").action_compare_quotes()
        reader = self._as("accountant")
        self.assertEqual(reader.read(["state"])[0]["state"], "planned")
        with self.assertRaises(AccessError):
            reader.write({"ship_date": "2026-01-01"})
        cost = reader.env["first.mile.cost"].create({"shipment_id": self.shipment.id, "name": "Sea", "estimate": 9})
        cost.action_allocate()
        self.assertEqual(cost.share_ids.amount, 9)

    def test_operators_read_but_do_not_see_costs(self):
        operator = self._as("operator")
        self.assertEqual(operator.read(["state"])[0]["state"], "draft")
        with self.assertRaises(AccessError):
            operator.env["first.mile.cost"].search([])
