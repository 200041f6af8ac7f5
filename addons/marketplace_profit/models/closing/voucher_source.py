import hashlib
from collections import defaultdict
from decimal import Decimal

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...engine.voucher import Unbalanced, Voucher, VoucherLine
from ...engine.voucher_file import FileDiffers, write_vouchers

LANGUAGES = ("zh_CN", "en_US")


class ProfitVoucherExport(models.Model):
    """How journal entries become vouchers; a constant number of queries, however many entries."""

    _inherit = "profit.voucher.export"

    # === WHICH ENTRIES === #

    @api.model
    def _get_entry_domain(self, company, date_from, date_to, journals):
        domain = [("company_id", "=", company.id), ("date", ">=", date_from), ("date", "<=", date_to)]
        return [*domain, ("journal_id", "in", journals.ids)] if journals else domain

    @api.model
    def _find_entries(self, company, date_from, date_to, journals):
        """Posted entries that move anything, in the order in which they are numbered."""
        domain = [*self._get_entry_domain(company, date_from, date_to, journals), ("state", "=", "posted")]
        moving = [("parent_state", "=", "posted"), "|", ("balance", "!=", 0), ("amount_currency", "!=", 0)]
        domain.append(("line_ids", "any", moving))
        return self.env["account.move"].search(domain, order="date, journal_id, sequence_prefix, sequence_number, id")

    @api.model
    def _get_exported(self, layout, moves):
        """Those of the entries that a valid file of this software has already."""
        domain = [("layout_id", "=", layout.id), ("is_valid", "=", True), ("move_id", "in", moves.ids)]
        return self.env["profit.voucher"].search(domain).move_id & moves

    @api.model
    def _get_unmapped(self, layout, company, moves):
        """Accounts of the entries that have no code in the software."""
        if layout.has_own_codes:
            return self.env["account.account"]
        domain = [("move_id", "in", moves.ids), "|", ("balance", "!=", 0), ("amount_currency", "!=", 0)]
        groups = self.env["account.move.line"]._read_group(domain, ["account_id"])
        accounts = self.env["account.account"].concat(*(account for (account,) in groups))
        codes = self.env["profit.voucher.code"]._get_codes(layout, company)
        return accounts.filtered(lambda account: account not in codes)

    # === VOUCHERS === #

    def _read_vouchers(self, moves, again):
        """:return: vouchers in the order of the entries, and the digests of their items"""
        self.ensure_one()
        items = self._fetch_items(moves)
        codes = self.env["profit.voucher.code"]._get_codes(self.layout_id, self.company_id)
        numbers = self._get_numbers(moves, codes, again)
        names = _Names(self, codes)
        names.load([item for group in items.values() for item in group])
        vouchers = []
        for serial, move in enumerate(moves, 1):
            word, number = numbers[move]
            vouchers.append(
                Voucher(
                    number=number,
                    word=word,
                    serial=serial,
                    day=move.date,
                    business_day=move.invoice_date or move.date,
                    entry=move.name,
                    narration=" · ".join(dict.fromkeys(filter(None, (move.name, move.ref)))),
                    user=move.create_uid.name,
                    lines=tuple(names.to_line(move, item) for item in items[move.id]),
                )
            )
        return vouchers, [_digest(move, items[move.id]) for move in moves]

    def _get_digests(self, moves):
        items = self._fetch_items(moves)
        return [_digest(move, items[move.id]) for move in moves]

    def _fetch_items(self, moves):
        """``{entry's id: [item]}``, items as dictionaries, amounts as the exact texts of the database (Odoo's
        driver makes floats of them otherwise)."""
        self.env["account.move.line"].flush_model()
        self.env.cr.execute(
            SQL(
                """SELECT item.move_id, item.account_id, item.partner_id, item.name, item.debit::text,
                          item.credit::text, item.currency_id, item.amount_currency::text, item.quantity,
                          item.product_id, item.analytic_distribution, item.fee_kind_id
                     FROM account_move_line AS item
                    WHERE item.move_id = ANY(%s) AND item.account_id IS NOT NULL
                      AND (item.balance != 0 OR item.amount_currency != 0)
                    ORDER BY item.move_id, item.sequence, item.id""",
                moves.ids,
            )
        )
        items = defaultdict(list)
        for row in self.env.cr.dictfetchall():
            items[row["move_id"]].append(row)
        return items

    def _get_numbers(self, moves, codes, again):
        """``{entry: (word, number)}``; numbers go on from the last one of the word and month."""
        Voucher = self.env["profit.voucher"]
        domain = [
            ("layout_id", "=", self.layout_id.id),
            ("company_id", "=", self.company_id.id),
            ("is_valid", "=", True),
        ]
        last = {
            (word, month): number
            for word, month, number in Voucher._read_group(domain, ["word", "month:day"], ["number:max"])
        }
        before = {}
        if again:
            for voucher in Voucher.search([*domain, ("move_id", "in", moves.ids)], order="id"):
                before[voucher.move_id, voucher.word, voucher.month] = voucher.number
        numbers = {}
        for move in moves:
            word = codes.get(move.journal_id, (self.layout_id.word,))[0]
            month = move.date.replace(day=1)
            number = before.get((move, word, month))
            if not number:
                number = last[word, month] = last.get((word, month), 0) + 1
            numbers[move] = (word, number)
        return numbers

    # === FILE === #

    def _write_file(self, vouchers):
        """The file's content.

        :raise UserError: it cannot be written; says why and what to do
        """
        try:
            return write_vouchers(vouchers, self.layout_id._get_layout())
        except Unbalanced as error:
            raise UserError(
                self.env._(
                    "%(entry)s does not balance: debits less credits are %(difference)s. Correct the entry first.",
                    entry=error.entry,
                    difference=error.difference,
                )
            ) from error
        except UnicodeEncodeError as error:
            raise UserError(
                self.env._(
                    "The file's encoding has no character '%s'. Choose another encoding in the layout.",
                    error.object[error.start : error.end],
                )
            ) from error
        except FileDiffers as error:
            raise UserError(
                self.env._(
                    "Row %(row)s, column '%(title)s': the file would say '%(written)s' instead of '%(wanted)s'. Choose "
                    "another kind of file, or let the layout quote its texts.",
                    row=error.row,
                    title=error.title,
                    written=error.written,
                    wanted=error.wanted,
                )
            ) from error


