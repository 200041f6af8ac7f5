import json

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .import_case import ImportCase

ALL_SHOPS = ("warehouse", "buyer", "accountant", "manager")


@tagged("post_install", "-at_install")
class TestRoles(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign_shop = cls.shop.copy(
            {"name": "Foreign", "external_id": "FR1", "warehouse_ids": cls.warehouse.ids, "state": "running"}
        )
        cls.env["marketplace.listing"].create({"shop_id": cls.foreign_shop.id, "sku": "MUG", "product_id": cls.mug.id})
        cls.operator = new_test_user(
            cls.env, "mp-operator", "marketplace.group_operator,sales_team.group_sale_salesman_all_leads"
        )
        cls.shop.user_ids = cls.operator
        cls.users = {role: new_test_user(cls.env, f"mp-{role}", f"marketplace.group_{role}") for role in ALL_SHOPS}

    def setUp(self):
        super().setUp()
        self.own = self._import(self._order("OWN"))
        record = self.connector.add_order(self._order("FOREIGN", shop_id="FR1"))
        self._run_import(self.Inbox._receive(self.foreign_shop, [record]))
        self.foreign = self._find("FOREIGN")
        self._ship(self.own | self.foreign)
        for order in self.own | self.foreign:
            self._create_aftersales(order)
        self.plain = self.env["sale.order"].create({"partner_id": self.own.partner_id.id})
        listings = self.env["marketplace.listing"].search([("shop_id", "in", (self.shop | self.foreign_shop).ids)])
        self.env["marketplace.stock.push"].create(
            [{"listing_id": listing.id, "shop_id": listing.shop_id.id, "quantity": 1} for listing in listings]
        )

    def _create_aftersales(self, order):
        """A parcel, a return, a cancellation and a refund of an order."""
        vals = {"order_id": order.id, "shop_id": order.marketplace_shop_id.id}
        line = {"line_ref": order.order_line[:1].marketplace_line_ref}
        self.env["marketplace.parcel"].create({**vals, "picking_id": order.picking_ids.id, "reference": order.name})
        self.env["marketplace.cancellation"].create({**vals, "reference": order.name, "reason": "other"})
        self.env["marketplace.return"].create(
            {**vals, "name": order.name, "kind": "return", "state": "requested", "line_ids": [(0, 0, line)]}
        )
        self.env["marketplace.refund"].create({"order_id": order.id, "reason": "Late", "line_ids": [(0, 0, line)]})

    def _shops_seen(self, user, model, path):
        records = self.env[model].with_user(user).search([(path, "in", (self.shop | self.foreign_shop).ids)])
        return records.sudo().mapped(path)

    def _paths(self):
        return {
            "marketplace.shop": "id",
            "marketplace.inbox": "shop_id",
            "marketplace.listing": "shop_id",
            "marketplace.shipment": "shop_id",
            "marketplace.parcel": "shop_id",
            "marketplace.return": "shop_id",
            "marketplace.return.line": "shop_id",
            "marketplace.cancellation": "shop_id",
            "marketplace.refund": "shop_id",
            "marketplace.refund.line": "shop_id",
            "marketplace.stock.push": "shop_id",
            "sale.order": "marketplace_shop_id",
            "sale.order.line": "order_id.marketplace_shop_id",
        }

    def test_operator_sees_own_shops_only(self):
        for model, path in self._paths().items():
            with self.subTest(model=model):
                seen = self._shops_seen(self.operator, model, path)
                self.assertEqual([getattr(shop, "id", shop) for shop in seen], self.shop.ids)

    def test_all_other_roles_see_all_shops(self):
        for role, user in self.users.items():
            for model, path in self._paths().items():
                if role == "buyer" and model.startswith("sale."):
                    continue  # buyers see stock and listings; sales documents need a sales role
                with self.subTest(role=role, model=model):
                    seen = self._shops_seen(user, model, path)
                    ids = [getattr(shop, "id", shop) for shop in seen]
                    self.assertEqual(sorted(ids), sorted((self.shop | self.foreign_shop).ids))

    def test_counts_and_groups_tell_nothing_about_foreign_shops(self):
        for model, path in self._paths().items():
            field = "shop_id" if path == "shop_id" else path.rpartition(".")[2]
            Model = self.env[model].with_user(self.operator)
            with self.subTest(model=model):
                self.assertEqual(Model.search_count([(path, "in", self.foreign_shop.ids)]), 0)
                self.assertGreater(Model.search_count([(path, "in", self.shop.ids)]), 0)
            if field in Model._fields and field != "id":
                groups = dict(Model._read_group([], [field], ["__count"]))
                self.assertNotIn(self.foreign_shop, groups)
                self.assertIn(self.shop, groups)
        groups = (
            self.env["sale.order"]
            .with_user(self.operator)
            .formatted_read_group([], ["marketplace_shop_id"], ["amount_total:sum"])
        )
        self.assertNotIn(
            self.foreign_shop.id, [group["marketplace_shop_id"] and group["marketplace_shop_id"][0] for group in groups]
        )

    def test_foreign_records_cannot_be_read_or_changed_by_number(self):
        foreign = [
            self.foreign,
            self.foreign.order_line,
            self.foreign_shop,
            self._rows("FOREIGN"),
            self.foreign.marketplace_shipment_ids,
        ]
        for records in foreign:
            self.assertTrue(records)
            with self.subTest(model=records._name), self.assertRaises(AccessError):
                records.with_user(self.operator).read(["display_name"])
        with self.assertRaises(AccessError):
            self.foreign.order_line.with_user(self.operator).read(["marketplace_charges"])
        with self.assertRaises(AccessError):
            self.foreign.with_user(self.operator).action_marketplace_release()
        with self.assertRaises(AccessError):
            self.env["marketplace.listing"].search([("shop_id", "=", self.foreign_shop.id)]).with_user(
                self.operator
            ).write({"publish": False})

    def test_money_of_own_lines_is_readable(self):
        (line,) = self.own.order_line.with_user(self.operator).read(["marketplace_charges"])
        self.assertEqual(json.loads(json.dumps(line["marketplace_charges"]))[0]["amount"], "12.00")

    def test_operator_still_sees_orders_of_no_shop(self):
        self.assertTrue(self.plain.with_user(self.operator).has_access("read"))

    def test_related_records_do_not_open_a_way(self):
        partner = self.foreign.partner_id.with_user(self.operator)
        self.env.invalidate_all()
        self.assertFalse(partner.sale_order_ids)
        self.assertFalse(
            self.env["sale.order.line"].with_user(self.operator).search([("order_id.marketplace_ref", "=", "FOREIGN")])
        )

    def test_raw_payload_is_for_managers(self):
        row = self._rows("OWN")
        with self.assertRaises(AccessError):
            row.with_user(self.operator).read(["payload"])
        for field in ("payload", "payload_text"):
            self.assertNotIn(field, row.with_user(self.operator).fields_get())
        self.assertEqual(row.with_user(self.users["manager"]).payload["id"], "OWN")

    def test_only_managers_connect(self):
        for user in (self.operator, *(self.users[role] for role in ("warehouse", "buyer", "accountant"))):
            for records in (self.account, self.shop):
                with self.subTest(user=user.login, model=records._name), self.assertRaises(AccessError):
                    records.with_user(user).write({"name": "Mine"})
        self.account.with_user(self.users["manager"]).name = "Ours"
        self.assertEqual(self.account.name, "Ours")

    def test_user_without_a_role_sees_nothing(self):
        nobody = new_test_user(self.env, "mp-nobody", "base.group_user")
        for model in (
            "marketplace.account",
            "marketplace.shop",
            "marketplace.inbox",
            "marketplace.listing",
            "marketplace.shipment",
        ):
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(nobody).search([])


@tagged("post_install", "-at_install")
class TestCompanies(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Elsewhere", "currency_id": cls.env.company.currency_id.id})
        cls.stranger = new_test_user(
            cls.env,
            "mp-stranger",
            "marketplace.group_manager",
            company_id=cls.other.id,
            company_ids=[(6, 0, cls.other.ids)],
        )

    def test_another_company_sees_none_of_it(self):
        order = self._import(self._order("O1"))
        self._ship(order)
        listing = self.env["marketplace.listing"].search([("shop_id", "=", self.shop.id)], limit=1)
        push = self.env["marketplace.stock.push"].create(
            {"listing_id": listing.id, "shop_id": self.shop.id, "quantity": 1}
        )
        fetch = self.env["marketplace.fetch"].create(
            {"account_id": self.account.id, "shop_ids": self.shop.ids, "kind": "manual", "since": "2026-05-01 00:00:00"}
        )
        records = (
            self.account,
            self.shop,
            self._rows("O1"),
            listing,
            push,
            fetch,
            order.marketplace_shipment_ids,
            order,
        )
        for record in records:
            with self.subTest(model=record._name):
                self.assertTrue(record)
                self.assertFalse(record.with_user(self.stranger).has_access("read"))
                self.assertFalse(record.with_user(self.stranger).search([("id", "in", record.ids)]))

    def test_orders_come_into_the_company_of_their_shop(self):
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", self.other.id)], limit=1)
        account = self.env["marketplace.account"].create({"name": "Fake", "state": "test", "company_id": self.other.id})
        shop = self.env["marketplace.shop"].create(
            {
                "name": "Elsewhere",
                "account_id": account.id,
                "external_id": "EW",
                "currency_id": self.other.currency_id.id,
                "warehouse_ids": warehouse.ids,
            }
        )
        product = self.env["product.product"].create({"name": "Untaxed", "is_storable": True, "taxes_id": False})
        self.env["marketplace.listing"].create({"shop_id": shop.id, "sku": "MUG", "product_id": product.id})
        rows = self.Inbox._receive(shop, [self.connector.add_order(self._order("O1", shop_id="EW"))])
        rows |= self._receive(self._order("O2"))
        self._run_import(rows)
        first, second = self._find("O1"), self._find("O2")
        self.assertEqual(
            (first.company_id, first.picking_ids.company_id, first.warehouse_id), (self.other, self.other, warehouse)
        )
        self.assertEqual((second.company_id, second.picking_ids.company_id), (self.env.company, self.env.company))

    def test_shop_takes_no_warehouse_of_another_company(self):
        foreign = self.env["stock.warehouse"].search([("company_id", "=", self.other.id)], limit=1)
        with self.assertRaisesRegex(Exception, "(?i)compan"):
            self.shop.fulfilment_warehouse_id = foreign


@tagged("post_install", "-at_install")
class TestEveryModel(ImportCase):
    def _models(self):
        return [model for name, model in self.env.items() if name.startswith("marketplace.") and not model._abstract]

    def test_every_model_has_access_rights(self):
        granted = set(self.env["ir.model.access"].search([("group_id", "!=", False)]).model_id.mapped("model"))
        self.assertGreater(len(self._models()), 5)
        self.assertEqual([model._name for model in self._models() if model._name not in granted], [])

    def test_no_right_is_for_everybody(self):
        rights = self.env["ir.model.access"].search(
            [("model_id.model", "=like", "marketplace.%"), ("group_id", "=", False)]
        )
        self.assertEqual(rights.mapped("name"), [])

    def _global_rules(self, model):
        rules = self.env["ir.rule"].search([("model_id.model", "=", model._name), ("groups", "=", False)])
        return " ".join(rule.domain_force for rule in rules if rule.perm_read and rule.perm_write)

    def test_every_model_with_a_company_has_a_rule_for_it(self):
        models = [
            model for model in self._models() if not model._transient and {"company_id", "shop_id"} & set(model._fields)
        ]
        self.assertGreater(len(models), 4)
        self.assertEqual([model._name for model in models if "company_ids" not in self._global_rules(model)], [])

    def test_every_model_with_a_shop_has_a_rule_for_operators(self):
        models = [model for model in self._models() if not model._transient and "shop_id" in model._fields]
        self.assertGreater(len(models), 3)
        missing = [model._name for model in models if "marketplace.group_all_shops" not in self._global_rules(model)]
        self.assertEqual(missing, [])
