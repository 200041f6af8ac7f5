import csv
from glob import glob
from pathlib import Path

import odoo.addons
from odoo.tests import new_test_user, tagged
from psycopg2.errors import UniqueViolation

from ..engine import ROLES, TYPES
from ..engine.charts import get_chart_accounts, get_chart_starts
from ..models.fee_account import ROLE_NAMES
from .settlement_case import SettlementCase


@tagged("post_install", "-at_install")
class TestFeeAccount(SettlementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.FeeAccount = cls.env["marketplace.fee.account"]
        cls.company = cls.account.company_id

    def _rows(self, company):
        return {row.role: row for row in self.FeeAccount.search([("company_id", "=", company.id)])}

    def test_accounts_are_set_up_once(self):
        self.FeeAccount.search([]).unlink()
        action = self.account.action_set_up_settlement_accounts()
        rows = self._rows(self.company)
        self.assertEqual(set(rows), set(ROLES))
        self.assertEqual(self.FeeAccount.search(action["domain"]), self.FeeAccount.concat(*rows.values()))
        template = self.env["account.chart.template"].with_company(self.company)
        known = get_chart_accounts(self.company.chart_template)
        self.assertTrue(known)
        for role, name in known.items():
            self.assertEqual(rows[role].account_id, template.ref(name), role)
        self.assertEqual(rows["transfer"].account_id, self.company.transfer_account_id)
        clearing = rows["clearing"].account_id
        self.assertEqual((clearing.account_type, clearing.reconcile), ("asset_receivable", True))
        for role, row in rows.items():
            self.assertEqual(row.account_id.account_type.split("_")[0], TYPES[role].split("_")[0], role)
        rows["storage"].account_id = rows["ads"].account_id
        rows["inbound"].unlink()
        self.assertEqual(self.FeeAccount._set_up(self.company).role, "inbound")
        self.assertEqual(self._rows(self.company)["storage"].account_id, rows["ads"].account_id)

    def test_each_company_has_its_own(self):
        other = self.env["res.company"].create({"name": "Other", "country_id": self.env.ref("base.us").id})
        self.env["account.chart.template"].try_loading("generic_coa", other, install_demo=False)
        self.account._set_up_settlement_accounts()
        self.FeeAccount._set_up(other)
        first, second = self._rows(self.company), self._rows(other)
        self.assertFalse({row.account_id for row in first.values()} & {row.account_id for row in second.values()})
        accountant = new_test_user(self.env, "fee_accountant", groups="marketplace.group_accountant")
        self.assertEqual(self.FeeAccount.with_user(accountant).search([]).company_id, self.company)

    def test_the_first_posting_sets_them_up(self):
        self.FeeAccount.search([]).unlink()
        settlement = self._take(self._document("S1", *self._sale("A-1")))
        settlement.action_post()
        self.assertEqual(set(self._rows(self.company)), set(ROLES))
        self.assertIn("Accounts of settlement amounts were set up", settlement.message_ids.mapped("body")[0])
        self.assertEqual(self.account.settlement_partner_id.name, self.account.name)
        self.assertEqual(settlement.move_ids.journal_id, self.company.marketplace_settlement_journal_id)

    def test_one_statement_of_each(self):
        self.account._set_up_settlement_accounts()
        row = self._rows(self.company)["storage"]
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            row.copy()
        kind = self.kinds["storage"]
        own = row.copy({"kind_id": kind.id, "country_id": self.env.ref("base.de").id})
        self.assertEqual(own.role, "storage")
        own.kind_id = self.kinds["loan"]
        self.assertEqual(own.role, "loan")

    def test_every_role_has_a_name_and_a_type(self):
        self.assertEqual({role for role, _name in ROLE_NAMES}, set(ROLES))
        self.assertEqual(set(TYPES), set(ROLES))

    def test_accounts_of_charts_are_in_odoos_charts(self):
        for start in get_chart_starts():
            types = {}
            for folder in odoo.addons.__path__:
                for path in glob(f"{folder}/*/data/template/account.account-{start}*.csv"):
                    with Path(path).open(encoding="utf-8", newline="") as file:
                        types.update({row["id"]: row.get("account_type") for row in csv.DictReader(file)})
            self.assertTrue(types, start)
            for role, external_id in get_chart_accounts(start).items():
                found = (types.get(external_id) or "").split("_")[0]
                self.assertEqual(found, TYPES[role].split("_")[0], f"{start}: {role} {external_id}")
