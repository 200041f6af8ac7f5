from odoo import api, fields, models

GROUPS = [
    ("sales", "Sales"),
    ("promotions", "Promotions"),
    ("subsidies", "Marketplace Subsidies"),
    ("selling", "Selling Fees"),
    ("refunds", "Refunds"),
    ("fulfilment", "Fulfilment"),
    ("inbound", "Inbound"),
    ("storage", "Storage"),
    ("reimbursements", "Reimbursements"),
    ("liquidation", "Liquidation"),
    ("ads", "Advertising"),
    ("tax", "Tax"),
    ("money", "Money"),
    ("costs", "Costs"),
    ("own", "Own Costs"),
]


class MarketplaceFeeKind(models.Model):
    """A kind of amount: what a marketplace's many words for it mean. The tree has two levels, groups and kinds."""

    _name = "marketplace.fee.kind"
    _description = "Kind of Settlement Amount"
    _order = "sequence, id"

    sequence = fields.Integer(default=1000)
    code = fields.Char(required=True, help="By which programs and files name the kind.")
    name = fields.Char(required=True, translate=True)
    group = fields.Selection(GROUPS, required=True, index=True)
    scope = fields.Selection(
        [("order", "Order Line"), ("sku", "SKU"), ("shop", "Shop"), ("company", "Company")],
        required=True,
        help="The finest level at which marketplaces state it.",
    )
    nature = fields.Selection(
        [("profit", "Profit"), ("tax", "Tax"), ("money", "Money")],
        required=True,
        help="Profit: income or cost. Tax: collected or withheld for a state, no profit. Money: only moves money, such "
        "as reserves, loans and transfers.",
    )
    driver = fields.Selection(
        [
            ("sales", "Sales"),
            ("units", "Units"),
            ("volume_days", "Volume × Days"),
            ("ad_cost", "Advertising Cost"),
            ("units_received", "Units Received"),
            ("evenly", "Evenly"),
        ],
        help="By what it is shared among SKUs where the marketplace names none.",
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint("UNIQUE(code)", "There is a kind with this code already.")

    @api.model
    def _get_by_code(self, codes):
        """:return: ``{code: kind}``; archived kinds are found, too"""
        kinds = self.with_context(active_test=False).search([("code", "in", list(filter(None, codes)))])
        return {kind.code: kind for kind in kinds}
