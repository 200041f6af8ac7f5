from decimal import Decimal

from odoo import fields, models
from odoo.addons.marketplace_settlement.engine import MissingAccount, get_role
from odoo.exceptions import UserError
from odoo.fields import Command

from .accrual import DRAFT, POSTED, UNDONE


class ProfitAccrual(models.Model):
    """The entry of an accrual: one item for each account, kind and currency, against deferred money."""

    _inherit = "profit.accrual"

    def action_post(self):
        """Post the entries and their reversals; the preview is made anew before.

        :raise UserError: nothing is to be accrued, an account is missing, or the books are closed
        """
        self.check_access("write")
        self._check_state(DRAFT)
        for accrual in self:
            accrual.sudo().with_company(accrual.company_id)._post()

    def _post(self):
        self.lock_for_update()
        self._check_open()
        self._prepare_lines()
        if not self.line_ids:
            raise UserError(
                self.env._(
                    "%s: nothing is to be accrued. All that was delivered is settled, or nothing was estimated.",
                    self.display_name,
                )
            )
        groups = self._group_lines()
        move = self.env["account.move"].create(self._prepare_move_vals(groups))
        move._post(soft=False)
        day = fields.Date.add(self.last, days=1)
        reversal = move._reverse_moves([{"date": day, "ref": self.env._("Reversal of %s", move.name)}], cancel=True)
        self.write({"state": POSTED, "move_id": move.id, "reversal_id": reversal.id})
        self._link_items(groups)

    def _check_open(self):
        """:raise UserError: the books of the month's end or of the next day are closed"""
        for day in (self.last, fields.Date.add(self.last, days=1)):
            self.company_id._check_month_end_open(day)

    def _group_lines(self):
        """:return: list of ``((account, kind, currency), [line ids], amount in currency, amount)``; one query"""
        if not self.env["marketplace.fee.account"].search_count([("company_id", "=", self.company_id.id)], limit=1):
            self.env["marketplace.fee.account"]._set_up(self.company_id)
        book = self.env["marketplace.fee.account"]._get_book(self.company_id)
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT line.kind_id, country.code, line.currency_id, array_agg(line.id ORDER BY line.id),
                   sum(line.amount_currency)::text, sum(line.amount)::text
              FROM profit_accrual_line line LEFT JOIN res_country country ON country.id = line.country_id
             WHERE line.accrual_id = %s
             GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
            """,
            [self.id],
        )
        kinds = self.env["marketplace.fee.kind"].browse()
        groups = {}
        for kind, country, currency, lines, in_currency, amount in self.env.cr.fetchall():
            account = self._find_account(book, kinds.browse(kind), country or "")
            ids, first, second = groups.get((account, kind, currency), ([], Decimal(0), Decimal(0)))
            groups[account, kind, currency] = ids + lines, first + Decimal(in_currency), second + Decimal(amount)
        return [(key, *sums) for key, sums in groups.items()]

    def _find_account(self, book, kind, country):
        try:
            return book.find(get_role(kind.code, kind.group, kind.nature), kind.code, country).account
        except MissingAccount as error:
            raise UserError(
                self.env._("No account is stated for '%s'. Add it under Configuration, Settlement Accounts.", kind.name)
            ) from error

    def _prepare_move_vals(self, groups):
        """Amounts of the accrual, and for each currency what is to come against them."""
        book = self.env["marketplace.fee.account"]._get_book(self.company_id)
        totals = {}
        for (_account, _kind, currency), _lines, in_currency, amount in groups:
            first, second = totals.get(currency, (Decimal(0), Decimal(0)))
            totals[currency] = first + in_currency, second + amount
        items = [
            self._prepare_item_vals(account, currency, -in_currency, -amount, fee_kind_id=kind)
            for (account, kind, currency), _lines, in_currency, amount in groups
        ]
        deferred = book.find("deferred").account
        items += [
            self._prepare_item_vals(deferred, currency, in_currency, amount)
            for currency, (in_currency, amount) in totals.items()
        ]
        return {
            "move_type": "entry",
            "journal_id": self.company_id._get_settlement_journal().id,
            "date": self.last,
            "ref": self.env._("Unsettled orders of %s", self.display_name),
            "line_ids": [Command.create({**values, "sequence": number}) for number, values in enumerate(items, 1)],
        }

    def _prepare_item_vals(self, account, currency, in_currency, balance, fee_kind_id=False):
        # Amounts of several rates may cancel out to opposite signs, which no item can have.
        if in_currency * balance < 0:
            currency, in_currency = self.company_id.currency_id.id, balance
        kind = self.env["marketplace.fee.kind"].browse(fee_kind_id)
        return {
            "name": self.env._("Not settled: %s", kind.name) if kind else self.env._("Unsettled orders"),
            "account_id": account,
            "currency_id": currency,
            "amount_currency": float(in_currency),
            "balance": float(balance),
            "fee_kind_id": fee_kind_id,
        }

    def _link_items(self, groups):
        """Note for each amount the items that hold it; one statement."""
        self.env.flush_all()
        found = [{item.sequence: item.id for item in move.line_ids} for move in (self.move_id, self.reversal_id)]
        rows = [
            (line, found[0][number], found[1][number])
            for number, (_key, lines, *_sums) in enumerate(groups, 1)
            for line in lines
        ]
        self.env.cr.execute_values(
            "UPDATE profit_accrual_line line SET move_line_id = pair.item, reversal_line_id = pair.back"
            " FROM (VALUES %s) AS pair (line, item, back) WHERE line.id = pair.line",
            rows,
            page_size=len(rows),
        )
        self.env["profit.accrual.line"].invalidate_model()

    # === TAKING BACK === #

    def action_undo(self):
        """Reverse both entries on their own days; the month can be accrued again."""
        self.check_access("write")
        self._check_state(POSTED)
        for accrual in self.sudo():
            accrual._check_open()
            moves = accrual.move_id | accrual.reversal_id
            moves.line_ids.remove_move_reconcile()
            moves._reverse_moves(
                [{"date": move.date, "ref": self.env._("Reversal of %s", move.name)} for move in moves], cancel=True
            )
            # What is reversed is a matter of the ledger alone.
            accrual.line_ids.write({"move_line_id": False, "reversal_line_id": False})
            accrual.state = UNDONE
        # The database allows one for each month: a new one must find this one undone.
        self.flush_recordset(["state"])
