"""A shop whose dear orders go bad, and a model that has learnt it."""

import random
from datetime import timedelta

from odoo import fields
from odoo.addons.marketplace.tests.import_case import ImportCase
from odoo.fields import Command
from odoo.tools import SQL
from psycopg2.extras import Json


class RiskCase(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["marketplace.review.rule"].search([("kind", "!=", "risk_score")]).active = False
        cls.Model = cls.env["marketplace.risk.model"]
        cls.policy = cls.env["marketplace.risk.policy"]._get_policy(cls.env.company)
        cls.policy.write({"minimum_orders": 100, "minimum_bad": 20})
        cls.now = fields.Datetime.now()

    def tearDown(self):
        """A check that fails lets orders pass, so a test must not pass by it."""
        rules = self.env["marketplace.review.rule"].with_context(active_test=False)
        self.assertEqual(rules.search([("last_error", "!=", False)]).mapped("last_error"), [])
        super().tearDown()

    @classmethod
    def _sell(cls, count, days=200, until=35, seed=1, flip=False, known_after=20):
        """Shipped orders over some days, of which three in four of the dear ones went bad.

        :param until: days ago of the last order
        :param flip: the cheap ones do instead
        :param known_after: days from the order to its outcome
        """
        draw = random.Random(seed)
        partners = cls.env["res.partner"].create(
            [
                {
                    "name": f"Buyer {number}",
                    "marketplace_key": f"{cls.account.id}:b:{seed}-{number}",
                    "street": f"{number} Mill Lane",
                    "city": "Leeds",
                    "zip": f"LS{seed} {number}",
                    "country_id": cls.env.ref("base.uk" if number % 2 else "base.de").id,
                }
                for number in range(count // 4)
            ]
        )
        template = cls._create_template(partners[0])
        rows, lines = [], []
        for number in range(count):
            dear = draw.random() < 0.3
            bad = draw.random() < (0.75 if dear != flip else 0.02)
            at = cls.now - timedelta(days=until + (days - until) * (1 - number / count))
            partner = draw.choice(partners)
            amount = draw.uniform(300, 500) if dear else draw.uniform(5, 40)
            rows.append(
                {
                    "partner_id": partner.id,
                    "partner_shipping_id": partner.id,
                    "marketplace_ref": f"OLD-{seed}-{number}",
                    "date_order": at,
                    "amount_total": amount,
                    "marketplace_outcome": "chargeback" if bad else "good",
                    "marketplace_outcome_at": at + timedelta(days=known_after),
                }
            )
            lines.append({"price_unit": amount, "price_subtotal": amount, "price_total": amount})
        ids = cls._copy_rows(template, rows)
        cls._copy_rows(template.order_line, [{**line, "order_id": ids[n]} for n, line in enumerate(lines)])
        cls.env.invalidate_all()
        template.write({"marketplace_shop_id": False})
        return cls.env["sale.order"].browse(ids)

    @classmethod
    def _create_template(cls, partner):
        return cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "user_id": False,
                "company_id": cls.env.company.id,
                "marketplace_shop_id": cls.shop.id,
                "marketplace_fulfilment": "merchant",
                "marketplace_status": "shipped",
                "state": "sale",
                "order_line": [
                    Command.create({"product_id": cls.mug.id, "marketplace_line_ref": "1", "tax_ids": False})
                ],
            }
        )

    @classmethod
    def _copy_rows(cls, record, changes):
        """Insert copies of a record's row: a past of hundreds of orders takes minutes through the ORM.

        :return: ids of the copies
        """
        cls.env.flush_all()
        cls.env.cr.execute(SQL("SELECT * FROM %s WHERE id = %s", SQL.identifier(record._table), record.id))
        [row] = cls.env.cr.dictfetchall()
        row = {name: Json(value) if isinstance(value, (dict, list)) else value for name, value in row.items()}
        del row["id"]
        columns = SQL(", ").join(map(SQL.identifier, row))
        values = SQL(", ").join(SQL("%s", tuple({**row, **change}.values())) for change in changes)
        table = SQL.identifier(record._table)
        cls.env.cr.execute(SQL("INSERT INTO %s (%s) VALUES %s RETURNING id", table, columns, values))
        return [copy for (copy,) in cls.env.cr.fetchall()]

    def _train(self):
        self.policy._job_train()
        return self.Model.search([("company_id", "=", self.env.company.id)], limit=1)

    def _dear(self, ref, **vals):
        return self._order(ref, self._line("MUG", 1, "400.00"), **vals)
