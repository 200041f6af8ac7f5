from odoo import fields, models

from ...engine.rate_card import Size


class ProductProduct(models.Model):
    """How large a packed unit is: size tiers of marketplaces go by it."""

    _inherit = "product.product"

    package_length = fields.Float(help="Of one packed unit, in cm. 0: not measured.")
    package_width = fields.Float(help="Of one packed unit, in cm.")
    package_height = fields.Float(help="Of one packed unit, in cm.")

    def _get_package_sizes(self):
        """Packed units by id, in cm and kg. Addons that measure products override it.

        :return: ``{product id: Size}``; one query
        """
        self.fetch(["package_length", "package_width", "package_height", "weight"])
        # Odoo keeps weights in kilograms or, where people chose so, in pounds.
        to_kg = self.env["product.template"]._get_weight_uom_id_from_ir_config_parameter()
        kilogram = self.env.ref("uom.product_uom_kgm")
        return {
            product.id: Size.of(
                (product.package_length, product.package_width, product.package_height),
                round(to_kg._compute_quantity(product.weight, kilogram, round=False), 4),
            )
            for product in self
        }
