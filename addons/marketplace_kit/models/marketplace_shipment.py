from odoo import api, models


class MarketplaceShipment(models.Model):
    _inherit = "marketplace.shipment"

    @api.model
    def _get_shipped_units(self, move_lines):
        """Override of `marketplace`: buyers bought kits, so whole kits are reported and not their components.

        A kit counts in the transfer that completes it, in the parcel of the first of its components there.
        """
        components = move_lines.filtered(self._is_component)
        # With the prefetch of all, the lines of many transfers are read together.
        units = super()._get_shipped_units((move_lines - components).with_prefetch(move_lines._prefetch_ids))
        for sale_line, own in components.grouped(lambda line: line.move_id.sale_line_id).items():
            units.append((sale_line, own[0].result_package_id, self._count_kits(sale_line, own.move_id)))
        return units

    @api.model
    def _is_component(self, line):
        return line.move_id.bom_line_id and line.product_id != line.move_id.sale_line_id.product_id

    @api.model
    def _count_kits(self, sale_line, moves):
        """Whole kits, in the unit of the order line, that the moves complete."""
        boms = sale_line.move_ids.bom_line_id.bom_id
        bom = (
            boms.filtered(
                lambda bom: (
                    bom.type == "phantom"
                    and sale_line.product_id in (bom.product_id or bom.product_tmpl_id.product_variant_ids)
                )
            )[:1]
            or boms._bom_find(sale_line.product_id, company_id=sale_line.company_id.id, bom_type="phantom")[
                sale_line.product_id
            ]
        )
        if not bom:
            return 0
        ordered = sale_line.product_uom_id._compute_quantity(sale_line.product_uom_qty, bom.product_uom_id)
        outgoing = {"incoming_moves": lambda move: move._is_outgoing(), "outgoing_moves": lambda move: False}
        earlier = sale_line.move_ids.filtered(
            lambda move: move.state == "done" and move.picking_id.id < moves.picking_id.id
        )
        before, after = (
            some._compute_kit_quantities(sale_line.product_id, ordered, bom, outgoing)
            for some in (earlier, earlier | moves)
        )
        return bom.product_uom_id._compute_quantity(after - before, sale_line.product_uom_id, round=False)
