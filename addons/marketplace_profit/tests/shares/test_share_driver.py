from odoo.tests import tagged

from .share_case import MAY, ShareCase

LAST = MAY.replace(day=31)


@tagged("post_install", "-at_install")
class TestShareDriver(ShareCase):
    """What each SKU of each shop has of a driver in a month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.Rule.create({"name": "Own", "sequence": 99, "company_id": cls.company.id})
        cls.depot = cls.env["stock.warehouse"].create({"name": "Depot", "code": "DPT", "company_id": cls.company.id})
        cls.suppliers = cls.env.ref("stock.stock_location_suppliers")
        cls.mug.volume, cls.pen.volume = 0.5, 0.25

    def _weights(self, driver, **rule):
        """``{(shop, SKU): value}``, zeros left out; SKUs of other tests and demo data are not looked at."""
        self.rule.write(rule)
        weights = self.env["profit.share.driver"]._get_weights(driver, self.rule, self.company, MAY, LAST)
        return {
            (self.shop.browse(weight.shop).external_id or "", self.mug.browse(weight.product).default_code): float(
                weight.value
            )
            for weight in weights
            if weight.product in (self.mug + self.pen).ids and weight.value
        }

    # === SALES === #

    def test_sales_and_units_are_those_of_the_facts(self):
        self._sell_in_both_shops()
        self._sell("BACK", self.shop, ("* > Refund > Principal", "-10.00", "MUG", 1))
        self._make_month()
        self.assertEqual(self._weights("sales"), {("DE1", "MUG"): 20.0, ("DE1", "PEN"): 10.0, ("FR1", "MUG"): 20.0})
        self.assertEqual(self._weights("units"), {("DE1", "MUG"): 2.0, ("DE1", "PEN"): 5.0, ("FR1", "MUG"): 2.0})
        self.assertEqual(self._weights("evenly"), self._weights("units"))

    def test_what_is_shared_is_no_driver(self):
        """Else a second computation would have another result than the first."""
        self._sell_in_both_shops()
        before = self._weights("sales")
        self._approve(self._share())
        self.assertEqual(self._weights("sales"), before)

    def test_advertising_that_names_its_sku(self):
        self._sell(
            "DE", self.shop, ("Fee > Ads", "-6.00", "MUG", 0), ("Fee > Ads", "-2.00", "PEN", 0),
            ("Fee > Ads Other", "-4.00"),
        )  # fmt: skip
        self._make_month()
        self.assertEqual(self._weights("ad_cost"), {("DE1", "MUG"): 6.0, ("DE1", "PEN"): 2.0})
        self.assertEqual(self._parts(self._share(), "ads_other"), {("DE1", "MUG"): -3.0, ("DE1", "PEN"): -1.0})

    # === STOCK === #

    def test_volume_times_days(self):
        """10 mugs from before the month on, 4 of them gone on the 21st; 8 pens from the 11th on, elsewhere."""
        fba = self.fulfilment_warehouse
        self._move(self.mug, 10, self.suppliers, fba.lot_stock_id, self._at(3, month=3))
        self._move(self.mug, 4, fba.lot_stock_id, self.customers, self._at(21))
        self._move(self.pen, 8, self.suppliers, self.depot.lot_stock_id, self._at(11))
        self._move(self.pen, 5, self.suppliers, self.depot.lot_stock_id, self._at(2, month=6))
        # (10 × 31 − 4 × 11) × 0.5; the copied shop shares the warehouse with the first. 8 × 21 × 0.25
        self.assertEqual(self._weights("volume_days"), {("DE1", "MUG"): 66.5, ("FR1", "MUG"): 66.5, ("", "PEN"): 42.0})
        self.assertEqual(self._weights("volume_days", warehouse_ids=self.depot.ids), {("", "PEN"): 42.0})
        self.france.fulfilment_warehouse_id = self.france.warehouse_id = self.depot
        self.assertEqual(
            self._weights("volume_days", warehouse_ids=False), {("DE1", "MUG"): 133.0, ("FR1", "PEN"): 42.0}
        )

    def test_days_are_those_of_the_company(self):
        """Half past eleven at night in London's summer is the next day in Berlin."""
        self.company.partner_id.tz = "Europe/Berlin"
        self._move(self.mug, 2, self.suppliers, self.depot.lot_stock_id, self._at(30, hour=23))
        self.assertEqual(self._weights("volume_days"), {("", "MUG"): 1.0})
        self._move(self.pen, 2, self.suppliers, self.depot.lot_stock_id, self._at(31, hour=23))
        self.assertEqual(self._weights("volume_days"), {("", "MUG"): 1.0})

    def test_units_received(self):
        """From suppliers and other warehouses, not moved within one, not returned by buyers of another month."""
        shelf = self.depot.lot_stock_id.copy({"location_id": self.depot.lot_stock_id.id, "name": "Shelf"})
        fba = self.fulfilment_warehouse.lot_stock_id
        self._move(self.mug, 10, self.suppliers, self.depot.lot_stock_id, self._at(3))
        self._move(self.mug, 6, self.depot.lot_stock_id, shelf, self._at(4))
        self._move(self.mug, 4, shelf, fba, self._at(5))
        self._move(self.pen, 9, self.suppliers, fba, self._at(3, month=4))
        self.france.fulfilment_warehouse_id = self.france.warehouse_id = False
        self.assertEqual(self._weights("units_received"), {("", "MUG"): 10.0, ("DE1", "MUG"): 4.0})
        self._sell("DE", self.shop, ("Fee > Placement", "-8.00"))
        self._make_month()
        self.assertEqual(self._parts(self._share(), "placement"), {("DE1", "MUG"): -8.0})

    # === PARCELS === #

    def _ship_parcels(self):
        """Two parcels of May: one with a mug and three pens for 6.00, one with a mug for 10.00."""
        orders = self._import(
            self._order("A-1", self._line("MUG", 1, "12.00"), self._line("PEN", 3, "3.00")), self._order("A-2")
        )
        self._ship(orders)
        pickings = orders.picking_ids.filtered(lambda picking: picking.picking_type_code == "outgoing")
        for picking, price in zip(pickings.sorted("id"), (6.0, 10.0), strict=True):
            picking.write({"carrier_price": price, "date_done": self._at(12)})
        return orders

    def test_parcels_by_the_units_in_them(self):
        self._ship_parcels()
        self.assertEqual(self._weights("parcels"), {("DE1", "MUG"): 1.25, ("DE1", "PEN"): 0.75})

    def test_packages_are_parcels(self):
        orders = self._ship_parcels()
        moves = orders[0].picking_ids.move_line_ids
        for line in moves:
            line.result_package_id = self.env["stock.package"].create({"name": f"P{line.id}"})
        self.assertEqual(self._weights("parcels"), {("DE1", "MUG"): 1.5, ("DE1", "PEN"): 1.5})

    def test_estimated_freight(self):
        self._ship_parcels()
        self.assertEqual(self._weights("parcel_freight"), {("DE1", "MUG"): 11.5, ("DE1", "PEN"): 4.5})

    def test_a_carriers_bill_reaches_the_order_lines(self):
        orders = self._ship_parcels()
        account = self._create_account("Carriers", "699002", "expense")
        self.env["profit.result.account"].create(
            {"company_id": self.company.id, "account_id": account.id, "kind_id": self.kinds["parcel_freight"].id}
        )
        self._enter(account, 32.0)
        month = self._make_month()
        share = self._share()
        self.assertEqual(
            {line.sale_line_id: line.amount for line in share.line_ids if line.kind_id.code == "parcel_freight"},
            dict(zip(orders.order_line, (-3.0, -9.0, -20.0), strict=True)),
        )
        self._approve(share)
        self.assertTied(month)
        facts = self._facts(("order_id", "in", orders.ids), ("kind_id.code", "=", "parcel_freight"))
        sums = dict(facts._read_group([("id", "in", facts.ids)], ["order_id"], ["amount:sum"]))
        self.assertEqual(sums, dict(zip(orders, (-12.0, -20.0), strict=True)))
        self.assertEqual(facts.shop_id, self.shop)
