import base64

from odoo import Command, fields, models
from odoo.exceptions import UserError

from ..engine import Fault, SheetFaults, check_against_order, read_packing_list
from ..models.messages import refuse_sheet


class FirstMilePackingListImport(models.TransientModel):
    """Reads the cartons of a shipment from the supplier's Excel file."""

    _name = "first.mile.packing.list.import"
    _description = "Import of a Packing List"

    shipment_id = fields.Many2one("first.mile.shipment", required=True)
    file = fields.Binary(
        required=True, attachment=False, help="Excel workbook with one row per product and carton or range."
    )
    filename = fields.Char()

    def action_import(self):
        """Replace the cartons of the shipment by those of the list. Nothing changes if anything is wrong."""
        self.ensure_one()
        shipment = self.shipment_id
        if shipment.state != "draft":
            raise UserError(self.env._("%s is planned already: cartons are imported into drafts.", shipment.name))
        try:
            packing_list = read_packing_list(base64.b64decode(self.file))
            products = self._find_products(packing_list)
            ordered = {line.product_id.default_code: _to_units(line.quantity) for line in shipment.line_ids}
            if ordered:
                check_against_order(packing_list, ordered)
        except SheetFaults as error:
            raise refuse_sheet(self.env, error) from error
        shipment.carton_ids.unlink()
        shipment.carton_ids = [
            Command.create(self._get_carton_values(carton, products)) for carton in packing_list.cartons
        ]
        if not ordered:
            totals = packing_list.count_units()
            shipment.line_ids = [
                Command.create({"product_id": products[sku].id, "quantity": units}) for sku, units in totals.items()
            ]
        return {"type": "ir.actions.act_window_close"}

    def _find_products(self, packing_list):
        """Products by SKU.

        :raises SheetFaults: SKUs that no product has
        """
        company = self.shipment_id.company_id
        found = self.env["product.product"].search(
            [("default_code", "in", list(packing_list.rows)), ("company_id", "in", (False, company.id))]
        )
        products = {product.default_code: product for product in found}
        unknown = [
            Fault(row, "sku_unknown", {"sku": sku}) for sku, row in packing_list.rows.items() if sku not in products
        ]
        if unknown:
            raise SheetFaults(unknown)
        return products

    def _get_carton_values(self, carton, products):
        box = carton.box
        return {
            "number": box.number,
            "length_cm": float(box.length_cm),
            "width_cm": float(box.width_cm),
            "height_cm": float(box.height_cm),
            "weight": float(box.weight_kg),
            "line_ids": [
                Command.create({"product_id": products[sku].id, "quantity": units})
                for sku, units in carton.contents.items()
            ],
        }


def _to_units(quantity):
    """A whole quantity as a packing list states it, so that a message says 40 and not 40.0."""
    return int(quantity) if quantity == int(quantity) else quantity
