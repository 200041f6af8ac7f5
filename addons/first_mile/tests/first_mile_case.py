from datetime import date

from odoo.fields import Command
from odoo.tests import TransactionCase

DAY = date(2026, 3, 2)


class FirstMileCase(TransactionCase):
    """A hub in Shenzhen with kettles and lids, a warehouse in England, and a lane between them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        Warehouse = cls.env["stock.warehouse"]
        cls.hub = Warehouse.create({"name": "Hub of the test", "code": "FMHUB"})
        cls.england = Warehouse.create({"name": "England of the test", "code": "FMENG"})
        cls.lane = cls.env["first.mile.lane"].create(
            {
                "name": "Lane of the test",
                "origin_country_id": cls.env.ref("base.cn").id,
                "destination_country_id": cls.env.ref("base.uk").id,
            }
        )
        cls.kettle = cls._create_product("FM-KETTLE", weight=1, volume=0.05, standard_price=10, hs_code="8516.60")
        cls.lid = cls._create_product("FM-LID", weight=0.1, volume=0.02, standard_price=1, hs_code="7323.93")
        cls.forwarder = cls.env["res.partner"].create({"name": "Blue Ocean"})

    @classmethod
    def _create_product(cls, sku, **values):
        product = cls.env["product.product"].create(
            {"name": sku.title(), "default_code": sku, "type": "consu", "is_storable": True, **values}
        )
        cls.env["stock.quant"]._update_available_quantity(product, cls.hub.lot_stock_id, 1000)
        return product

    def _create_shipment(self, *cartons, **values):
        """A shipment of cartons, each a dict of units by product; 60 × 50 × 40 cm and 12 kg."""
        totals = {}
        for carton in cartons:
            for product, units in carton.items():
                totals[product] = totals.get(product, 0) + units
        return self.env["first.mile.shipment"].create(
            {
                "lane_id": self.lane.id,
                "warehouse_id": self.hub.id,
                "destination_id": self.england.id,
                "ship_date": DAY,
                "line_ids": [
                    Command.create({"product_id": product.id, "quantity": units}) for product, units in totals.items()
                ],
                "carton_ids": [
                    Command.create(
                        {
                            "number": str(number),
                            "length_cm": 60,
                            "width_cm": 50,
                            "height_cm": 40,
                            "weight": 12,
                            "line_ids": [
                                Command.create({"product_id": product.id, "quantity": units})
                                for product, units in carton.items()
                            ],
                        }
                    )
                    for number, carton in enumerate(cartons, start=1)
                ],
                **values,
            }
        )

    def _add_legs(self, shipment):
        """Pick-up, then the sea; the ship is 32 days under way."""
        shipment.leg_ids = [
            Command.create({"kind": "pickup", "sequence": 1, "etd": "2026-03-02", "eta": "2026-03-04"}),
            Command.create({"kind": "main", "sequence": 2, "etd": "2026-03-06", "eta": "2026-04-07"}),
        ]
        return shipment.leg_ids

    def _count(self, product, location):
        return self.env["stock.quant"]._get_available_quantity(product, location)
