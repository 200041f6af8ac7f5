from odoo import api, fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    _inherit = "sale.order"

    marketplace_address_masked = fields.Boolean(
        "Address Hidden", copy=False, readonly=True, help="The marketplace shows only parts of the delivery address."
    )

    def write(self, vals):
        """Override to check an order again when somebody sends it elsewhere. The importer checks its own."""
        result = super().write(vals)
        if vals.get("partner_shipping_id") and not self.env.context.get("marketplace_bulk"):
            self.env["marketplace.reviewer"]._review(self)
        return result

    def action_marketplace_check(self):
        """Check the orders by the review rules as they are now."""
        self.check_access("write")
        self.env["marketplace.reviewer"]._review(self)
        held = self.filtered("marketplace_hold")
        message = (
            self.env._("Held: %s", ", ".join(held.mapped("marketplace_ref")))
            if held
            else self.env._("Checked: nothing holds the order.")
        )
        action = self.env["marketplace.shop"]._notify(message)
        action["params"]["next"] = {"type": "ir.actions.client", "tag": "soft_reload"}
        return action

    def action_marketplace_block(self):
        """Hold this and all further orders of the buyer, and to the address."""
        self.check_access("write")
        blocks = self.env["marketplace.blacklist"]._block(self)
        if not blocks:
            raise UserError(
                self.env._(
                    "The marketplace names neither the buyer nor the address, so they cannot be recognised again."
                )
            )
        self.env["marketplace.reviewer"]._review(self | self._find_open_of_buyers(), ["blacklist"])
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_review.action_blacklist")
        action["domain"] = [("id", "in", blocks.ids)]
        return action

    def _find_open_of_buyers(self):
        """Orders still to ship of the same buyers, or to the same partners."""
        return self.sudo().search(
            [
                *self._get_marketplace_unshipped_domain(),
                "|",
                ("partner_id", "in", self.partner_id.ids),
                ("partner_shipping_id", "in", self.partner_shipping_id.ids),
            ]
        )

    @api.model
    def _get_marketplace_unshipped_domain(self):
        """Merchant orders that are still to be shipped, held or not."""
        return [
            ("marketplace_fulfilment", "=", "merchant"),
            ("marketplace_status", "in", ["unshipped", "partially_shipped"]),
            ("state", "=", "sale"),
        ]
