from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    marketplace_key = fields.Char(
        copy=False,
        readonly=True,
        help="Anonymous key of a marketplace buyer, or of one of the buyer's delivery addresses.",
    )
    marketplace_account_id = fields.Many2one(
        "marketplace.account", copy=False, readonly=True, index="btree_not_null", ondelete="set null"
    )
    marketplace_erased_at = fields.Datetime("Buyer Data Erased", copy=False, readonly=True)

    _marketplace_key_uniq = models.UniqueIndex(
        "(marketplace_key) WHERE marketplace_key IS NOT NULL", "This marketplace buyer already exists."
    )
