"""A company with books of its own, whatever the first company's chart and currency are."""

from datetime import date

from odoo import Command
from odoo.tests import TransactionCase

DAY = date(2026, 4, 30)


class BookCase(TransactionCase):
    """Books in renminbi, a journal and three accounts; an accountant of the marketplaces."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.yuan, cls.dollar = cls.env.ref("base.CNY"), cls.env.ref("base.USD")
        (cls.yuan | cls.dollar).active = True
        cls.company = cls.env["res.company"].create({"name": "Ningbo Trade", "currency_id": cls.yuan.id})
        cls.env.user.company_ids |= cls.company
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids, "tracking_disable": True})
        cls.company = cls.company.with_env(cls.env)
        cls.receivable = cls._create_account("Receivable", "112201", "asset_current")
        cls.income = cls._create_account("Product Sales", "600101", "income")
        cls.cost = cls._create_account("Commission", "660101", "expense")
        cls.journal = cls.env["account.journal"].create(
            {"name": "General", "code": "GENV", "type": "general", "company_id": cls.company.id}
        )

    @classmethod
    def _create_account(cls, name, code, account_type, **values):
        values = {"name": name, "code": code, "account_type": account_type, **values}
        return cls.env["account.account"].create({**values, "company_ids": [Command.set(cls.company.ids)]})

    def _entry(self, *lines, day=DAY, post=True, **values):
        """An entry of lines ``(account, balance)``, or of that and further values."""
        commands = [
            Command.create({"account_id": account.id, "name": "Sales", "balance": balance, **(rest[0] if rest else {})})
            for account, balance, *rest in lines
        ]
        values = {"journal_id": self.journal.id, "date": day, "line_ids": commands, **values}
        entry = self.env["account.move"].create(values)
        if post:
            entry.action_post()
        return entry

    def _sale(self, amount=100.0, **values):
        return self._entry((self.receivable, amount), (self.income, -amount), **values)
