from odoo import api, fields, models
from odoo.exceptions import UserError

from .settlement import POSTED, READY
from .settlement_posting_documents import can_match


class MarketplaceSettlement(models.Model):
    """What was posted: to see, to prove, to take back."""

    _inherit = "marketplace.settlement"

    own_rate = fields.Float(
        digits=(16, 10),
        help="Units of the company's currency for one of the settlement's, where the marketplace or the bank states "
        "them. 0: Odoo's rate on the day of the last amount.",
    )
    is_foreign = fields.Boolean(compute="_compute_is_foreign")
    move_ids = fields.One2many("account.move", "marketplace_settlement_id", "Journal Entries", readonly=True)
    move_count = fields.Integer("Entries", compute="_compute_move_count")
    clearing_line_id = fields.Many2one(
        "account.move.line",
        "Payout to Receive",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        help="The open item that the payout on the bank account settles.",
    )
    unexplained = fields.Monetary(
        compute="_compute_unexplained",
        help="What differs: the stated total, the sum of the amounts, what journal items hold of them, and what is "
        "booked as payout. 0.00: every cent is explained.",
    )

    @api.depends("currency_id", "company_id")
    def _compute_is_foreign(self):
        for settlement in self:
            settlement.is_foreign = settlement.currency_id != settlement.company_id.currency_id

    @api.depends("move_ids")
    def _compute_move_count(self):
        for settlement in self:
            settlement.move_count = len(settlement.move_ids)

    @api.depends("total", "state", "line_ids.amount", "line_ids.move_line_id", "clearing_line_id.parent_state")
    def _compute_unexplained(self):
        Line = self.env["marketplace.settlement.line"]
        domain = [("settlement_id", "in", self.ids)]
        sums = dict(Line._read_group(domain, ["settlement_id"], ["amount:sum"]))
        held = dict(
            Line._read_group([*domain, ("move_line_id.parent_state", "=", "posted")], ["settlement_id"], ["amount:sum"])
        )
        for settlement in self:
            total = settlement.total
            faults = [total - sums.get(settlement, 0.0)]
            if settlement.state == POSTED:
                item = settlement.clearing_line_id
                faults.append(total - held.get(settlement, 0.0))
                faults.append(total - (item.amount_currency if item.parent_state == "posted" else 0.0))
            settlement.unexplained = sum(abs(fault) for fault in faults)

    # === TAKING BACK === #

    def action_reverse(self):
        """Reverse all entries and bills of the settlements; then they can be read or posted again."""
        self.check_access("write")
        self._check_posted()
        for settlement in self.sudo():
            settlement.with_company(settlement.company_id)._reverse()

    def action_repost(self):
        """Reverse the settlements and post them again, with the kinds and accounts that are stated now.

        What paid their payouts, or took their balance over, does so again.
        """
        paid = {settlement: settlement.sudo()._get_paying_items() for settlement in self}
        self.action_reverse()
        action = self.action_post()
        for settlement, items in paid.items():
            settlement.sudo()._match_paying_items(items)
        return action

    def _get_paying_items(self):
        """What is matched with the payout: items of bank transactions, or of the settlement that took it over."""
        item = self.clearing_line_id
        return item.matched_debit_ids.debit_move_id | item.matched_credit_ids.credit_move_id

    def _match_paying_items(self, items):
        payout = self.clearing_line_id
        # Of exchange differences, which were among them, nothing is left open.
        together = payout | items.exists().filtered(
            lambda item: not item.reconciled and item.account_id == payout.account_id
        )
        if can_match(together):
            together.reconcile()

    def _check_posted(self):
        if others := self.filtered(lambda settlement: settlement.state != POSTED):
            raise UserError(
                self.env._("Not posted, so there is nothing to reverse: %s.", ", ".join(others.mapped("external_id")))
            )

    def _reverse(self):
        """Reverse each entry on its own day, or where that is locked, on the first open one."""
        moves = self._get_live_moves()
        moves._reverse_moves([self._prepare_reversal_vals(move) for move in moves], cancel=True)
        self._unlink_lines()
        self.write({"state": READY, "clearing_line_id": False, "message": False})
        # Meanwhile people may have said anew what its words mean.
        self.env["marketplace.settlement.line"]._classify_again({self.provider})

    def _get_live_moves(self):
        """Posted entries and documents that are not reversed."""
        return self.move_ids.filtered(
            lambda move: (
                move.state == "posted"
                and not move.reversed_entry_id.marketplace_settlement_id
                and not move.reversal_move_ids.filtered("marketplace_settlement_id")
            )
        )

    def _prepare_reversal_vals(self, move):
        return {
            "date": move.date,
            "invoice_date": move.invoice_date,
            "ref": self.env._("Reversal of %s", move.name),
            "marketplace_settlement_id": self.id,
        }

    def _unlink_lines(self):
        Line = self.env["marketplace.settlement.line"]
        Line.flush_model(["move_line_id", "document_line_id"])
        self.env.cr.execute(
            "UPDATE marketplace_settlement_line SET move_line_id = NULL, document_line_id = NULL"
            " WHERE settlement_id = %s",
            [self.id],
        )
        Line.invalidate_model(["move_line_id", "document_line_id"])

    # === ACTIONS === #

    def action_view_moves(self):
        """The entries of the settlement, reversals and bills included."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Entries of %s", self.external_id),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("marketplace_settlement_id", "=", self.id)],
        }

    def action_view_items(self):
        """The journal items of the settlement; from each, to the amounts that it holds."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_settlement.action_settlement_items")
        action["domain"] = [("move_id.marketplace_settlement_id", "=", self.id)]
        return action


class AccountMove(models.Model):
    _inherit = "account.move"

    marketplace_settlement_id = fields.Many2one(
        "marketplace.settlement", "Settlement", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )

    def action_view_marketplace_settlement(self):
        """The settlement that this entry posts."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "marketplace.settlement",
            "view_mode": "form",
            "res_id": self.marketplace_settlement_id.id,
        }


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    marketplace_line_ids = fields.One2many("marketplace.settlement.line", "move_line_id", "Settlement Amounts")
    fee_kind_id = fields.Many2one(
        "marketplace.fee.kind",
        "Kind of Amount",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="What a marketplace's amount, or its fee, is: set where the item holds amounts of one kind only.",
    )

    def action_view_marketplace_lines(self):
        """The settlement amounts that this item holds."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name or self.move_id.name,
            "res_model": "marketplace.settlement.line",
            "view_mode": "list,pivot,form",
            "domain": ["|", ("move_line_id", "=", self.id), ("document_line_id", "=", self.id)],
        }
