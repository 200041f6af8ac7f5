from odoo import api, fields, models
from odoo.exceptions import UserError


class ProfitEntry(models.Model):
    """From facts to their sources."""

    _inherit = "profit.entry"

    @api.model
    def _get_action(self, domain, name):
        """The list of some facts."""
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_profit.action_entries")
        return {**action, "name": name, "domain": domain, "context": {}}

    def action_open_source(self):
        """What the fact was made from: the settlement amount, cost event, journal entry or order.

        :raise UserError: it stands for an account as a whole, or was shared
        """
        self.ensure_one()
        source = self._get_source()
        if not source:
            raise UserError(
                self.env._(
                    "This entry has no single source: see the account %s under Profit by Month.",
                    self.ledger_account_id.display_name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": source._name,
            "res_id": source.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _get_source(self):
        """Hook: the record that the fact was made from; empty without one."""
        self.ensure_one()
        return self.settlement_line_id or self.posting_id.event_id or self.move_line_id.move_id or self.order_id

    def action_open_order(self):
        """The order that the fact belongs to."""
        return self._open(self.order_id)

    def action_open_entry(self):
        """The journal entry that the fact is part of."""
        return self._open(self.move_line_id.move_id)

    def _open(self, record):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def action_view_profit(self):
        """The profit entries that the journal item became."""
        domain = [("move_line_id", "in", self.ids)]
        return self.env["profit.entry"]._get_action(domain, self.env._("Profit of the Journal Item"))


class AccountMove(models.Model):
    _inherit = "account.move"

    def action_view_profit(self):
        """The profit entries that the journal entry became."""
        domain = [("move_line_id.move_id", "in", self.ids)]
        return self.env["profit.entry"]._get_action(domain, self.env._("Profit of %s", self.display_name))


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def action_view_profit(self):
        """What the order earned and cost, amount by amount."""
        self.ensure_one()
        domain = [("order_id", "=", self.id)]
        return self.env["profit.entry"]._get_action(domain, self.env._("Profit of %s", self.name))


class ProductTemplate(models.Model):
    _inherit = "product.template"

    developer_id = fields.Many2one(
        "res.users",
        "Product Developer",
        domain="[('share', '=', False)]",
        ondelete="set null",
        index="btree_not_null",
        help="Who brought the product in; profit can be grouped by it.",
    )

    def action_view_profit(self):
        """What the product earned and cost, amount by amount."""
        domain = [("template_id", "in", self.ids)]
        return self.env["profit.entry"]._get_action(domain, self.env._("Profit of %s", self[:1].display_name))


class ProductProduct(models.Model):
    _inherit = "product.product"

    def action_view_profit(self):
        """What the SKU earned and cost, amount by amount."""
        domain = [("product_id", "in", self.ids)]
        return self.env["profit.entry"]._get_action(domain, self.env._("Profit of %s", self[:1].display_name))


class MarketplaceSettlement(models.Model):
    _inherit = "marketplace.settlement"

    def action_view_profit(self):
        """What the settlement's amounts are in profit."""
        domain = [("settlement_line_id.settlement_id", "in", self.ids)]
        return self.env["profit.entry"]._get_action(domain, self.env._("Profit of %s", self[:1].external_id))
