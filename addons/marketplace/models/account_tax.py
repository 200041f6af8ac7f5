from odoo import fields, models
from odoo.exceptions import UserError


class AccountTax(models.Model):
    _inherit = "account.tax"

    marketplace_included_id = fields.Many2one(
        "account.tax",
        string="Tax-Included Twin",
        copy=False,
        readonly=True,
        help="The same tax for prices that contain it, as marketplaces state them.",
    )

    def _get_included(self):
        """The same taxes for prices that contain them.

        A tax that is already included is its own; for others a twin is made once: same rate, accounts and tags.

        :raise UserError: a group of taxes has no twin
        """
        result = self.browse()
        for tax in self:
            if tax.amount_type == "group":
                raise UserError(self.env._("The tax group %s cannot be used for tax-included prices.", tax.name))
            if not tax.price_include and not tax.marketplace_included_id:
                tax.sudo().marketplace_included_id = tax.sudo().copy(tax._prepare_included_vals())
            result |= tax if tax.price_include else tax.marketplace_included_id
        return result

    def _prepare_included_vals(self):
        return {
            "name": self.env._("%s (included)", self.name),
            "price_include_override": "tax_included",
            "fiscal_position_ids": [],
            "original_tax_ids": [],
        }
