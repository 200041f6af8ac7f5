from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine.voucher import Column, VoucherLayout

SOURCES = [
    ("text", "Fixed Text"),
    ("day", "Day"),
    ("business_day", "Business Day"),
    ("year", "Year"),
    ("period", "Month"),
    ("word", "Voucher Word"),
    ("number", "Voucher Number"),
    ("serial", "Number of the Voucher in the File"),
    ("line_number", "Number of the Line, from 1"),
    ("line_index", "Number of the Line, from 0"),
    ("row_number", "Number of the Row in the File"),
    ("entry", "Journal Entry"),
    ("narration", "Entry and Reference"),
    ("user", "Made By"),
    ("summary", "Summary"),
    ("account_code", "Account Code"),
    ("account_name", "Account Name"),
    ("currency", "Currency Code"),
    ("currency_name", "Currency Name"),
    ("rate", "Rate"),
    ("amount_currency", "Amount in Currency, Unsigned"),
    ("foreign_amount", "Amount in Foreign Currency, else 0"),
    ("foreign_rate", "Rate of Foreign Currency, else 0"),
    ("debit", "Debit"),
    ("credit", "Credit"),
    ("amount", "Amount, Credit Negative"),
    ("customer", "Customer Code"),
    ("supplier", "Vendor Code"),
    ("partner", "Partner Name"),
    ("department", "Department"),
    ("shop", "Shop"),
    ("quantity", "Quantity"),
]


class ProfitVoucherLayout(models.Model):
    """How vouchers are written for another accounting software; another version of it takes other columns, no code."""

    _name = "profit.voucher.layout"
    _description = "Voucher Layout"
    _order = "sequence, name, id"

    sequence = fields.Integer(default=10)
    name = fields.Char("Software", required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for all companies.")
    column_ids = fields.One2many("profit.voucher.column", "layout_id", "Columns", copy=True)
    kind = fields.Selection([("csv", "Text (CSV)"), ("xlsx", "Excel (XLSX)")], "File", required=True, default="csv")
    encoding = fields.Selection(
        [("utf-8-sig", "UTF-8 with Mark"), ("utf-8", "UTF-8"), ("gb18030", "GB 18030 (GBK)")],
        required=True,
        default="utf-8-sig",
        help="Of text files. Chinese software on Windows expects GB 18030, or UTF-8 with its mark.",
    )
    delimiter = fields.Selection(
        [(",", "Comma"), (";", "Semicolon"), ("\t", "Tab"), ("|", "Bar")], "Separator", required=True, default=","
    )
    is_quoted = fields.Boolean(
        "Quotes", default=True, help="Texts with a separator are quoted. Without, the separator is replaced in texts."
    )
    head = fields.Char("First Line", help="Written above everything else, as it is.")
    is_titled = fields.Boolean("Row of Titles", default=True)
    day_form = fields.Selection(
        [
            ("%Y-%m-%d", "2026-12-31"),
            ("%Y/%m/%d", "2026/12/31"),
            ("%Y%m%d", "20261231"),
            ("%d/%m/%Y", "31/12/2026"),
            ("%m/%d/%Y", "12/31/2026"),
        ],
        "Days Look Like",
        required=True,
        default="%Y-%m-%d",
    )
    word = fields.Char(
        "Voucher Word", required=True, default="记", help="Of vouchers of journals that have no word of their own."
    )
    has_own_codes = fields.Boolean(
        "Same Accounts",
        help="The software has the same account codes: accounts that are not listed keep theirs. Otherwise every "
        "account has to be listed before its entries can be exported.",
    )
    is_bilingual = fields.Boolean(
        "Chinese and English", help="Names of accounts and kinds of amounts are written in both languages."
    )
    note = fields.Text(
        "Notes", translate=True, help="Of which release the columns are, and where the file is imported."
    )
    code_ids = fields.One2many("profit.voucher.code", "layout_id", "Codes")

    @api.constrains("column_ids")
    def _check_columns(self):
        for layout in self:
            sources = set(layout.column_ids.mapped("source"))
            if "account_code" not in sources or not ({"debit", "credit"} <= sources or "amount" in sources):
                raise ValidationError(
                    self.env._(
                        "%s: a layout needs a column of account codes, and one of amounts or two of debit and credit.",
                        layout.name,
                    )
                )

    def copy_data(self, default=None):
        """Override of `base`: says which one is the copy."""
        rows = super().copy_data(default)
        return [{**row, "name": self.env._("%s (copy)", layout.name)} for layout, row in zip(self, rows, strict=True)]

    def _get_layout(self):
        """The layout as :class:`VoucherLayout`, which knows nothing of Odoo."""
        self.ensure_one()
        return VoucherLayout(
            columns=tuple(column._get_column() for column in self.column_ids),
            kind=self.kind,
            encoding=self.encoding,
            delimiter=self.delimiter,
            head=self.head or "",
            is_titled=self.is_titled,
            is_quoted=self.is_quoted,
            day_form=self.day_form,
        )


class ProfitVoucherColumn(models.Model):
    _name = "profit.voucher.column"
    _description = "Column of a Voucher Layout"
    _order = "sequence, id"
    _rec_name = "title"

    layout_id = fields.Many2one("profit.voucher.layout", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="layout_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    title = fields.Char(help="As the software expects it.")
    code = fields.Char("Technical Title", help="In a row of its own above the titles, where the software wants it.")
    source = fields.Selection(SOURCES, "Shows", required=True, default="text")
    text = fields.Char(help="Fixed, or for what has no value of its own.")
    first_only = fields.Boolean("Once per Voucher", help="On the first line of each voucher only.")
    no_zero = fields.Boolean("Empty for 0")
    max_length = fields.Integer("Most Characters", help="Longer texts are cut. 0: any length.")

    def _get_column(self):
        return Column(
            title=self.title or "",
            source=self.source,
            text=self.text or "",
            code=self.code or "",
            first_only=self.first_only,
            no_zero=self.no_zero,
            length=self.max_length,
        )
