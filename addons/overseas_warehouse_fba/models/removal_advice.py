from odoo import api, fields, models


class FbaRemovalAdvice(models.Model):
    """Units of one SKU that Amazon recommends to remove, as its last report says."""

    _name = "fba.removal.advice"
    _description = "Recommended Removal from Amazon"
    _order = "removal_units desc, msku"
    _rec_name = "msku"

    warehouse_id = fields.Many2one("overseas.warehouse", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True, index=True)
    sheet_id = fields.Many2one("fba.sheet", "Report", readonly=True, ondelete="set null", index="btree_not_null")
    day = fields.Date("As Of", required=True, readonly=True)
    msku = fields.Char("SKU", required=True, readonly=True)
    fnsku = fields.Char("FNSKU", readonly=True)
    asin = fields.Char("ASIN", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True, ondelete="restrict", index="btree_not_null")
    condition = fields.Char(readonly=True)
    sellable_units = fields.Integer("Sellable", readonly=True)
    removal_units = fields.Integer("To Remove", readonly=True, help="Sellable units that Amazon recommends to remove.")
    unsellable_units = fields.Integer("Not Sellable", readonly=True, help="Units that cannot be sold any more.")

    _msku_uniq = models.Constraint("UNIQUE(warehouse_id, msku, condition)", "This SKU is recorded already.")

    @api.model
    def _take(self, sheet, records):
        """Record what Amazon recommends now, in place of what it said before; an older report changes nothing.

        :param records: of :class:`~..connector.advice.RemovalAdvice`
        :return: number of SKUs that were recorded
        """
        warehouse = sheet.warehouse_id
        before = self.search([("warehouse_id", "=", warehouse.id)])
        latest = max((record.day for record in records), default=None)
        if latest is None or any(day > latest for day in before.mapped("day")):
            return 0
        before.unlink()
        unique = {(record.msku, record.condition): record for record in records if record.day == latest}
        products = warehouse._get_fba_products({record.msku for record in unique.values()})
        return len(
            self.create(
                [
                    {
                        "warehouse_id": warehouse.id,
                        "sheet_id": sheet.id,
                        "day": record.day,
                        "msku": record.msku,
                        "fnsku": record.fnsku,
                        "asin": record.asin,
                        "product_id": products[record.msku].id if record.msku in products else False,
                        "condition": record.condition,
                        "sellable_units": record.sellable,
                        "removal_units": record.removal,
                        "unsellable_units": record.unsellable,
                    }
                    for record in unique.values()
                ]
            )
        )


class FbaAgedStock(models.Model):
    _inherit = "fba.aged.stock"

    advised_units = fields.Integer(
        "Recommended Removal",
        compute="_compute_advised_units",
        help="Sellable units that Amazon's last report on recommended removals says to remove.",
    )

    @api.depends("msku", "warehouse_id")
    def _compute_advised_units(self):
        advised = {
            (warehouse, msku): units
            for warehouse, msku, units in self.env["fba.removal.advice"]._read_group(
                [("warehouse_id", "in", self.warehouse_id.ids), ("msku", "in", self.mapped("msku"))],
                ["warehouse_id", "msku"],
                ["removal_units:sum"],
            )
        }
        for stock in self:
            stock.advised_units = stock.is_current and advised.get((stock.warehouse_id, stock.msku), 0)


class FbaSheet(models.Model):
    _inherit = "fba.sheet"

    @api.model
    def _get_takers(self):
        """Override for what Amazon recommends to remove."""
        return {**super()._get_takers(), "advice": self.env["fba.removal.advice"]._take}
