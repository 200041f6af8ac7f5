from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..engine import get_role


class MarketplacePayout(models.Model):
    """Posting: the suspense item of the transaction becomes what it pays out, the fee and the margin."""

    _inherit = "marketplace.payout"

    def action_accept(self):
        """Post the transactions as the settlements that are chosen, all or none."""
        self.check_access("write")
        for payout in self.sorted("date, id"):
            payout.sudo().with_company(payout.company_id)._accept()

    def action_undo(self):
        """Take the match back: the transaction and its settlements are open again."""
        self.check_access("write")
        self.sudo().statement_line_id.action_undo_reconciliation()

    def _accept(self):
        self.lock_for_update(allow_referencing=True)
        line = self.statement_line_id
        if self.is_matched:
            raise UserError(self.env._("%s is matched already. Undo that first.", line.payment_ref))
        found = self._explain(self._get_market())
        if not found:
            raise UserError(
                self.env._(
                    "%(line)s is no payout of these settlements: choose ones that are posted and open, all in one "
                    "currency with an exchange rate, and that pay out no less than what was received.",
                    line=line.payment_ref,
                )
            )
        _liquidity, suspense, others = line._seek_for_lines()
        if others or not suspense:
            raise UserError(self.env._("%s has other counterparts already. Undo them first.", line.payment_ref))
        settlements = self.env["marketplace.settlement"].browse([payout.key for payout, _amount in found.parts])
        line.with_context(force_delete=True, skip_readonly_check=True).write(
            {
                "line_ids": [
                    *(Command.delete(item.id) for item in suspense),
                    *(Command.create(values) for values in self._prepare_items(found, settlements)),
                ]
            }
        )
        items = line._seek_for_lines()[2].sorted("id")
        self.env["account.move.line"]._reconcile_plan(
            [item | settlement.clearing_line_id for item, settlement in zip(items, settlements, strict=False)]
        )

    def _prepare_items(self, found, settlements):
        """Items in the place of the suspense item; those of the settlements first, in their order."""
        liquidity = self.statement_line_id._seek_for_lines()[0]
        company_currency = self.company_id.currency_id
        items = [
            self._prepare_payout_item(settlement, amount, liquidity)
            for settlement, (_payout, amount) in zip(settlements, found.parts, strict=True)
        ]
        if found.fee:
            amount = float(found.fee)
            items.append(
                {
                    **self._prepare_cost_item("wallet_fee"),
                    "currency_id": self.currency_id.id,
                    "amount_currency": amount,
                    "balance": company_currency.round(amount * liquidity.balance / liquidity.amount_currency),
                }
            )
        rest = company_currency.round(-liquidity.balance - sum(item["balance"] for item in items))
        if found.margin:
            values = {"currency_id": company_currency.id, "amount_currency": rest, "balance": rest}
            items.append({**self._prepare_cost_item("fx_margin"), **values})
        else:
            items[len(settlements) - 1]["balance"] += rest
        return items

    def _prepare_payout_item(self, settlement, amount, liquidity):
        """At the bank's rate if it is of the account's currency, else at Odoo's."""
        currency = settlement.currency_id
        company_currency = self.company_id.currency_id
        if currency == self.currency_id:
            balance = company_currency.round(float(amount) * liquidity.balance / liquidity.amount_currency)
        else:
            balance = currency._convert(float(amount), company_currency, self.company_id, self.date)
        return {
            "name": self.env._("Payout of %s", settlement.reference or settlement.external_id),
            "account_id": settlement.clearing_line_id.account_id.id,
            "partner_id": settlement.clearing_line_id.partner_id.id,
            "currency_id": currency.id,
            "amount_currency": -float(amount),
            "balance": -balance,
        }

    def _prepare_cost_item(self, code):
        kind = self.env["marketplace.fee.kind"].search([("code", "=", code)])
        book = self.env["marketplace.fee.account"]._get_book(self.company_id)
        posting = book.find(get_role(code, kind.group, kind.nature), code)
        return {"name": kind.name, "account_id": posting.account, "fee_kind_id": kind.id}
