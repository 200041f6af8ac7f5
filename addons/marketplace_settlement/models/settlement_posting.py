from collections import defaultdict
from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..engine import (
    TAX,
    Header,
    LockedPeriod,
    MissingAccount,
    MissingRate,
    PostingError,
    Purpose,
    Unbalanced,
    UnknownKind,
    plan,
)
from .settlement import POSTED, READY
from .settlement_posting_tax import TaxSplitter


class MarketplaceSettlement(models.Model):
    """Posting: one balanced entry per month, all of them or none."""

    _inherit = "marketplace.settlement"

    def action_post(self):
        """Post the settlements, oldest first. Each is posted as a whole or not at all.

        :raise UserError: none of them could be posted
        """
        self.check_access("write")
        faults = {}
        for settlement in self.sorted("period_start, id"):
            try:
                settlement._post_safely()
            except UserError as error:
                faults[settlement] = str(error)
                if settlement.state == READY:
                    settlement.sudo().message = str(error)
        if len(faults) == len(self):
            raise UserError("\n".join(faults.values()))
        return self._tell_posted(faults)

    def _tell_posted(self, faults):
        message = self.env._("Settlements posted: %s", len(self) - len(faults))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if faults else "success",
                "message": "\n".join([message, *faults.values()]),
                "sticky": bool(faults),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _post_safely(self):
        """Post one settlement in a savepoint.

        :raise UserError: with the reason; nothing was changed
        """
        try:
            with self.env.cr.savepoint():
                self.sudo().with_company(self.company_id)._post()
        except PostingError as error:
            raise UserError(self._describe_posting_error(error)) from error

    def _post(self):
        """Post the settlement.

        :raise PostingError: it cannot be posted as it is
        :raise UserError: it is not ready, or a document that it settles cannot be made
        """
        self.ensure_one()
        self._check_ready()
        self.lock_for_update(allow_referencing=True)
        self._prepare_accounts()
        groups = self._get_posting_groups()
        entries = self._plan(groups)
        self._check_open(entries)
        settled, documents = self._settle_documents(groups, entries)
        items = self._create_entries(entries)
        self._link_lines(groups, items, documents)
        payout = [item for planned, item in items if planned.purpose is Purpose.PAYOUT]
        self.write({"state": POSTED, "message": False, "clearing_line_id": payout[0].id if payout else False})
        self._reconcile_items(items, settled)

    def _check_ready(self):
        if self.state != READY:
            states = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "The settlement %(settlement)s is not ready to be posted: %(state)s.",
                    settlement=self.external_id,
                    state=states[self.state],
                )
            )

    def _prepare_accounts(self):
        """With the first settlement of a company, its accounts are set up."""
        Account = self.env["marketplace.fee.account"]
        self.account_id._get_settlement_partner()
        if not Account.search_count([("company_id", "=", self.company_id.id)], limit=1):
            rows = self.account_id._set_up_settlement_accounts()
            self.message_post(
                body=self.env._(
                    "Accounts of settlement amounts were set up: %s. Change them under Configuration.", len(rows)
                )
            )
        self._prepare_collected_tax(Account._get_book(self.company_id))

    def _prepare_collected_tax(self, book):
        """Tax that the marketplace collects is an item of orders and so of their invoices. It is no income: it passes
        through the account that settlements have for it."""
        product = self.env.ref("marketplace.product_collected_tax").with_company(self.company_id)
        if not product.property_account_income_id:
            product.property_account_income_id = book.find(TAX).account

    # === PLAN === #

    def _plan(self, groups):
        """:return: :class:`~odoo.addons.marketplace_settlement.engine.PlannedEntry`, by month"""
        counters = self._get_counters(groups)
        last_day = max((group.last for group in groups), default=fields.Date.context_today(self))
        unit = unit_of(self.currency_id)
        header = Header(
            total=Decimal(str(self.total)).quantize(unit),
            unit=unit,
            company_unit=unit_of(self.company_id.currency_id),
            rate=self._get_rate(last_day),
            last_day=last_day,
        )
        amounts = [group.to_amount(counters.get(group.key)) for group in groups]
        book = self.env["marketplace.fee.account"]._get_book(self.company_id)
        return plan(header, amounts, book, TaxSplitter(self, unit))

    def _get_rate(self, day):
        """Company currency per unit of the settlement's: its own rate, else Odoo's of a day.

        :raise MissingRate: Odoo has none
        """
        company_currency = self.company_id.currency_id
        if self.currency_id == company_currency:
            return Decimal(1)
        if self.own_rate:
            return Decimal(str(self.own_rate))
        known = self.env["res.currency.rate"].search_count(
            [
                ("currency_id", "=", self.currency_id.id),
                ("company_id", "in", (False, self.company_id.root_id.id)),
                ("name", "<=", day),
            ],
            limit=1,
        )
        if not known:
            raise MissingRate(self.currency_id.name, day)
        rate = self.env["res.currency"]._get_conversion_rate(self.currency_id, company_currency, self.company_id, day)
        return Decimal(str(rate))

    def _check_open(self, entries):
        """:raise LockedPeriod: the books of a day are closed"""
        for entry in entries:
            has_bill = any(line.counter and not line.counter.reference for line in entry.lines)
            has_tax = has_bill or any(line.purpose is Purpose.TAX or line.taxes for line in entry.lines)
            locks = self.company_id._get_lock_date_violations(entry.day, sale=False, purchase=has_bill, tax=has_tax)
            if locks:
                raise LockedPeriod(entry.day, self.env["res.company"]._format_lock_dates(locks))

    def _describe_posting_error(self, error):
        """What to do about an error, for people."""
        name = self.external_id
        roles = dict(self.env["marketplace.fee.account"]._fields["role"]._description_selection(self.env))
        match error:
            case UnknownKind():
                return self.env._(
                    "%s has amounts of unknown kind. Choose their kinds under Unknown Fees, then post it.", name
                )
            case MissingAccount():
                return self.env._(
                    "%(settlement)s: no account is stated for '%(role)s' (%(kind)s %(country)s). Add it under "
                    "Configuration, Settlement Accounts, or press Set Up Accounts on the marketplace account.",
                    settlement=name,
                    role=roles[error.role],
                    kind=error.kind,
                    country=error.country,
                )
            case MissingRate():
                return self.env._(
                    "%(settlement)s: there is no exchange rate of %(currency)s on %(day)s. Add one under Accounting, "
                    "Configuration, Currencies, or enter the settlement's own rate.",
                    settlement=name,
                    currency=error.currency,
                    day=error.day,
                )
            case LockedPeriod():
                return self.env._(
                    "%(settlement)s has amounts of %(day)s, but the books are locked: %(locks)s. Open the period, or "
                    "have an exception granted, then post it.",
                    settlement=name,
                    day=error.day,
                    locks=error.locks,
                )
            case Unbalanced():
                return self.env._(
                    "%(settlement)s: amounts add up to %(found)s, not to %(wanted)s. Nothing was posted. Read the "
                    "document again; taxes of a fixed amount cannot be used for settlements.",
                    settlement=name,
                    found=error.found,
                    wanted=error.wanted,
                )
        raise error

    # === ENTRIES === #

    def _create_entries(self, entries):
        """Post the entries.

        :return: list of ``(planned line, journal item)``
        """
        moves = (
            self.env["account.move"]
            .with_context(skip_invoice_sync=True)
            .create([self._prepare_entry_vals(entry) for entry in entries])
        )
        moves._post(soft=False)
        items = []
        for entry, move in zip(entries, moves, strict=True):
            by_sequence = {item.sequence: item for item in move.line_ids}
            items += [(line, by_sequence[number]) for number, line in enumerate(entry.lines, 1)]
        return items

    def _prepare_entry_vals(self, entry):
        kinds = self.env["marketplace.fee.kind"]._get_by_code({line.kind for line in entry.lines})
        return {
            "move_type": "entry",
            "journal_id": self.company_id._get_settlement_journal().id,
            "date": entry.day,
            "ref": self.external_id,
            "partner_id": self.account_id.settlement_partner_id.id,
            "currency_id": self.currency_id.id,
            "marketplace_settlement_id": self.id,
            "line_ids": [
                Command.create(self._prepare_item_vals(number, line, kinds.get(line.kind)))
                for number, line in enumerate(entry.lines, 1)
            ],
        }

    def _prepare_item_vals(self, number, line, kind):
        vals = {
            "sequence": number,
            "name": kind.name if kind else self._get_item_label(line),
            "fee_kind_id": kind.id if kind else False,
            "account_id": line.account,
            "partner_id": line.counter.partner if line.counter else self.account_id.settlement_partner_id.id,
            "currency_id": self.currency_id.id,
            "amount_currency": float(line.amount),
            "balance": float(line.balance),
        }
        if line.purpose is Purpose.TAX:
            repartition, group, taxes, tags = line.details
            vals.update(
                tax_repartition_line_id=repartition,
                group_tax_id=group,
                tax_ids=[Command.set(taxes)],
                tax_tag_ids=[Command.set(tags)],
                tax_base_amount=float(abs(line.tax_base)),
            )
        elif line.taxes:
            vals.update(tax_ids=[Command.set(line.taxes)], tax_tag_ids=[Command.set(line.details or ())])
        return vals

    def _get_item_label(self, line):
        if line.purpose is Purpose.TAX:
            return self.env["account.tax.repartition.line"].browse(line.details[0]).tax_id.name
        if line.purpose is Purpose.PAYOUT:
            return self.env._("Payout of %s", self.reference or self.external_id)
        if line.purpose is Purpose.CARRY_OVER:
            return self.env._(
                "%(settlement)s carried over from %(month)s", settlement=self.external_id, month=f"{line.month:%Y-%m}"
            )
        if line.counter:
            return line.counter.reference.display_name if line.counter.reference else self.env._("Fees")
        roles = dict(self.env["marketplace.fee.account"]._fields["role"]._description_selection(self.env))
        category = self.env["product.category"].browse(line.category).display_name if line.category else ""
        return " · ".join(filter(None, (roles[line.role], line.country, category)))

    def _link_lines(self, groups, items, documents):
        """Note for each amount which journal item holds it, and which line of a bill; one statement."""
        of_group = {group.key: group.lines for group in groups}
        found = defaultdict(list)
        for planned, item in items:
            for key in planned.sources:
                found[item.id, documents.get(key)] += of_group[key]
        self.env["marketplace.settlement.line"]._write_items([(*held, lines) for held, lines in found.items()])


def unit_of(currency):
    """Smallest coin of a currency."""
    return Decimal(1).scaleb(-currency.decimal_places)
