from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class OverseasInboundCarton(models.Model):
    _inherit = "overseas.inbound.carton"

    def _get_fba_contents(self, sku_by_product):
        """``{(MSKU, expiry date or None, lot's name): units}`` of the cartons; Amazon tells goods apart so."""
        contents = Counter()
        for line in self.line_ids:
            key = sku_by_product[line.product_id], line.fba_expires_on or None, line.fba_lot_id.name or ""
            contents[key] += line.units
        return contents


class OverseasInboundCartonLine(models.Model):
    _inherit = "overseas.inbound.carton.line"

    fba_lot_id = fields.Many2one(
        "stock.lot",
        "Lot",
        domain="[('product_id', '=', product_id)]",
        ondelete="restrict",
        index="btree_not_null",
        help="The maker's lot, which Amazon is told.",
    )
    fba_expires_on = fields.Date(
        "Expires On",
        compute="_compute_fba_expires_on",
        store=True,
        readonly=False,
        precompute=True,
        help="Of goods with a shelf life. Amazon takes one date per product and carton.",
    )

    @api.depends("fba_lot_id")
    def _compute_fba_expires_on(self):
        """Where lots know when they expire, the lot says it."""
        for line in self:
            lot = line.fba_lot_id
            if lot and "expiration_date" in lot._fields and lot.expiration_date:
                line.fba_expires_on = fields.Datetime.context_timestamp(line, lot.expiration_date).date()

    @api.constrains("fba_lot_id", "product_id")
    def _check_fba_lot_id(self):
        for line in self:
            if line.fba_lot_id and line.fba_lot_id.product_id != line.product_id:
                raise ValidationError(
                    self.env._(
                        "The lot %(lot)s is not one of %(product)s. Choose a lot of the product in the carton.",
                        lot=line.fba_lot_id.name,
                        product=line.product_id.display_name,
                    )
                )


class OverseasInbound(models.Model):
    _inherit = "overseas.inbound"

    def _check_complete(self):
        """Override of `overseas_warehouse`: Amazon refuses goods with a shelf life without their date, and two dates of
        one product in a carton."""
        result = super()._check_complete()
        for carton in self.filtered("is_fba").carton_ids:
            for product, lines in carton.line_ids.grouped("product_id").items():
                dates = set(lines.mapped("fba_expires_on"))
                if False in dates and product._is_fba_perishable():
                    raise ValidationError(
                        self.env._(
                            "%(product)s in carton %(number)d has a shelf life: enter its lot or the date on which it "
                            "expires.",
                            product=product.display_name,
                            number=carton.number,
                        )
                    )
                if len(dates) > 1:
                    raise ValidationError(
                        self.env._(
                            "Carton %(number)d holds units of %(product)s with several expiry dates. Amazon takes only "
                            "one: pack each date in a carton of its own.",
                            number=carton.number,
                            product=product.display_name,
                        )
                    )
        return result


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _is_fba_perishable(self):
        """Whether units expire, where Odoo is set up to know."""
        self.ensure_one()
        return "use_expiration_date" in self._fields and self.use_expiration_date
