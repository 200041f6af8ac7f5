"""An account by file with one warehouse connected, a product known there, and a clerk who sends sheets."""

import base64

from odoo.fields import Command
from odoo.tests import TransactionCase

from ..connector import DOCUMENTS
from ..connector.sheet import read_sheet


class FileCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.env["overseas.account"].create(
            {
                "name": "Hamburg Storage",
                "provider": "csv",
                "state": "test",
                "csv_format": "csv",
                "csv_place_ids": [
                    Command.create({"code": "HAM", "name": "Hamburg", "country_id": cls.env.ref("base.de").id})
                ],
                "csv_service_ids": [Command.create({"code": "DHL", "name": "DHL Parcel"})],
            }
        )
        finder = cls.env["overseas.warehouse.finder"]._find(cls.account)
        finder.line_ids.connect = True
        finder.action_connect()
        cls.warehouse = cls.account.warehouse_ids
        cls.warehouse.service_id = cls.warehouse.service_ids
        cls.stock = cls.warehouse.warehouse_id.lot_stock_id
        cls.cup = cls.env["product.product"].create({"name": "Cup", "default_code": "CUP", "is_storable": True})
        cls.env["overseas.product"].create(
            {"account_id": cls.account.id, "product_id": cls.cup.id, "sku": "CUP", "weight_kg": 0.3}
        )

    def _upload(self, kind, *lines, name=None):
        """Upload lines as CSV, as the person in the warehouse sent them."""
        content = "\n".join(lines).encode()
        wizard = self.env["overseas.file.upload"].create(
            {
                "account_id": self.account.id,
                "kind": kind,
                "file": base64.b64encode(content),
                "filename": name or f"{kind}.csv",
            }
        )
        wizard.action_upload()
        return self._find("in", kind)[:1]

    def _find(self, direction, kind):
        domain = [("account_id", "=", self.account.id), ("direction", "=", direction), ("kind", "=", kind)]
        return self.env["overseas.file"].search(domain)

    def _read(self, file):
        """Rows of a file for the warehouse."""
        return read_sheet(file.name, file._get_bytes(), DOCUMENTS[file.kind])

    def _create_delivery(self, units=2):
        self.env["stock.quant"]._update_available_quantity(self.cup, self.stock, 10)
        partner = self.env["res.partner"].create(
            {"name": "Ada", "street": "Weg 1", "city": "Bonn", "zip": "53111", "country_id": self.env.ref("base.de").id}
        )
        customers = self.env.ref("stock.stock_location_customers")
        picking_type = self.warehouse.warehouse_id.out_type_id
        places = {"location_id": self.stock.id, "location_dest_id": customers.id}
        move = {"product_id": self.cup.id, "product_uom": self.cup.uom_id.id, "product_uom_qty": units, **places}
        picking = self.env["stock.picking"].create(
            {
                "partner_id": partner.id,
                "picking_type_id": picking_type.id,
                "move_ids": [Command.create(move)],
                **places,
            }
        )
        picking.action_confirm()
        picking.action_assign()
        return picking

    def _create_inbound(self, units=10):
        return self.env["overseas.inbound"].create(
            {
                "warehouse_id": self.warehouse.id,
                "carton_ids": [
                    Command.create(
                        {
                            "number": 1,
                            "length_cm": 50,
                            "width_cm": 40,
                            "height_cm": 30,
                            "weight_kg": 9,
                            "line_ids": [Command.create({"product_id": self.cup.id, "units": units})],
                        }
                    )
                ],
            }
        )

    def _exchange(self, model):
        """What the queued job does."""
        self.env[model]._job_exchange(self.account)
