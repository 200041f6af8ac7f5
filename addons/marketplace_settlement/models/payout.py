from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Command

from ..engine.payout_match import Market, Payout, Transfer, explain, propose
from .settlement import POSTED
from .settlement_posting import unit_of


class MarketplacePayout(models.Model):
    """A line of a bank statement, and the settlements that it pays out."""

    _name = "marketplace.payout"
    _description = "Payout on a Bank Account"
    _check_company_auto = True
    _order = "date desc, id desc"
    _rec_name = "payment_ref"

    statement_line_id = fields.Many2one(
        "account.bank.statement.line", "Bank Transaction", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="statement_line_id.company_id", store=True, index=True)
    journal_id = fields.Many2one(related="statement_line_id.journal_id", store=True)
    date = fields.Date(related="statement_line_id.date", store=True)
    payment_ref = fields.Char(related="statement_line_id.payment_ref")
    partner_name = fields.Char(related="statement_line_id.partner_name")
    amount = fields.Monetary(related="statement_line_id.amount")
    currency_id = fields.Many2one(related="statement_line_id.currency_id")
    is_matched = fields.Boolean("Matched", related="statement_line_id.is_reconciled", store=True)
    settlement_ids = fields.Many2many(
        "marketplace.settlement",
        string="Settlements",
        check_company=True,
        domain="[('state', '=', 'posted'), ('clearing_line_id.reconciled', '=', False)]",
        help="What the transaction pays out.",
    )
    is_part = fields.Boolean(
        "Only a Part", help="The rest of the last settlement stays open. Otherwise what is missing is a fee or margin."
    )
    is_chosen = fields.Boolean("Chosen by Hand", readonly=True, help="New proposals leave it as it is.")
    fee = fields.Monetary(compute="_compute_explanation", store=True, help="Of the wallet or bank.")
    margin = fields.Monetary(
        "Exchange Margin", compute="_compute_explanation", store=True, help="Against Odoo's rate of the day."
    )
    score = fields.Integer(compute="_compute_explanation", store=True, aggregator=None)
    reason_codes = fields.Json(compute="_compute_explanation", store=True)
    reasons = fields.Char(compute="_compute_reasons")

    _line_uniq = models.Constraint("UNIQUE(statement_line_id)", "The bank transaction is listed already.")

    @api.depends("settlement_ids", "is_part")
    def _compute_explanation(self):
        market = self._get_market()
        for payout in self:
            payout.update(self._prepare_explanation(payout._explain(market)))

    def _prepare_explanation(self, proposal):
        return {
            "fee": float(proposal.fee) if proposal else 0,
            "margin": float(proposal.margin) if proposal else 0,
            "score": proposal.score if proposal else 0,
            "reason_codes": [reason.value for reason in proposal.reasons] if proposal else [],
        }

    @api.depends("reason_codes")
    @api.depends_context("lang")
    def _compute_reasons(self):
        names = {
            "exact": self.env._("exact amount"),
            "fee": self.env._("less a fee"),
            "stated_fee": self.env._("less the fee that the bank states"),
            "exchange": self.env._("exchanged"),
            "several": self.env._("several settlements"),
            "part": self.env._("a part"),
            "reference": self.env._("reference in the text"),
            "name": self.env._("marketplace in the text"),
            "together": self.env._("several transfers"),
        }
        for payout in self:
            payout.reasons = ", ".join(names[code] for code in payout.reason_codes or [])

    @api.onchange("settlement_ids", "is_part")
    def _onchange_choice(self):
        self.is_chosen = True

    # === PROPOSING === #

    def action_propose(self):
        """List the open transactions of all bank accounts with the settlements that they may pay out."""
        self.browse().check_access("write")
        for company in self.env.companies:
            self.sudo().with_company(company)._propose(company)
        return self.env["ir.actions.act_window"]._for_xml_id("marketplace_settlement.action_payouts")

    def _propose(self, company):
        settlements = self.env["marketplace.settlement"].search(
            [("company_id", "=", company.id), ("state", "=", POSTED), ("clearing_line_id.reconciled", "=", False)]
        )
        if not settlements:
            return
        listed = self._list_lines(company, settlements).filtered(lambda payout: not payout.is_chosen)
        payouts = [settlement._to_payout() for settlement in settlements]
        found = propose([payout._to_transfer() for payout in listed], payouts, listed._get_market())
        for payout in listed:
            payout._note_proposal(found.get(payout.id))

    def _note_proposal(self, proposal):
        """With its explanation, which needs not be made again."""
        parts = proposal.parts if proposal else ()
        self.write(
            {
                "settlement_ids": [Command.set([part.key for part, _amount in parts])],
                "is_part": any(amount != part.amount for part, amount in parts),
                **self._prepare_explanation(proposal),
            }
        )

    def _list_lines(self, company, settlements):
        """Open transactions since the first of the settlements, listed ones and new ones."""
        first = min(settlement._get_payout_day() for settlement in settlements)
        lines = self.env["account.bank.statement.line"].search(
            [
                ("company_id", "=", company.id),
                ("is_reconciled", "=", False),
                ("state", "=", "posted"),
                ("amount", "!=", 0),
                ("date", ">=", fields.Date.subtract(first, days=2)),
            ]
        )
        listed = self.search([("statement_line_id", "in", lines.ids)])
        new = lines - listed.statement_line_id
        return listed | self.create([{"statement_line_id": line.id} for line in new])

    # === ACTIONS === #

    def action_view_settlements(self):
        """What the transaction pays out."""
        return self.settlement_ids._get_records_action(name=self.env._("Settlements"))

    def action_view_move(self):
        """The journal entry of the transaction."""
        return self.statement_line_id.move_id._get_records_action(name=self.env._("Journal Entry"))

    # === EXPLAINING === #

    def _explain(self, market):
        """:return: :class:`~odoo.addons.marketplace_settlement.engine.payout_match.Proposal` or ``None``"""
        settlements = self.settlement_ids.sudo().filtered("clearing_line_id").sorted("period_start, id")
        if not settlements or len(settlements) != len(self.settlement_ids):
            return None
        payouts = [settlement._to_payout() for settlement in settlements]
        return explain(self._to_transfer(), payouts, market, partly=self.is_part)

    def _to_transfer(self):
        line = self.statement_line_id.sudo()
        foreign = line.foreign_currency_id
        unit = unit_of(line.currency_id)
        return Transfer(
            key=self.id or self._origin.id,
            day=line.date,
            amount=Decimal(str(line.amount)).quantize(unit),
            currency=line.currency_id.name,
            text=" ".join(filter(None, (line.payment_ref, line.ref, line.partner_name))),
            fee=Decimal(str(line.bank_fee)).quantize(unit),
            foreign=(foreign.name, Decimal(str(line.amount_currency)).quantize(unit_of(foreign))) if foreign else None,
        )

    def _get_market(self):
        """Odoo's rates on the days of the transactions; one query for each company and day."""
        currencies = self.env["res.currency"].search([("active", "=", True)])
        days = {(payout.company_id, payout.date) for payout in self if payout.date}
        rates = {}
        for company, day in days:
            found = currencies._get_rates(company, day)
            rates[day] = {currency.name: Decimal(str(found[currency.id])) for currency in currencies}
        return Market(rates, {currency.name: unit_of(currency) for currency in currencies})


class MarketplaceSettlement(models.Model):
    _inherit = "marketplace.settlement"

    def _get_payout_day(self):
        return (self.paid_at or self.period_end or self.period_start).date()

    def _to_payout(self):
        """What it still has to pay out, for the engine."""
        item = self.clearing_line_id
        providers = dict(self._fields["provider"]._description_selection(self.env))
        return Payout(
            key=self.id or self._origin.id,
            day=self._get_payout_day(),
            amount=Decimal(str(item.amount_residual_currency)).quantize(unit_of(self.currency_id)),
            currency=self.currency_id.name,
            references=tuple(filter(None, (self.reference, self.external_id))),
            names=tuple(filter(None, (providers.get(self.provider), self.account_id.settlement_partner_id.name))),
        )
