from odoo.addons.marketplace.tests.import_case import ImportCase
from odoo.fields import Command


class RoutingCase(ImportCase):
    """The shop's own warehouse is in Leeds, two more in Berlin and Paris. Mugs are in Leeds, pens in Leeds and Berlin,
    lamps only in Paris. The buyers live in Leeds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["marketplace.routing.ruleset"].search([("state", "=", "active")]).state = "archived"
        cls.Ruleset = cls.env["marketplace.routing.ruleset"]
        cls.warehouse.name = "Leeds"
        cls.warehouse.partner_id = cls._create_place("Leeds", "LS1 4AP", "base.uk")
        cls.berlin = cls._create_warehouse("Berlin", "BER", "10115", "base.de")
        cls.paris = cls._create_warehouse("Paris", "PAR", "75001", "base.fr")
        cls.shop.warehouse_ids = cls.warehouse + cls.berlin + cls.paris
        cls.shop.warehouse_id = cls.warehouse
        cls.lamp = cls._create_product("LAMP", 5, cls.paris, taxes_id=cls.tax.ids)
        cls._create_listing("LAMP", cls.lamp)
        cls.env["stock.quant"]._update_available_quantity(cls.pen, cls.berlin.lot_stock_id, 10)
        (cls.mug + cls.pen + cls.lamp).weight = 0.5

    @classmethod
    def _create_place(cls, city, postcode, country):
        vals = {"name": city, "city": city, "zip": postcode, "country_id": cls.env.ref(country).id}
        return cls.env["res.partner"].create(vals)

    @classmethod
    def _create_warehouse(cls, name, code, postcode, country):
        place = cls._create_place(name, postcode, country)
        return cls.env["stock.warehouse"].create({"name": name, "code": code, "partner_id": place.id})

    @classmethod
    def _create_ruleset(cls, *rules, active=True, **vals):
        """A rule set, switched on unless told otherwise. Rules are vals, named after their place unless named."""
        ruleset = cls.Ruleset.create(
            {
                "name": "Rules",
                "rule_ids": [
                    Command.create({"name": f"Rule {number}", "sequence": number, **rule})
                    for number, rule in enumerate(rules, 1)
                ],
                **vals,
            }
        )
        if active:
            ruleset.action_switch_on()
        return ruleset

    @classmethod
    def _ship_from(cls, *warehouses, **vals):
        """Values of a rule that ships from a list of warehouses."""
        lines = [
            Command.create({"warehouse_id": warehouse.id, "sequence": number})
            for number, warehouse in enumerate(warehouses)
        ]
        return {"ship_from": "ranked", "warehouse_line_ids": lines, **vals}

    def _pens(self, units=1):
        return self._line("PEN", units, f"{units}.00")

    def _lamps(self, units=1):
        return self._line("LAMP", units, f"{units}0.00")

    def _transfers(self, order):
        """Open transfers of an order: ``{warehouse name: [sku, …]}``."""
        pickings = order.picking_ids.filtered(lambda picking: picking.state != "cancel")
        return {
            picking.picking_type_id.warehouse_id.name: picking.move_ids.mapped("product_id.default_code")
            for picking in pickings
        }
