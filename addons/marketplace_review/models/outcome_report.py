from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .outcome_order import OUTCOMES


class MarketplaceOutcome(models.Model):
    """A report that an order went bad, or was good after all: typed in, or imported from a list of chargebacks."""

    _name = "marketplace.outcome"
    _description = "Reported Outcome"
    _order = "known_at desc, id desc"
    _rec_name = "reference"

    reference = fields.Char("Order Number", required=True, help="Number of the order at the marketplace.")
    shop_id = fields.Many2one(
        "marketplace.shop", help="Needed only where two shops have an order of this number.", index="btree_not_null"
    )
    order_id = fields.Many2one(
        "sale.order", "Sales Order", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    outcome = fields.Selection(OUTCOMES, required=True, default="chargeback")
    known_at = fields.Datetime("Known Since", required=True, default=fields.Datetime.now)
    note = fields.Char()

    @api.model_create_multi
    def create(self, vals_list):
        """Override to find the orders, and to tell them what became of them."""
        orders = self._find_orders(vals_list)
        for vals, order in zip(vals_list, orders, strict=True):
            vals.update(order_id=order.id, shop_id=order.marketplace_shop_id.id)
        reports = super().create(vals_list)
        for report in reports.sorted("known_at"):
            report.order_id.sudo().write(
                {"marketplace_outcome": report.outcome, "marketplace_outcome_at": report.known_at}
            )
        return reports

    @api.model
    def _find_orders(self, vals_list):
        """The order of each report.

        :raise ValidationError: there is none, or several shops have one
        """
        references = [(vals.get("reference") or "").strip() for vals in vals_list]
        by_reference = self.env["sale.order"].search([("marketplace_ref", "in", references)]).grouped("marketplace_ref")
        result = []
        for reference, vals in zip(references, vals_list, strict=True):
            found = by_reference.get(reference, self.env["sale.order"])
            if vals.get("shop_id"):
                found = found.filtered(lambda order, shop_id=vals["shop_id"]: order.marketplace_shop_id.id == shop_id)
            if not found:
                raise ValidationError(self.env._("There is no marketplace order %s.", reference or "?"))
            if len(found) > 1:
                raise ValidationError(self.env._("Several shops have an order %s. Name the shop.", reference))
            result.append(found)
        return result
