from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine.traffic import TrafficLayout

FIGURES = ("sku", "item", "day", "sessions", "page_views", "buy_box", "rating", "reviews", "units")


class TrafficLayoutRecord(models.Model):
    """How to read a marketplace's tables of traffic: under which headings the figures stand."""

    _name = "traffic.layout"
    _description = "Layout of Traffic Files"
    _order = "sequence, name, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10, help="The first layout whose headings a file has reads it.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for all companies.")
    sku = fields.Char("SKU", help="Headings as they stand in the file, with | between those of several languages.")
    item = fields.Char("Item Number", help="ASIN or the like. Used where the SKU is not there.")
    day = fields.Char(help="Empty: a file is of one day, which is given at the upload.")
    sessions = fields.Char(required=True, help="Visits, of one person once a day; also called visitors.")
    page_views = fields.Char()
    buy_box = fields.Char("Buy Box %", help="Percent of the page views at which your offer could be bought at once.")
    rating = fields.Char(help="Stars.")
    reviews = fields.Char()
    units = fields.Char("Units Ordered")
    decimal = fields.Selection([(".", "1,234.56"), (",", "1.234,56")], "Numbers Look Like", required=True, default=".")
    day_form = fields.Selection(
        [
            ("", "2026-12-31"),
            ("%d.%m.%Y", "31.12.2026"),
            ("%d/%m/%Y", "31/12/2026"),
            ("%m/%d/%Y", "12/31/2026"),
            ("%Y/%m/%d", "2026/12/31"),
            ("%Y%m%d", "20261231"),
        ],
        "Days Look Like",
    )

    @api.constrains("sku", "item")
    def _check_offer(self):
        if any(not layout.sku and not layout.item for layout in self):
            raise ValidationError(self.env._("A layout needs a heading of the SKU or of the item number."))

    def _get_layouts(self):
        """The layouts in the words of the engine."""
        return [
            TrafficLayout(
                **{name: tuple(filter(None, (layout[name] or "").split("|"))) for name in FIGURES},
                decimal=layout.decimal,
                day_form=layout.day_form or "",
            )
            for layout in self
        ]
