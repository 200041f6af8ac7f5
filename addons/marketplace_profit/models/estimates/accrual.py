from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .estimate_open import get_open_condition

DRAFT, POSTED, UNDONE = "draft", "posted", "undone"


class ProfitAccrual(models.Model):
    """What was delivered in a month and settled or billed later: one entry at the month's end, and its reversal on the
    next day. So each month has its own sales and costs."""

    _name = "profit.accrual"
    _description = "Accrual of Unsettled Orders"
    _inherit = ["mail.thread"]
    _check_company_auto = True
    _order = "first desc, id desc"
    _rec_name = "first"

    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    first = fields.Date("Month", required=True, default=lambda self: self._get_default_month(), help="Its first day.")
    last = fields.Date("Booked On", compute="_compute_last", store=True, help="Last day of the month.")
    state = fields.Selection(
        [(DRAFT, "Preview"), (POSTED, "Posted"), (UNDONE, "Undone")],
        required=True,
        readonly=True,
        default=DRAFT,
        tracking=True,
    )
    line_ids = fields.One2many("profit.accrual.line", "accrual_id", readonly=True)
    order_count = fields.Integer("Orders", compute="_compute_totals")
    amount = fields.Monetary(
        "Profit", "company_currency_id", compute="_compute_totals", help="Of the amounts that are accrued."
    )
    move_id = fields.Many2one("account.move", "Journal Entry", readonly=True, copy=False, check_company=True)
    reversal_id = fields.Many2one("account.move", readonly=True, copy=False, check_company=True)

    _month_uniq = models.UniqueIndex(
        "(company_id, first) WHERE state != 'undone'", "There is an accrual of this month. Open that one."
    )
    _first_day = models.Constraint("CHECK(EXTRACT(DAY FROM first) = 1)", "A month begins on its first day.")

    @api.model
    def _get_default_month(self):
        return fields.Date.context_today(self) + relativedelta(months=-1, day=1)

    @api.depends("first")
    def _compute_last(self):
        for accrual in self:
            accrual.last = accrual.first and accrual.first + relativedelta(months=1, days=-1)

    @api.depends("first")
    def _compute_display_name(self):
        for accrual in self:
            accrual.display_name = f"{accrual.first:%Y-%m}" if accrual.first else False

    @api.depends("line_ids.amount")
    def _compute_totals(self):
        rows = self.env["profit.accrual.line"]._read_group(
            [("accrual_id", "in", self.ids)], ["accrual_id"], ["order_id:count_distinct", "amount:sum"]
        )
        totals = {accrual.id: sums for accrual, *sums in rows}
        for accrual in self:
            accrual.order_count, accrual.amount = totals.get(accrual.id, (0, 0.0))

    @api.onchange("first")
    def _onchange_first(self):
        self.first = self.first and self.first.replace(day=1)

    @api.model_create_multi
    def create(self, vals_list):
        """With the preview."""
        accruals = super().create(vals_list)
        accruals._prepare_lines()
        return accruals

    @api.ondelete(at_uninstall=False)
    def _unlink_except_posted(self):
        if self.filtered("move_id"):
            raise UserError(self.env._("Accruals with journal entries are kept. Undo them instead."))

    # === PREVIEW === #

    def action_refresh(self):
        """Look anew for what is not settled at the month's end."""
        self.check_access("write")
        self._check_state(DRAFT)
        self._prepare_lines()

    def _prepare_lines(self):
        """One statement for each month: estimates of delivered lines that the ledger did not have at its end."""
        self.line_ids.sudo().unlink()
        self.env.flush_all()
        for accrual in self:
            self.env.cr.execute(
                SQL(
                    """INSERT INTO profit_accrual_line (
                              accrual_id, company_id, estimate_id, account_id, shop_id, country_id, order_id,
                              sale_line_id, product_id, kind_id, currency_id, amount_currency, amount)
                       SELECT %(accrual)s, estimate.company_id, estimate.id, estimate.account_id, estimate.shop_id,
                              estimate.country_id, estimate.order_id, estimate.sale_line_id, estimate.product_id,
                              estimate.kind_id, estimate.currency_id,
                              estimate.amount_currency - estimate.tax_currency, estimate.amount
                         FROM profit_estimate estimate JOIN marketplace_fee_kind kind ON kind.id = estimate.kind_id
                        WHERE estimate.company_id = %(company)s AND estimate.delivered AND estimate.day <= %(last)s
                          AND estimate.amount != 0 AND %(is_open)s
                        ORDER BY estimate.id""",
                    accrual=accrual.id,
                    company=accrual.company_id.id,
                    last=accrual.last,
                    is_open=get_open_condition(accrual.last),
                )
            )
        self.invalidate_recordset()
        self.env["profit.accrual.line"].invalidate_model()

    def _check_state(self, state):
        if others := self.filtered(lambda accrual: accrual.state != state):
            states = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(months)s: this can only be done with state '%(state)s'.",
                    months=", ".join(others.mapped("display_name")),
                    state=states[state],
                )
            )

    # === ACTIONS === #

    def action_view_moves(self):
        """The entry and its reversal, with those that took them back."""
        moves = self.move_id | self.reversal_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Accrual of %s", self.display_name),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": ["|", ("id", "in", moves.ids), ("reversed_entry_id", "in", moves.ids)],
        }

    def action_view_lines(self):
        """The amounts by order line and kind."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_profit.action_accrual_lines")
        action["domain"] = [("accrual_id", "=", self.id)]
        return action


class ProfitAccrualLine(models.Model):
    """One estimated amount of an accrual, as it was when it was posted."""

    _name = "profit.accrual.line"
    _description = "Accrued Amount"
    _log_access = False
    _order = "accrual_id desc, id"
    _rec_name = "kind_id"

    accrual_id = fields.Many2one("profit.accrual", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    estimate_id = fields.Many2one("profit.estimate", readonly=True, ondelete="set null", index="btree_not_null")
    account_id = fields.Many2one("marketplace.account", "Marketplace Account", readonly=True, ondelete="set null")
    shop_id = fields.Many2one("marketplace.shop", readonly=True, ondelete="set null")
    country_id = fields.Many2one("res.country", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True, ondelete="restrict")
    sale_line_id = fields.Many2one("sale.order.line", "Order Line", readonly=True, ondelete="restrict")
    product_id = fields.Many2one("product.product", "SKU", readonly=True, ondelete="restrict")
    kind_id = fields.Many2one("marketplace.fee.kind", required=True, readonly=True, ondelete="restrict")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount_currency = fields.Monetary("Amount in Currency", readonly=True, help="Without tax.")
    amount = fields.Monetary("Profit", "company_currency_id", readonly=True)
    move_line_id = fields.Many2one(
        "account.move.line", "Journal Item", readonly=True, ondelete="set null", index="btree_not_null"
    )
    reversal_line_id = fields.Many2one(
        "account.move.line", "Item of the Reversal", readonly=True, ondelete="set null", index="btree_not_null"
    )
