import base64
import re
from dataclasses import dataclass

from odoo import api, fields, models
from odoo.addons.marketplace.contract import InvalidPayload
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from ..statements import read_statements


@dataclass(frozen=True)
class Reading:
    """A file that was read for a journal, before anything is kept.

    :param pairs: for each statement of the journal's account: ``[(key, transaction)]`` from old to new
    :param other_count: transactions in other currencies or accounts
    """

    name: str
    content: bytes
    origin: str
    statements: list
    pairs: list
    other_count: int

    @property
    def transactions(self):
        return [transaction for pairs in self.pairs for _key, transaction in pairs]


class BankStatementFile(models.Model):
    """A file of a bank or wallet as it was received, and what came of it."""

    _name = "bank.statement.file"
    _description = "Imported Bank Statement File"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char("File", required=True, readonly=True)
    journal_id = fields.Many2one("account.journal", required=True, readonly=True, index=True, check_company=True)
    company_id = fields.Many2one(related="journal_id.company_id", store=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    content = fields.Binary(required=True, readonly=True, attachment=True, help="As received.")
    origin = fields.Char("Format", readonly=True, help="OFX, CAMT, or the layout by which the table was read.")
    date_start = fields.Date("From", readonly=True)
    date_end = fields.Date("To", readonly=True)
    line_ids = fields.One2many("account.bank.statement.line", "import_file_id", "Transactions", readonly=True)
    line_count = fields.Integer("Imported", readonly=True, aggregator="sum")
    known_count = fields.Integer("Known Before", readonly=True, help="Already in the journal: skipped.")
    left_out_count = fields.Integer("Left Out", readonly=True, help="Not booked by the bank, or of 0.")
    other_count = fields.Integer("Of Others", readonly=True, help="In another currency or account than the journal's.")
    total = fields.Monetary("Sum", readonly=True, help="Of the imported transactions.")

    @api.model
    def _read_file(self, journal, name, content, layouts):
        """Read a file for a journal; nothing is kept.

        :param layouts: `Layout`s by which tables are read
        :return: Reading
        :raise UserError: it cannot be read, or is of another account or currency
        """
        currency = journal.currency_id or journal.company_id.currency_id
        try:
            origin, statements = read_statements(content, layouts)
            chosen = self._choose(journal, currency, statements)
            self._check_digits(currency, chosen)
        except InvalidPayload as error:
            raise UserError(
                self.env._(
                    "%(file)s was not imported, at %(place)s: %(reason)s.",
                    file=name,
                    place=error.path,
                    reason=error.reason,
                )
            ) from error
        count = sum(len(statement.transactions) for statement in statements)
        return Reading(
            name=name,
            content=content,
            origin=origin,
            statements=chosen,
            pairs=[self._sort(list(zip(item.keys(), item.transactions, strict=True))) for item in chosen],
            other_count=count - sum(len(statement.transactions) for statement in chosen),
        )

    def _choose(self, journal, currency, statements):
        """The statements of the journal's account.

        :raise InvalidPayload: none is, or it cannot be told which
        """
        fitting = [item for item in statements if item.currency in ("", currency.name)]
        if not fitting:
            others = ", ".join(sorted({item.currency for item in statements}))
            raise InvalidPayload("currency", f"it is in {others}, the journal {journal.name} in {currency.name}")
        own = _alphanumeric(journal.bank_acc_number)
        if own:
            numbers = {item.account for item in fitting}
            fitting = [item for item in fitting if _same_account(own, _alphanumeric(item.account))]
            if not fitting:
                raise InvalidPayload("account", f"it is of {', '.join(sorted(numbers))}, the journal of {own}")
        numbers = {item.account for item in fitting}
        if len(numbers) > 1:
            reason = f"it has several accounts ({', '.join(sorted(numbers))}): give the journal its account number"
            raise InvalidPayload("account", reason)
        return fitting

    def _check_digits(self, currency, statements):
        for transaction in (transaction for item in statements for transaction in item.transactions):
            if transaction.amount != round(transaction.amount, currency.decimal_places):
                raise InvalidPayload(transaction.place, f"{transaction.amount} is no amount in {currency.name}")

    def _sort(self, pairs):
        """From old to new: many banks put the newest first."""
        if pairs and pairs[0][1].day > pairs[-1][1].day:
            pairs.reverse()
        return sorted(pairs, key=lambda pair: pair[1].day)

    @api.model
    def _find_new(self, journal, readings):
        """What is neither in the journal nor in a file before: for each reading, as its pairs."""
        keys = [key for reading in readings for pairs in reading.pairs for key, _transaction in pairs]
        lines = self.env["account.bank.statement.line"].sudo()
        found = lines.search_fetch([("journal_id", "=", journal.id), ("import_key", "in", keys)], ["import_key"])
        known = set(found.mapped("import_key"))
        result = []
        for reading in readings:
            result.append([])
            for pairs in reading.pairs:
                result[-1].append([pair for pair in pairs if pair[0] not in known])
                known.update(key for key, _transaction in pairs)
        return result

    @api.model
    def _take(self, journal, readings):
        """Keep files and their new transactions, all or none.

        :param readings: of `_read_file`
        :return: files
        :raise UserError: a new transaction is in a closed period
        """
        new = self._find_new(journal, readings)
        self._check_open(journal, new)
        files = self.create([self._prepare(journal, *item) for item in zip(readings, new, strict=True)])
        currencies = {currency.name: currency for currency in self.env["res.currency"].search([("active", "=", True)])}
        batches = [
            (file, *batch)
            for file, reading, fresh in zip(files, readings, new, strict=True)
            for batch in zip(reading.statements, reading.pairs, fresh, strict=True)
        ]
        vals_list = [
            file._prepare_line(key, transaction, currencies)
            for file, _statement, _pairs, fresh in batches
            for key, transaction in fresh
        ]
        # Who may import files need not be one whom Odoo lets write transactions by hand.
        line_ids = iter(self.env["account.bank.statement.line"].sudo().create(vals_list).ids)
        for file, statement, pairs, fresh in batches:
            own_ids = [next(line_ids) for _pair in fresh]
            if statement.closing is not None and fresh and fresh == pairs[-len(fresh) :]:
                file._keep_balance(statement, fresh, own_ids)
        return files

    def _check_open(self, journal, new):
        """Odoo books entries of a closed period on the first open day, where no bank statement has them."""
        days = [transaction.day for reading in new for pairs in reading for _key, transaction in pairs]
        locks = days and journal.company_id._get_violated_lock_dates(min(days), False, journal)
        if locks:
            raise UserError(
                self.env._(
                    "Nothing was imported: the transactions of %(day)s are in a period that is closed (%(locks)s).",
                    day=format_date(self.env, min(days)),
                    locks=self.env["res.company"]._format_lock_dates(locks),
                )
            )

    def _prepare(self, journal, reading, new):
        return {
            **self._summarise(reading, new),
            "journal_id": journal.id,
            "currency_id": (journal.currency_id or journal.company_id.currency_id).id,
            "content": base64.b64encode(reading.content),
        }

    @api.model
    def _summarise(self, reading, new):
        """What a file holds, in values that a file and its preview have in common.

        :param new: of the reading, of `_find_new`
        """
        days = [transaction.day for transaction in reading.transactions]
        fresh = [transaction for pairs in new for _key, transaction in pairs]
        return {
            "name": reading.name,
            "origin": reading.origin,
            "date_start": min(days, default=False),
            "date_end": max(days, default=False),
            "line_count": len(fresh),
            "known_count": len(days) - len(fresh),
            "left_out_count": sum(statement.left_out for statement in reading.statements),
            "other_count": reading.other_count,
            "total": float(sum(transaction.amount for transaction in fresh)),
        }

    def _prepare_line(self, key, transaction, currencies):
        return {
            "journal_id": self.journal_id.id,
            "import_file_id": self.id,
            "import_key": key,
            "date": transaction.day,
            "value_date": transaction.value_day,
            "amount": float(transaction.amount),
            "payment_ref": transaction.description or transaction.counterparty or transaction.reference or self.name,
            "ref": transaction.reference or False,
            "partner_name": transaction.counterparty or False,
            "account_number": transaction.account or False,
            "transaction_type": transaction.kind or False,
            "transaction_details": {"place": transaction.place, **transaction.raw},
            "bank_fee": float(transaction.fee),
            "bank_rate": float(transaction.rate or 0),
            **self._prepare_foreign(transaction, currencies),
        }

    def _prepare_foreign(self, transaction, currencies):
        """The other side's amount, if the company uses its currency; else it only stays in the details."""
        code, amount = transaction.foreign or ("", 0)
        currency = currencies.get(code)
        if not currency or currency == self.currency_id:
            return {}
        return {"foreign_currency_id": currency.id, "amount_currency": float(amount)}

    def _keep_balance(self, statement, new, line_ids):
        """A statement with the balance that the file states, of the new transactions that are its end."""
        added = sum(transaction.amount for _key, transaction in new)
        self.env["account.bank.statement"].sudo().create(
            {
                "name": statement.reference or f"{self.name} {new[-1][1].day}",
                "reference": self.name,
                "line_ids": [Command.set(line_ids)],
                "balance_start": float(statement.closing - added),
                "balance_end_real": float(statement.closing),
            }
        )


def _alphanumeric(number):
    return re.sub(r"[\W_]", "", number or "").upper()


def _same_account(own, stated):
    """Banks state an IBAN, or the number in it; not every file says of which account it is."""
    return not stated or own in stated or stated in own
