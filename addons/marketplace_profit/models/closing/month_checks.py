from datetime import timedelta

from odoo import models
from odoo.tools import SQL

DAYS_OF_RATES = 7  # a rate of the last week stands for the last day: markets rest on holidays


class ProfitMonth(models.Model):
    """What is looked at before a month is closed. Every check is a constant number of queries."""

    _inherit = "profit.month"

    def _get_checks(self):
        """Hook: ``{kind: method}``, in the order of the list; a method returns what :meth:`_found` does.

        Other addons add kinds with `selection_add` on `profit.month.check`, their advice, and their method here.
        """
        return {
            "stale": self._check_stale,
            "tie_out": self._check_tie_out,
            "unknown": self._check_unknown,
            "unposted": self._check_unposted,
            "draft": self._check_drafts,
            "short": self._check_shortages,
            "cost_month": self._check_cost_month,
            "bank": self._check_bank,
            "clearing": self._check_clearing,
            "rate": self._check_rates,
            "share": self._check_shares,
            "estimate": self._check_estimates,
            "revaluation": self._check_revaluation,
            "unattributed": self._check_unattributed,
            "earlier": self._check_earlier,
        }

    def _found(self, model, domain, amount=0):
        """What a check found: records of a domain, none if it is done.

        :param amount: what they amount to, in the company's currency
        """
        count = self.env[model].search_count(domain)
        return {"count": count, "amount": amount if count else 0, "res_model": model, "domain": domain}

    def _prepare_checks(self):
        """Columns of the checklist as of now."""
        self.ensure_one()
        self.env.flush_all()
        self.invalidate_recordset()  # what is computed from the ledger is asked anew
        blocking = self.env["profit.month.check"]._get_blocking()
        rows = []
        for sequence, (kind, look) in enumerate(self._get_checks().items()):
            found = look()
            state = "ok" if not found["count"] else "block" if kind in blocking else "warn"
            rows.append({"sequence": sequence, "kind": kind, "state": state, **found})
        return rows

    def _get_company_domain(self):
        return [("company_id", "=", self.company_id.id)]

    # === FACTS === #

    def _check_stale(self):
        return self._found("profit.month", [("id", "in", self.ids if self.is_stale else [])])

    def _check_tie_out(self):
        return self._found("profit.tie.out", [("month_id", "=", self.id), ("fault", "!=", 0)], self.difference)

    def _get_json_domain(self):
        """The facts of the month, in a domain that is kept as JSON."""
        return [
            (name, operator, str(value) if name == "day" else value)
            for name, operator, value in self._get_fact_domain()
        ]

    def _sum_facts(self, domain):
        ((amount,),) = self.env["profit.entry"]._read_group(domain, [], ["amount:sum"])
        return amount

    def _check_estimates(self):
        """What was delivered, but neither settled nor billed nor accrued."""
        domain = [*self._get_json_domain(), ("state", "=", "estimated")]
        return self._found("profit.entry", domain, self._sum_facts(domain))

    def _check_shares(self):
        """The voucher of shared costs that is not approved, or the costs that nobody has shared."""
        if self.share_state == "approved":
            return self._found("profit.share", [("id", "in", [])])
        if self.share_id:
            return self._found("profit.share", [("id", "=", self.share_id.id)], self.share_id.amount)
        domain = [
            *self._get_json_domain(),
            ("state", "=", "booked"),
            ("product_id", "=", False),
            ("kind_id.driver", "!=", False),
        ]
        return self._found("profit.entry", domain, self._sum_facts(domain))

    def _check_unattributed(self):
        domain = [*self._get_json_domain(), ("kind_id.code", "in", ["income_unattributed", "cost_unattributed"])]
        over = self.company_id.currency_id.compare_amounts(self.unattributed, self.company_id.profit_unattributed_limit)
        return self._found("profit.entry", domain if over > 0 else [("id", "in", [])], self.unattributed)

    # === SETTLEMENTS === #

    def _check_unknown(self):
        domain = [*self._get_company_domain(), ("kind_id", "=", False), ("date", "<=", str(self.last))]
        return self._found("marketplace.settlement.line", domain)

    def _check_unposted(self):
        """Settlements with amounts of the month, or of an earlier one, that are not in the books."""
        lines = self.env["marketplace.settlement.line"]._search(
            [
                *self._get_company_domain(),
                ("date", "<=", self.last),
                ("settlement_id.state", "not in", ["posted", "open"]),
            ]
        )
        settlements = self.env["marketplace.settlement"].search([("id", "in", lines.subselect("settlement_id"))])
        amount = sum(
            settlement.currency_id._convert(settlement.total, self.company_currency_id, self.company_id, self.last)
            for settlement in settlements
        )
        return self._found("marketplace.settlement", [("id", "in", settlements.ids)], amount)

    def _check_clearing(self):
        """Settlements posted long before the end of the month whose payout is still to come."""
        until = self.last - timedelta(days=self.company_id.profit_clearing_days)
        domain = [
            *self._get_company_domain(),
            ("clearing_line_id.date", "<=", str(until)),
            ("clearing_line_id.reconciled", "=", False),
        ]
        items = self.env["marketplace.settlement"].search(domain).clearing_line_id
        return self._found("marketplace.settlement", domain, sum(items.mapped("amount_residual")))

    # === BOOKS === #

    def _check_drafts(self):
        domain = [*self._get_company_domain(), ("state", "=", "draft"), ("date", "<=", str(self.last))]
        amounts = self.env["account.move"].search(domain).mapped("amount_total_signed")
        return self._found("account.move", domain, sum(abs(amount) for amount in amounts))

    def _check_bank(self):
        domain = [*self._get_company_domain(), ("is_reconciled", "=", False), ("date", "<=", str(self.last))]
        domain.append(("move_id.state", "in", ["draft", "posted"]))
        moves = self.env["account.bank.statement.line"].search(domain).move_id
        amount = sum(moves.mapped("amount_total_signed"))
        return self._found("account.bank.statement.line", domain, amount)

    def _check_rates(self):
        """Foreign currencies of the month's entries that have no rate of its last days."""
        found = self.env.execute_query(
            SQL(
                """SELECT DISTINCT item.currency_id FROM account_move_line item
                    WHERE item.company_id = %(company)s AND item.parent_state = 'posted'
                      AND item.date BETWEEN %(first)s AND %(last)s AND item.currency_id != %(own)s
                      AND NOT EXISTS (SELECT FROM res_currency_rate rate
                                       WHERE rate.currency_id = item.currency_id
                                         AND (rate.company_id = %(root)s OR rate.company_id IS NULL)
                                         AND rate.name BETWEEN %(since)s AND %(last)s)""",
                company=self.company_id.id,
                root=self.company_id.root_id.id,
                own=self.company_id.currency_id.id,
                first=self.first,
                last=self.last,
                since=self.last - timedelta(days=DAYS_OF_RATES),
            )
        )
        return self._found("res.currency", [("id", "in", [currency for (currency,) in found])])

    def _check_revaluation(self):
        """The revaluation that is not posted, or the accounts whose money in foreign currency has another value."""
        Revaluation, unit = self.env["profit.revaluation"], self.company_id.currency_id
        made = Revaluation.search([*self._get_company_domain(), ("day", "=", self.last), ("state", "!=", "undone")])
        if made:
            open_ids = made.filtered(lambda revaluation: revaluation.state == "draft").ids
            return self._found("profit.revaluation", [("id", "in", open_ids)], made.difference)
        query = Revaluation.new({"company_id": self.company_id.id, "day": self.last})._get_balances_query()
        differences = {}
        for account, _currency, in_currency, booked, rate in self.env.execute_query(query):
            if difference := unit.round(unit.round(in_currency * rate) - booked):
                differences[account] = differences.get(account, 0) + difference
        return self._found("account.account", [("id", "in", list(differences))], sum(differences.values()))

    def _check_earlier(self):
        domain = [*self._get_company_domain(), ("first", "<", str(self.first)), ("state", "=", "open")]
        return self._found("profit.month", domain)

    # === COSTS === #

    def _check_shortages(self):
        return self._found("cost.layer", [*self._get_company_domain(), ("quantity", "<", 0)])

    def _check_cost_month(self):
        """The closing of costs that is open, or the month itself while there is none."""
        closed = self.company_id.cost_layer_method and self.company_id._get_cost_closed_day()
        if not self.company_id.cost_layer_method or (closed and closed >= self.last):
            return self._found("cost.closing", [("id", "in", [])])
        domain = [*self._get_company_domain(), ("day", "=", str(self.last))]
        found = self._found("cost.closing", domain)
        return {**found, "count": found["count"] or 1}
