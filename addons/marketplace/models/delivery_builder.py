from collections import defaultdict

from odoo import api, models
from odoo.fields import Command


class MarketplaceDeliveryBuilder(models.AbstractModel):
    """Transfers of confirmed merchant orders, for a whole batch at once and without reserving.

    Lines that one plain pull rule brings from a warehouse's stock to the customer get their transfer here: one
    ``create()`` for references, transfers and moves each. Everything else (make to order, several steps, dropshipping,
    kits) goes the standard way, line by line; the result is the same records.
    """

    _name = "marketplace.delivery.builder"
    _description = "Marketplace Delivery Builder"

    @api.model
    def _build(self, orders):
        """Create the transfers of confirmed orders.

        :param orders: sale orders confirmed with ``skip_procurement``
        """
        lines = orders.order_line.filtered(
            lambda line: line.product_id.type == "consu" and not line.marketplace_by_data
        )
        rules = self._find_rules(lines)
        direct = lines.filtered(lambda line: self._can_build(line, rules[line]))
        if direct:
            self._build_direct(direct, rules)
        if standard := lines - direct:
            standard.with_context(
                skip_procurement=False, marketplace_defer_reservation=True
            )._action_launch_stock_rule()

    def _find_rules(self, lines):
        """Rule that brings each line to its customer, looked up once per warehouse, destination and set of routes."""
        found, result = {}, {}
        for line in lines:
            product = line.product_id
            location = line._get_location_final()
            routes = line.route_ids | product.route_ids | product.categ_id.total_route_ids
            key = (line.warehouse_id.id, location.id, tuple(routes.ids), line.product_uom_id.id)
            if key not in found:
                values = {
                    "route_ids": line.route_ids,
                    "warehouse_id": line.warehouse_id,
                    "packaging_uom_id": line.product_uom_id,
                    "company_id": line.company_id,
                }
                found[key] = self.env["stock.rule"]._get_rule(product, location, values)
            result[line] = found[key]
        return result

    def _can_build(self, line, rule):
        """Whether one transfer straight from stock delivers the line. Addons with other ways override this."""
        return (
            rule.action in ("pull", "pull_push")
            and rule.procure_method == "make_to_stock"
            and rule.picking_type_id.code == "outgoing"
            and rule.location_src_id.usage == "internal"
            and line.product_uom_id == line.product_id.uom_id
            and not self._is_kit(line.product_id)
        )

    def _is_kit(self, product):
        """Kits are exploded by `mrp`, where it is installed."""
        return "is_kits" in product._fields and product.is_kits

    def _build_direct(self, lines, rules):
        orders = lines.order_id
        references = (
            self.env["stock.reference"]
            .sudo()
            .create([{"name": order.name, "sale_ids": [Command.link(order.id)]} for order in orders])
        )
        reference_by_order = dict(zip(orders, references, strict=True))
        groups = defaultdict(self.env["sale.order.line"].browse)
        for line in lines:
            groups[line.order_id, rules[line]] |= line
        pickings = self._create_pickings(groups)
        move_vals = []
        for ((order, rule), group), picking in zip(groups.items(), pickings, strict=True):
            for line in group:
                move_vals.append(self._prepare_move_vals(line, rule, picking, reference_by_order[order]))
        moves = self.env["stock.move"].sudo().with_context(marketplace_defer_reservation=True).create(move_vals)
        moves._action_confirm(merge=False)
        moves._update_orderpoints_once()

    def _create_pickings(self, groups):
        """One transfer per order and rule, numbered in one query per operation type."""
        counts = defaultdict(int)
        for _order, rule in groups:
            counts[rule.picking_type_id] += 1
        importer = self.env["marketplace.order.importer"]
        names = {
            picking_type: iter(importer._next_names(picking_type.sequence_id, count))
            for picking_type, count in counts.items()
        }
        return (
            self.env["stock.picking"]
            .sudo()
            .create(
                [self._prepare_picking_vals(order, rule, next(names[rule.picking_type_id])) for order, rule in groups]
            )
        )

    def _prepare_picking_vals(self, order, rule, name):
        return {
            "name": name,
            "origin": order.name,
            "partner_id": order.partner_shipping_id.id,
            "picking_type_id": rule.picking_type_id.id,
            "location_id": rule.location_src_id.id,
            "location_dest_id": order.partner_shipping_id.property_stock_customer.id,
            "company_id": order.company_id.id,
            "user_id": False,
            "move_type": "direct",
            "carrier_id": order.carrier_id.id,
        }

    def _prepare_move_vals(self, line, rule, picking, reference):
        """Values of a move: those of the rule, and the transfer that exists already."""
        values = line._prepare_procurement_values()
        values["reference_ids"] = reference
        vals = rule._get_stock_move_values(
            line.product_id,
            line.product_uom_qty,
            line.product_uom_id,
            picking.location_dest_id,
            line.product_id.display_name,
            line.order_id.name,
            line.company_id,
            values,
        )
        vals.update(picking_id=picking.id, location_dest_id=picking.location_dest_id.id)
        return vals
