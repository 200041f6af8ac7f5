from odoo import Command
from odoo.addons.stock_cost_layer.tests.common import CostCase


class CostLayersCase(CostCase):
    """A shipment from the hub: 8 kettles at 5 and 16 toasters at 2, in two cartons."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.sea = cls.company.internal_transit_location_id
        cls.clearing = cls.company.cost_layer_clearing_account_id
        cls.sales = cls.company.cost_layer_expense_account_id
        countries = {"origin_country_id": cls.env.ref("base.cn").id}
        cls.lane = cls.env["first.mile.lane"].create(
            {**countries, "name": "Layers", "destination_country_id": cls.env.ref("base.uk").id}
        )

    def setUp(self):
        super().setUp()
        self.buy(10, 5)
        self.buy(20, 2, product=self.second)
        self.shipment = self.env["first.mile.shipment"].create(
            {
                "lane_id": self.lane.id,
                "warehouse_id": self.hub.id,
                "destination_id": self.uk.id,
                "carton_ids": [
                    self.carton("1", {self.product: 6}),
                    self.carton("2", {self.product: 2, self.second: 16}),
                ],
            }
        )

    def carton(self, number, contents):
        lines = [Command.create({"product_id": product.id, "quantity": units}) for product, units in contents.items()]
        size = {"length_cm": 60, "width_cm": 50, "height_cm": 40, "weight": 12}
        return Command.create({"number": number, "line_ids": lines, **size})

    def depart(self):
        self.shipment.action_plan()
        self.shipment.action_depart()
        self.check()

    def receive(self):
        self.shipment.action_receive()
        self.check()

    def cost(self, estimate=0, **values):
        return self.env["first.mile.cost"].create(
            {"shipment_id": self.shipment.id, "name": "Sea", "estimate": estimate, "basis": "quantity", **values}
        )

    def vendor_bill(self, amount, currency=None, day=None, kind="in_invoice"):
        line = {"name": "Freight", "price_unit": amount, "tax_ids": False, "account_id": self.clearing.id}
        return self.env["account.move"].create(
            {
                "move_type": kind,
                "partner_id": self.vendor.id,
                "invoice_date": day or self.today,
                "currency_id": (currency or self.company.currency_id).id,
                "invoice_line_ids": [Command.create(line)],
            }
        )
