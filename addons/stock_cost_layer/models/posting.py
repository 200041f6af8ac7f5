from odoo import Command, api, fields, models

from ..engine import ZERO, add, subtract


class CostPosting(models.Model):
    """What one event moved to cost of sales, and the journal entry that its freight and duty went into.

    Odoo's own valuation keeps the purchase value. The account of capitalised costs keeps all other components, so
    that its balance is what the layers hold of them after every operation.
    """

    _name = "cost.posting"
    _inherit = ["cost.amounts"]
    _description = "Effect of a Cost Event"
    _order = "id desc"
    _rec_name = "event_id"

    event_id = fields.Many2one("cost.event", ondelete="restrict", index="btree_not_null", readonly=True)
    day = fields.Date("Accounting Date", required=True, readonly=True)
    account_move_id = fields.Many2one("account.move", "Journal Entry", ondelete="restrict", readonly=True)

    @api.model
    def _post(self, company, events, expensed):
        """Post a batch: one entry per day.

        :param list events: of the engine, in the order of the log
        :param dict expensed: ``{event id: amounts that it moved to cost of sales}``
        """
        rows = []
        for day in sorted({event.day for event in events}):
            own = [event for event in events if event.day == day]
            added = moved = ZERO
            for event in own:
                added, moved = add(added, event.amounts), add(moved, expensed[event.id])
            sources = self.env["cost.event"].browse(event.id for event in own).mapped("source")
            entry = self._post_entry(company, day, added, moved, ", ".join(dict.fromkeys(filter(None, sources))))
            rows += [
                {
                    "company_id": company.id,
                    "event_id": event.id,
                    "day": day,
                    "account_move_id": entry.id,
                    **self._prepare_amounts(expensed[event.id], company.currency_id),
                }
                for event in own
                if any(expensed[event.id]) or (entry and any(event.amounts[1:]))
            ]
        self.create(rows)

    @api.model
    def _post_entry(self, company, day, added, moved, reference):
        """One journal entry: what was added beyond purchase, and what of it went to cost of sales."""
        capitalised = sum(subtract(added, moved)[1:])
        numbers = (
            (company.cost_layer_account_id, capitalised),
            (company.cost_layer_clearing_account_id, -sum(added[1:])),
            (company.cost_layer_expense_account_id, sum(moved[1:])),
        )
        if not company._can_post_costs() or not any(number for _account, number in numbers):
            return self.env["account.move"]
        return self._create_entry(company, day, numbers, reference)

    @api.model
    def _create_entry(self, company, day, numbers, reference):
        """A posted entry of `numbers`: pairs of account and balance in the currency's smallest unit."""
        unit = 10**company.currency_id.decimal_places
        entry = (
            self.env["account.move"]
            .sudo()
            .with_company(company)
            .create(
                {
                    "journal_id": company.cost_layer_journal_id.id,
                    "date": day,
                    "ref": (reference or "")[:200],
                    "line_ids": [
                        Command.create(
                            {"account_id": account.id, "balance": number / unit, "name": self.env._("Cost layers")}
                        )
                        for account, number in numbers
                        if number
                    ],
                }
            )
        )
        entry._post(soft=False)
        return entry

    @api.model
    def _get_ledger_balance(self, company):
        """Balance of the account of capitalised costs, in whole numbers of the currency's smallest unit."""
        ((balance,),) = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    ("account_id", "=", company.cost_layer_account_id.id),
                    ("company_id", "=", company.id),
                    ("parent_state", "=", "posted"),
                ],
                [],
                ["balance:sum"],
            )
        )
        return round(balance * 10**company.currency_id.decimal_places)