class _Names:
    """Codes and names of what the items refer to, read once for all of them."""

    def __init__(self, export, codes):
        self.env, self.layout, self.company = export.env, export.layout_id, export.company_id
        self.codes = codes
        self.languages = self._get_languages()

    def _get_languages(self):
        installed = dict(self.env["res.lang"].get_installed())
        return [code for code in LANGUAGES if code in installed] if self.layout.is_bilingual else [self.env.lang]

    def load(self, items):
        """Read everything that :meth:`to_line` needs."""
        self.accounts = self._browse("account.account", items, "account_id")
        self.partners = self._browse("res.partner", items, "partner_id")
        self.currencies = self._browse("res.currency", items, "currency_id")
        self.kinds = self._browse("marketplace.fee.kind", items, "fee_kind_id")
        self.account_names = {account: self._translate(account) for account in self.accounts.values()}
        self.kind_names = {kind: self._translate(kind) for kind in self.kinds.values()}
        departments = {_get_department(item) for item in items} - {0}
        self.departments = {one.id: one for one in self.env["account.analytic.account"].browse(departments)}

    def _browse(self, model, items, column):
        """``{id: record}``"""
        ids = list(dict.fromkeys(item[column] for item in items if item[column]))
        return {record.id: record for record in self.env[model].with_company(self.company).browse(ids)}

    def _translate(self, record):
        return " / ".join(dict.fromkeys(record.with_context(lang=code).name for code in self.languages))

    def to_line(self, move, item):
        """An item as a line of its voucher."""
        account = self.accounts[item["account_id"]]
        currency = self.currencies[item["currency_id"]]
        own = self.company.currency_id
        code, name = self.codes.get(account, (account.code, ""))
        currency_code, currency_name = self.codes.get(currency, (currency.name, ""))
        partner = self.partners.get(item["partner_id"], self.env["res.partner"])
        partner_code = self.codes.get(partner, (partner.ref or "",))[0]
        department = self.departments.get(_get_department(item), self.env["account.analytic.account"])
        return VoucherLine(
            account_code=code,
            account_name=name or self.account_names[account],
            summary=self._get_summary(move, item),
            debit=_round(item["debit"], own),
            credit=_round(item["credit"], own),
            currency=currency_code,
            currency_name=currency_name or currency.full_name or currency.name,
            amount_currency=_round(item["amount_currency"], currency),
            is_foreign=currency != own,
            customer=partner_code if account.account_type == "asset_receivable" else "",
            supplier=partner_code if account.account_type == "liability_payable" else "",
            partner=partner.name or "",
            department=self.codes.get(department, (department.code or department.name or "",))[0],
            shop=move.marketplace_settlement_id.shop_id.name or "",
            quantity=Decimal(repr(item["quantity"] or 0.0)) if item["product_id"] else Decimal(0),
        )

    def _get_summary(self, move, item):
        """The kind of amount in all languages, or the item's label; what it is about."""
        label = self.kind_names.get(self.kinds.get(item["fee_kind_id"])) or item["name"]
        return " · ".join(dict.fromkeys(filter(None, (label, move.ref or move.name))))


def _round(amount, currency):
    return Decimal(amount or 0).quantize(Decimal(1).scaleb(-currency.decimal_places))


def _get_department(item):
    """Analytic account that bears the whole item, else 0."""
    shares = item["analytic_distribution"] or {}
    ((key, percentage),) = shares.items() if len(shares) == 1 else (("", 0),)
    return int(key) if key.isdigit() and percentage == 100 else 0


def _digest(move, items):
    """SHA-256 of what an entry books."""
    parts = [str(move.date)]
    for item in items:
        amounts = (format(Decimal(item[name] or 0).normalize(), "f") for name in ("debit", "credit", "amount_currency"))
        parts.append(f"{item['account_id']}|{item['currency_id']}|{'|'.join(amounts)}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
