from odoo import fields, models


class ProfitShareLine(models.Model):
    """What one SKU or shop gets of one cost. Written in bulk."""

    _name = "profit.share.line"
    _description = "Part of a Shared Cost"
    _log_access = False
    _order = "share_id desc, source_id, amount, id"
    _rec_name = "source_id"

    share_id = fields.Many2one("profit.share", required=True, readonly=True, ondelete="cascade", index=True)
    source_id = fields.Many2one(
        "profit.share.source", "Cost", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    kind_id = fields.Many2one("marketplace.fee.kind", required=True, readonly=True, ondelete="restrict")
    rule_id = fields.Many2one(related="source_id.rule_id")
    driver = fields.Selection(related="source_id.driver")
    currency_id = fields.Many2one("res.currency", "Document Currency", required=True, readonly=True)
    shop_id = fields.Many2one("marketplace.shop", readonly=True, ondelete="restrict")
    product_id = fields.Many2one("product.product", "SKU", readonly=True, ondelete="restrict")
    sale_line_id = fields.Many2one("sale.order.line", "Order Line", readonly=True, ondelete="cascade")
    value = fields.Float("Of the Driver", readonly=True, digits=(16, 4), help="Its sales, units, cubic metre days …")
    percentage = fields.Float("Part (%)", readonly=True, digits=(9, 4), aggregator=None)
    amount = fields.Monetary(currency_field="company_currency_id", readonly=True)
    amount_currency = fields.Monetary("Amount in Currency", readonly=True)
