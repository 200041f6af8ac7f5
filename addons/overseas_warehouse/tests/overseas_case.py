"""An account at a warehouse in memory, with its warehouse connected and two products known."""

from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import TransactionCase

from ..conformance.memory import START, MemoryProvider, MemoryWarehouse
from ..contract import StockLine


class OverseasCase(TransactionCase):
    """``world`` is what the warehouse has; every account speaks to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world = MemoryWarehouse("MEM-DE", {})
        cls.provider = MemoryProvider(cls.world)
        cls.startClassPatcher(
            patch.object(cls.env.registry["overseas.account"], "_build_connector", lambda account: cls.provider)
        )
        cls.account = cls.env["overseas.account"].create({"name": "Memory", "state": "test"})
        finder = cls.env["overseas.warehouse.finder"]._find(cls.account)
        finder.line_ids.connect = True
        finder.action_connect()
        cls.warehouse = cls.account.warehouse_ids
        cls.warehouse.service_id = cls.warehouse.service_ids
        cls.stock = cls.warehouse.warehouse_id.lot_stock_id
        cls.cup = cls._create_product("CUP")
        cls.plate = cls._create_product("PLATE")

    def setUp(self):
        super().setUp()
        self.provider.__dict__.update(_error=None, _lost=None)
        for name, value in vars(MemoryWarehouse("MEM-DE", {"CUP": (0, 0), "PLATE": (0, 0)})).items():
            setattr(self.world, name, value)

    @classmethod
    def _create_product(cls, sku, **vals):
        product = cls.env["product.product"].create(
            {"name": sku.title(), "default_code": sku, "is_storable": True, "weight": 0.3, "standard_price": 4, **vals}
        )
        cls.env["overseas.product"].create(
            {
                "account_id": cls.account.id,
                "product_id": product.id,
                "sku": sku,
                "length_cm": 10,
                "width_cm": 10,
                "height_cm": 8,
                "declared_name": "tableware",
                "declared_value": 2.5,
            }
        )
        return product

    # === STOCK === #

    def _stock(self, product, units):
        """Put units in the warehouse, here and there."""
        self.env["stock.quant"]._update_available_quantity(product, self.stock, units)
        self.world.stock[product.default_code] = [units, 0]

    def _get_units(self, product, location=None):
        location = location or self.stock
        return sum(
            self.env["stock.quant"]
            .search([("product_id", "=", product.id), ("location_id", "=", location.id)])
            .mapped("quantity")
        )

    # === DOCUMENTS === #

    def _create_delivery(self, units=2, product=None, **partner):
        """A delivery that is ready."""
        product = product or self.cup
        country = self.env.ref("base.de").id
        partner = self.env["res.partner"].create(
            {"name": "Ada", "street": "Weg 1", "city": "Bonn", "zip": "53111", "country_id": country, **partner}
        )
        picking_type = self.warehouse.warehouse_id.out_type_id
        customers = self.env.ref("stock.stock_location_customers")
        move = {
            "product_id": product.id,
            "product_uom": product.uom_id.id,
            "product_uom_qty": units,
            "location_id": self.stock.id,
            "location_dest_id": customers.id,
        }
        picking = self.env["stock.picking"].create(
            {
                "partner_id": partner.id,
                "picking_type_id": picking_type.id,
                "location_id": self.stock.id,
                "location_dest_id": customers.id,
                "move_ids": [Command.create(move)],
            }
        )
        picking.action_confirm()
        picking.action_assign()
        return picking

    def _create_inbound(self, contents=None):
        """A notice of one carton per dict of units."""
        contents = contents or [{self.cup: 10}, {self.cup: 5, self.plate: 8}]
        return self.env["overseas.inbound"].create(
            {
                "warehouse_id": self.warehouse.id,
                "carton_ids": [
                    Command.create(
                        {
                            "number": number,
                            "length_cm": 50,
                            "width_cm": 40,
                            "height_cm": 30,
                            "weight_kg": 9,
                            "line_ids": [
                                Command.create({"product_id": product.id, "units": units})
                                for product, units in units_by_product.items()
                            ],
                        }
                    )
                    for number, units_by_product in enumerate(contents, 1)
                ],
            }
        )

    def _exchange(self, model):
        """What the queued job does."""
        self.env[model]._job_exchange(self.account)

    def _line(self, sku, sellable, **units):
        return StockLine("MEM-DE", sku, sellable, START, **units)
