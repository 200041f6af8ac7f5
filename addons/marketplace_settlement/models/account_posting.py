from odoo import fields, models


class MarketplaceAccount(models.Model):
    """How settlements of an account are posted."""

    _inherit = "marketplace.account"

    settlement_partner_id = fields.Many2one(
        "res.partner",
        "Marketplace as Partner",
        check_company=True,
        copy=False,
        help="Who owes what settlements pay out, and who makes the bills of the fees. Made with the first posting.",
    )
    settlement_fee_policy = fields.Selection(
        [("entry", "In the Entry"), ("bill", "Vendor Bill")],
        "Book Fees",
        default="entry",
        required=True,
        help="Vendor bill: one for each settlement and month, with the taxes of the fee accounts (reverse charge "
        "included), paid by the settlement. For countries whose VAT law wants an invoice.",
    )
    settlement_auto_post = fields.Boolean(
        "Post Settlements by Themselves", help="As soon as all amounts of a settlement are known."
    )

    def action_set_up_settlement_accounts(self):
        """Give each kind of amount an account; what is stated already stays."""
        self.ensure_one()
        self.check_access("write")
        self._set_up_settlement_accounts()
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_settlement.action_fee_accounts")
        action["domain"] = [("company_id", "=", self.company_id.id)]
        return action

    def _set_up_settlement_accounts(self):
        """:return: the rows that were added"""
        self._get_settlement_partner()
        self.company_id._get_settlement_journal()
        return self.env["marketplace.fee.account"]._set_up(self.company_id)

    def _get_settlement_partner(self):
        account = self.sudo()
        if not account.settlement_partner_id:
            account.settlement_partner_id = (
                self.env["res.partner"]
                .sudo()
                .create({"name": self.name, "is_company": True, "company_id": self.company_id.id})
            )
        return account.settlement_partner_id


class MarketplaceShop(models.Model):
    _inherit = "marketplace.shop"

    settlement_sales_policy = fields.Selection(
        [("summary", "Summarised by Settlement"), ("invoice", "An Invoice for Each Order")],
        "Book Sales",
        default="summary",
        required=True,
        help="Summarised: by country, tax and product category. An invoice for each order is paid by the settlement. "
        "Orders of business buyers always get an invoice.",
    )
