from odoo import fields, models

from .bill import KINDS


class OverseasFeeProduct(models.Model):
    """Which service a kind of charge is on vendor bills; its purchase taxes and expense account are the line's."""

    _name = "overseas.fee.product"
    _description = "Service That an Overseas Warehouse Charges"
    _check_company_auto = True
    _order = "account_id, kind"
    _rec_name = "product_id"

    account_id = fields.Many2one("overseas.account", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    kind = fields.Selection(KINDS, "Charge", required=True)
    product_id = fields.Many2one(
        "product.product",
        "Service",
        required=True,
        ondelete="restrict",
        domain=[("type", "=", "service")],
        check_company=True,
    )

    _kind_uniq = models.Constraint("UNIQUE(account_id, kind)", "A kind of charge has one service on vendor bills.")


class OverseasAccount(models.Model):
    _inherit = "overseas.account"

    fee_product_ids = fields.One2many("overseas.fee.product", "account_id", "Services on Vendor Bills")

    def _get_fee_products(self):
        """``{kind of charge: its product}``"""
        self.ensure_one()
        return {record.kind: record.product_id for record in self.fee_product_ids}
