from odoo.addons.marketplace.tests.publisher_case import PublisherCase
from odoo.fields import Command


class KitCase(PublisherCase):
    @classmethod
    def _create_kit(cls, sku, parts, **vals):
        """A product with a bill of materials of the type kit.

        :param parts: ``[(component, quantity)]`` or with a unit ``[(component, quantity, unit)]``
        """
        product = cls._create_product(sku, is_storable=False)
        lines = [
            Command.create(
                {"product_id": part.id, "product_qty": quantity, "product_uom_id": (unit or [part.uom_id])[0].id}
            )
            for part, quantity, *unit in parts
        ]
        cls.env["mrp.bom"].create(
            {"product_tmpl_id": product.product_tmpl_id.id, "type": "phantom", "bom_line_ids": lines, **vals}
        )
        return product
