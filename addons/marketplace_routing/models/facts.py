from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.marketplace.models.line_units import LINE_PRODUCT, LINE_UNITS
from odoo.tools import SQL

from ..engine import Geography, LineFacts, OrderFacts, Stock
from ..freight import Destination, places

SECONDS_PER_HOUR = 3600


class MarketplaceRouter(models.AbstractModel):
    """Decides where orders ship from. This part collects what the rules ask for, in a number of queries that does not
    grow with the orders."""

    _name = "marketplace.router"
    _description = "Order Routing"

    # === ORDERS === #

    @api.model
    def _prepare_facts(self, orders, at_order_date=False):
        """What the rules ask about merchant orders, past ones too; the most urgent first.

        :param orders: sale orders of one company
        :param bool at_order_date: hours to the promise count from the order's date instead of now
        :return: list of :class:`~..engine.OrderFacts`; orders of the marketplace or without goods have none
        """
        if not orders:
            return []
        self._flush_facts()
        lines = self._load_lines(orders)
        rows = self.env.execute_query_dict(self._get_orders_sql(orders))
        warehouses = self._load_shop_warehouses({row["shop_id"] for row in rows})
        return [
            self._prepare_order_facts(row, lines[row["order_id"]], warehouses[row["shop_id"]], at_order_date)
            for row in rows
            if row["order_id"] in lines
        ]

    @api.model
    def _flush_facts(self):
        """Write to the database what the queries of this part read."""
        self.env["sale.order"].flush_model(
            ["marketplace_fulfilment", "amount_total", "currency_rate", "warehouse_id", "partner_shipping_id"]
            + ["tag_ids", "marketplace_ship_by", "marketplace_deliver_by", "marketplace_service_level", "state"]
        )
        self.env["sale.order.line"].flush_model(
            ["order_id", "product_id", "product_uom_qty", "product_uom_id", "marketplace_by_data", "warehouse_id"]
        )
        self.env["product.product"].flush_model(["weight", "volume", "product_tmpl_id"])
        self.env["product.template"].flush_model(["type", "is_storable", "categ_id", "uom_id"])
        self.env["res.partner"].flush_model(["name", "street", "street2", "zip", "city", "state_id", "country_id"])
        self.env["marketplace.shop"].flush_model(["provider", "warehouse_id", "fulfilment_warehouse_id"])

    @api.model
    def _get_orders_sql(self, orders):
        return SQL(
            """
            SELECT sale.id AS order_id, sale.marketplace_shop_id AS shop_id, shop.provider,
                   COALESCE(shop.warehouse_id, sale.warehouse_id) AS own_warehouse_id,
                   shop.fulfilment_warehouse_id, sale.date_order,
                   sale.amount_total / COALESCE(NULLIF(sale.currency_rate, 0), 1) AS value,
                   sale.marketplace_is_business AS is_business, sale.marketplace_service_level AS service_level,
                   sale.marketplace_ship_by AS ship_by, sale.marketplace_deliver_by AS deliver_by,
                   partner.country_id, partner.state_id, partner.zip, partner.city,
                   country.code AS country_code, state.code AS state_code,
                   (SELECT ARRAY_AGG(tag_id) FROM sale_order_tag_rel WHERE order_id = sale.id) AS tag_ids,
                   %s AS join_key
              FROM sale_order sale
              JOIN marketplace_shop shop ON shop.id = sale.marketplace_shop_id
              LEFT JOIN res_partner partner ON partner.id = sale.partner_shipping_id
              LEFT JOIN res_country country ON country.id = partner.country_id
              LEFT JOIN res_country_state state ON state.id = partner.state_id
             WHERE sale.id IN %s AND sale.marketplace_fulfilment = 'merchant'
             ORDER BY sale.marketplace_ship_by NULLS LAST, sale.id
            """,
            self._get_join_key_sql(),
            tuple(orders.ids),
        )

    @api.model
    def _get_join_key_sql(self):
        """What addresses of one ``partner`` have in common; NULL where they do not tell who receives it."""
        return SQL(
            """CASE WHEN partner.street IS NOT NULL AND partner.zip IS NOT NULL THEN
                   LOWER(CONCAT_WS('|', partner.name, partner.street, partner.street2, partner.zip, partner.city,
                                   partner.country_id)) END"""
        )

    def _prepare_order_facts(self, row, lines, warehouse_ids, at_order_date):
        start = row["date_order"] if at_order_date else fields.Datetime.now()
        own, served = row["own_warehouse_id"], row["fulfilment_warehouse_id"]
        offered = dict.fromkeys([own, *warehouse_ids, *([served] if served else [])])
        return OrderFacts(
            order_id=row["order_id"],
            shop_id=row["shop_id"],
            provider=row["provider"] or "",
            own_warehouse_id=own,
            warehouse_ids=tuple(offered),
            lines=tuple(lines),
            destination=Destination(
                row["country_code"] or "", row["state_code"] or "", row["zip"] or "", row["city"] or ""
            ),
            country_id=row["country_id"],
            state_id=row["state_id"],
            value=float(row["value"] or 0),
            is_business=bool(row["is_business"]),
            service_level=row["service_level"] or "",
            tag_ids=frozenset(row["tag_ids"] or ()),
            hours_to_ship=self._count_hours(start, row["ship_by"]),
            hours_to_deliver=self._count_hours(start, row["deliver_by"]),
            join_key=row["join_key"],
        )

    def _count_hours(self, start, end):
        return round((end - start).total_seconds() / SECONDS_PER_HOUR, 2) if end else None

    @api.model
    def _load_lines(self, orders):
        """Lines of goods that we ship.

        :return: ``{order id: [LineFacts]}``
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.order_id, line.id, line.product_id, template.is_storable, category.parent_path,
                       %s, product.weight, product.volume
                  FROM sale_order_line line
                  %s
                  LEFT JOIN product_category category ON category.id = template.categ_id
                 WHERE line.order_id IN %s AND template.type = 'consu' AND line.product_uom_qty > 0
                   AND line.marketplace_by_data IS NOT TRUE
                 ORDER BY line.order_id, line.sequence, line.id
                """,
                LINE_UNITS,
                LINE_PRODUCT,
                tuple(orders.ids),
            )
        )
        kits = self.env["marketplace.stock.publisher"]._get_kit_parts(orders.marketplace_shop_id)
        kg, cubic_m = map(float, self.env["marketplace.rate.book"]._get_units())
        categories, result = {}, defaultdict(list)
        for order_id, line_id, product_id, storable, path, units, weight, volume in rows:
            if path not in categories:
                categories[path] = frozenset(int(part) for part in (path or "").split("/") if part)
            units = float(units)
            needs = self._get_needs(product_id, units, storable, kits)
            weights = float(weight or 0) * units * kg, float(volume or 0) * units * cubic_m
            result[order_id].append(LineFacts(line_id, product_id, needs, categories[path], *weights))
        return result

    def _get_needs(self, product_id, units, storable, kits):
        """Units that a line takes out of stock: of the components for a kit, of nothing without stock."""
        if product_id in kits:
            return tuple((component_id, units * factor) for component_id, factor in kits[product_id])
        return ((product_id, units),) if storable else ()

    @api.model
    def _load_shop_warehouses(self, shop_ids):
        """Warehouses whose stock each shop offers.

        :return: ``{shop id: [warehouse id, …]}``
        """
        shops = self.env["marketplace.shop"].sudo().browse(shop_ids)
        return {shop.id: shop.warehouse_ids.ids for shop in shops}

    # === STOCK AND PLACES === #

    @api.model
    def _load_stock(self, facts, warehouses):
        """Units that can still be promised to the orders.

        What the orders themselves ask for already counts as demand in what can be sold, so it is given back.

        :param list facts: :class:`~..engine.OrderFacts`
        :return: :class:`~..engine.Stock`
        """
        product_ids = {product_id for order in facts for product_id in order.needs}
        rows = self.env["marketplace.stock.publisher"]._compute_available(
            self.env["product.product"].browse(product_ids), warehouses
        )
        stock = Stock({(product_id, warehouse_id): float(units) for product_id, warehouse_id, units in rows})
        counted_in = self._load_counted(facts)
        for order in facts:
            for line in order.lines:
                if line.line_id in counted_in:
                    for product_id, units in line.needs:
                        stock.add(product_id, counted_in[line.line_id], units)
        return stock

    def _load_counted(self, facts):
        """Lines whose units count as demand: of pending orders, and of those that have open transfers.

        :return: ``{line id: warehouse id}``
        """
        self.env["stock.move"].flush_model(["sale_line_id", "state"])
        order_ids = tuple(order.order_id for order in facts)
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT line.id, line.warehouse_id
                      FROM sale_order_line line JOIN sale_order sale ON sale.id = line.order_id
                     WHERE sale.id IN %s AND (sale.state IN ('draft', 'sent') OR EXISTS (
                           SELECT FROM stock_move move
                            WHERE move.sale_line_id = line.id AND move.state NOT IN ('done', 'cancel')))
                    """,
                    order_ids,
                )
            )
        )

    @api.model
    def _prepare_geography(self, warehouses):
        """Distances from the addresses of warehouses.

        :return: :class:`~..engine.Geography`
        """
        found = {}
        for warehouse in warehouses.sudo():
            address = warehouse.partner_id
            found[warehouse.id] = places.locate(
                address.country_id.code or "", address.state_id.code or "", address.city or "", address.zip or ""
            )
        return Geography(found, places.locate, places.distance_km)

    @api.model
    def _load_joined(self, rules, facts, hours):
        """Warehouses from which open orders to the same addresses leave, if any rule merges orders.

        :param rules: :class:`~..engine.RuleSet`
        :param int hours: how old the transfers of those orders may be
        :return: ``{join key: warehouse id}``
        """
        keys = tuple({order.join_key for order in facts if order.join_key})
        if not keys or not any(rule.merge for rule in rules.rules):
            return {}
        self.env["stock.picking"].flush_model(["state", "partner_id", "picking_type_id"])
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT %s, MIN(type.warehouse_id)
                      FROM stock_picking picking
                      JOIN stock_picking_type type ON type.id = picking.picking_type_id AND type.code = 'outgoing'
                      JOIN res_partner partner ON partner.id = picking.partner_id
                     WHERE picking.state IN ('confirmed', 'assigned', 'waiting') AND %s IN %s
                       AND partner.zip IN %s AND picking.company_id = %s AND picking.create_date >= %s
                     GROUP BY 1
                    """,
                    self._get_join_key_sql(),
                    self._get_join_key_sql(),
                    keys,
                    tuple({order.destination.postcode for order in facts if order.join_key}),
                    self.env.company.id,
                    fields.Datetime.now() - timedelta(hours=hours),
                )
            )
        )
