from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..statements import FeeMode, Layout, Meaning


class BankStatementLayout(models.Model):
    """How to read the tables of a bank or wallet: what each column means."""

    _name = "bank.statement.layout"
    _description = "Layout of Bank Statement Files"
    _order = "sequence, name, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for all companies.")
    column_ids = fields.One2many("bank.statement.layout.column", "layout_id", "Columns", copy=True)
    decimal = fields.Selection([(".", "1,234.56"), (",", "1.234,56")], "Amounts Look Like", required=True, default=".")
    day_form = fields.Selection(
        [
            ("", "2026-12-31"),
            ("%d.%m.%Y", "31.12.2026"),
            ("%d/%m/%Y", "31/12/2026"),
            ("%d-%m-%Y", "31-12-2026"),
            ("%m/%d/%Y", "12/31/2026"),
            ("%m-%d-%Y", "12-31-2026"),
            ("%Y/%m/%d", "2026/12/31"),
            ("%Y年%m月%d日", "2026年12月31日"),
            ("%d %b %Y", "31 Dec 2026"),
            ("%d %b, %Y", "31 Dec, 2026"),
        ],
        "Days Look Like",
        help="A time may follow.",
    )
    fee_mode = fields.Selection(
        [("included", "Amounts are after the fee"), ("extra", "Amounts are before the fee")],
        "Fees",
        required=True,
        default="included",
    )
    done_words = fields.Char(
        "Status of Booked Rows",
        help="Parted by commas. Rows with another status are left out and counted. Empty: all rows are booked.",
    )
    note = fields.Text()

    @api.constrains("column_ids", "done_words")
    def _check_columns(self):
        for layout in self:
            meanings = set(layout.column_ids.mapped("meaning"))
            if "date" not in meanings or not ("amount" in meanings or {"income", "outgo"} <= meanings):
                raise ValidationError(
                    self.env._(
                        "A layout needs a column with the day, and one with the amount or two with what came in and"
                        " what went out."
                    )
                )
            if layout.done_words and "status" not in meanings:
                raise ValidationError(self.env._("Say which column is the status, or leave its words empty."))

    @api.model
    def _get_layouts(self, company):
        """Layouts among which a file of a company is recognised."""
        layouts = self.search([("company_id", "in", (False, company.id))])
        return [layout._get_layout() for layout in layouts]

    def _get_layout(self):
        words = (word.strip() for word in (self.done_words or "").replace("，", ",").split(","))
        return Layout(
            name=self.name,
            columns=tuple((column.name, Meaning(column.meaning), column.is_required) for column in self.column_ids),
            decimal=self.decimal,
            day_form=self.day_form or "",
            fee_mode=FeeMode(self.fee_mode),
            done_words=tuple(filter(None, words)),
        )


class BankStatementLayoutColumn(models.Model):
    _name = "bank.statement.layout.column"
    _description = "Column of Bank Statement Files"
    _order = "sequence, id"

    layout_id = fields.Many2one("bank.statement.layout", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="layout_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char("Heading", required=True, help="As in the file. Several ways to write it: part them by |.")
    meaning = fields.Selection(
        [
            ("date", "Day"),
            ("value_date", "Value Date"),
            ("amount", "Amount"),
            ("income", "Amount Received"),
            ("outgo", "Amount Paid"),
            ("direction", "In or Out"),
            ("currency", "Currency"),
            ("description", "Description"),
            ("counterparty", "Other Party"),
            ("account", "Other Party's Account"),
            ("reference", "Reference"),
            ("external_id", "Bank's Number"),
            ("kind", "Kind"),
            ("fee", "Fee"),
            ("rate", "Exchange Rate"),
            ("foreign_amount", "Amount in Other Currency"),
            ("foreign_currency", "Other Currency"),
            ("balance", "Balance"),
            ("status", "Status"),
        ],
        required=True,
    )
    is_required = fields.Boolean("Needed", help="A file without this column is not of this layout.")

    _name_uniq = models.Constraint("UNIQUE(layout_id, name)", "A heading can only have one meaning.")
