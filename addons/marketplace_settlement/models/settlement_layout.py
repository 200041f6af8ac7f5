from datetime import timezone

from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _tz_get
from odoo.addons.marketplace.contract import Money
from odoo.exceptions import ValidationError

from ..layouts import Header, Layout, Meaning, parse_mapped


class MarketplaceSettlementLayout(models.Model):
    """How to read the settlement files of a marketplace without a connector: what each column means."""

    _name = "marketplace.settlement.layout"
    _description = "Layout of Settlement Files"
    _order = "name, id"

    name = fields.Char(required=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for all companies.")
    column_ids = fields.One2many("marketplace.settlement.layout.column", "layout_id", "Columns", copy=True)
    decimal = fields.Selection([(".", "1,234.56"), (",", "1.234,56")], "Amounts Look Like", required=True, default=".")
    day_form = fields.Selection(
        [
            ("", "2026-12-31"),
            ("%d.%m.%Y", "31.12.2026"),
            ("%d/%m/%Y", "31/12/2026"),
            ("%m/%d/%Y", "12/31/2026"),
            ("%Y/%m/%d", "2026/12/31"),
            ("%d %b %Y", "31 Dec 2026"),
        ],
        "Days Look Like",
        help="2026-12-31 may be followed by a time.",
    )
    tz = fields.Selection(_tz_get, "Time Zone", required=True, default="UTC", help="Of the days in the file.")

    @api.constrains("column_ids")
    def _check_columns(self):
        for layout in self:
            meanings = set(layout.column_ids.mapped("meaning"))
            if "date" not in meanings or not {"amount", "fee"} & meanings:
                raise ValidationError(self.env._("A layout needs a column with the day and one with an amount."))
            if "amount" in meanings and "words" not in meanings:
                raise ValidationError(
                    self.env._("Say which column tells what an amount is: give one the meaning 'What It Is'.")
                )

    def _get_layout(self):
        return Layout(
            columns=tuple((column.name, Meaning(column.meaning)) for column in self.column_ids),
            decimal=self.decimal,
            day_form=self.day_form or "",
            zone=self.tz,
        )


class MarketplaceSettlementLayoutColumn(models.Model):
    _name = "marketplace.settlement.layout.column"
    _description = "Column of Settlement Files"
    _order = "sequence, id"

    layout_id = fields.Many2one("marketplace.settlement.layout", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="layout_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char("Heading", required=True, help="As it stands in the file.")
    meaning = fields.Selection(
        [
            ("date", "Day"),
            ("amount", "Amount"),
            ("fee", "Amount of What the Heading Says"),
            ("words", "What It Is"),
            ("order", "Order Number"),
            ("item", "Item Number"),
            ("sku", "SKU"),
            ("units", "Units"),
            ("market", "Site or Country"),
            ("reference", "Reference"),
            ("note", "Note"),
            ("currency", "Currency"),
        ],
        required=True,
    )

    _name_uniq = models.Constraint("UNIQUE(layout_id, name)", "A heading can only have one meaning.")


class MarketplaceSettlement(models.Model):
    _inherit = "marketplace.settlement"

    layout_id = fields.Many2one("marketplace.settlement.layout", readonly=True, ondelete="restrict")

    def _parse(self, document):
        """Override: a file with a layout is read by it, not by the account's connector."""
        if not self.layout_id:
            return super()._parse(document)
        header = self._prepare_header(self.external_id, self.total, self.currency_id, self.paid_at)
        return parse_mapped(document.content, self.layout_id._get_layout(), header)

    @api.model
    def _prepare_header(self, external_id, total, currency, paid_at):
        text = f"{total:.{currency.decimal_places}f}"
        paid_at = paid_at.replace(tzinfo=timezone.utc) if paid_at else None
        return Header(external_id, Money.parse(text, currency.name, "total"), paid_at)
