"""Units of order lines, for the queries that count them."""

from odoo.tools import SQL

# What is ordered, in the product's own unit.
LINE_UNITS = SQL("line.product_uom_qty * line_uom.factor / product_uom.factor")
# From `line` to its `product`, `template` and both units.
LINE_PRODUCT = SQL(
    """
    JOIN product_product product ON product.id = line.product_id
    JOIN product_template template ON template.id = product.product_tmpl_id
    JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
    JOIN uom_uom product_uom ON product_uom.id = template.uom_id
    """
)
