from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..connector import AdType
from ..layouts import Layout, Meaning
from .campaign import AD_TYPES


class AdsLayout(models.Model):
    """How to read the downloads of an advertising system: what each column means."""

    _name = "ads.layout"
    _description = "Layout of Advertising Files"
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for all companies.")
    ad_type = fields.Selection(AD_TYPES, required=True, default="other")
    column_ids = fields.One2many("ads.layout.column", "layout_id", "Columns", copy=True)
    decimal = fields.Selection([(".", "1,234.56"), (",", "1.234,56")], "Amounts Look Like", required=True, default=".")
    day_form = fields.Selection(
        [
            ("", "2026-12-31"),
            ("%d.%m.%Y", "31.12.2026"),
            ("%d/%m/%Y", "31/12/2026"),
            ("%m/%d/%Y", "12/31/2026"),
            ("%Y/%m/%d", "2026/12/31"),
            ("%d %b %Y", "31 Dec 2026"),
            ("%b %d, %Y", "Dec 31, 2026"),
        ],
        "Days Look Like",
    )
    note = fields.Text(help="Which download this is, and what to choose there.")

    @api.constrains("column_ids")
    def _check_columns(self):
        for layout in self:
            needed = set(layout.column_ids.filtered("is_required").mapped("meaning"))
            if not {"day", "cost"} <= needed:
                raise ValidationError(
                    self.env._("A layout needs a column with the day and one with the cost; mark both as needed.")
                )

    @api.model
    def _get_layouts(self, company):
        """Layouts among which a file of a company is recognised."""
        return [layout._get_layout() for layout in self.search([("company_id", "in", (False, company.id))])]

    def _get_layout(self):
        return Layout(
            name=self.name,
            columns=tuple((column.name, Meaning(column.meaning), column.is_required) for column in self.column_ids),
            ad_type=AdType(self.ad_type),
            decimal=self.decimal,
            day_form=self.day_form or "",
        )


class AdsLayoutColumn(models.Model):
    _name = "ads.layout.column"
    _description = "Column of Advertising Files"
    _order = "sequence, id"

    layout_id = fields.Many2one("ads.layout", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="layout_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(
        "Heading",
        required=True,
        help="As in the file. Several ways to write it: part them by |. An asterisk stands for any text.",
    )
    meaning = fields.Selection(
        [
            ("day", "Day"),
            ("campaign", "Campaign"),
            ("campaign_id", "Campaign Number"),
            ("sku", "SKU"),
            ("asin", "Item Number"),
            ("impressions", "Impressions"),
            ("clicks", "Clicks"),
            ("cost", "Cost"),
            ("orders", "Orders"),
            ("units", "Units"),
            ("sales", "Sales"),
            ("currency", "Currency"),
        ],
        required=True,
    )
    is_required = fields.Boolean("Needed", help="A file without this column is not of this layout.")

    _name_uniq = models.Constraint("UNIQUE(layout_id, name)", "A heading can only have one meaning.")
