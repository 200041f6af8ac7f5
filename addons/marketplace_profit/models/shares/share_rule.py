from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Where a cost stays without a rule; each fact goes to the first rule that covers it.
DRIVERS = [
    ("sales", "Net Sales"),
    ("units", "Units Sold"),
    ("volume_days", "Volume × Days in Stock"),
    ("ad_cost", "Advertising Cost"),
    ("units_received", "Units Received"),
    ("parcels", "Parcels Sent"),
    ("parcel_freight", "Estimated Freight of Parcels"),
    ("evenly", "Evenly"),
]


class ProfitShareRule(models.Model):
    """By what costs that name no SKU are shared, and to whom. The first rule that covers a cost shares it."""

    _name = "profit.share.rule"
    _description = "Rule for Shared Costs"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer("Priority", default=10, help="The first rule that covers a cost shares it.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: all companies.")

    level = fields.Selection(
        [("any", "Any"), ("shop", "Shop or Marketplace Account"), ("company", "Company")],
        "Level of the Cost",
        required=True,
        default="any",
        help="Shop: costs that a shop or its account was charged. Company: costs that name neither.",
    )
    kind_ids = fields.Many2many("marketplace.fee.kind", string="Kinds", help="Costs of these kinds; empty: of all.")
    ledger_account_ids = fields.Many2many(
        "account.account", string="Ledger Accounts", help="Costs on these accounts; empty: on all."
    )
    source_shop_ids = fields.Many2many(
        "marketplace.shop",
        "profit_share_rule_source_shop_rel",
        string="Charged to Shops",
        help="Costs of these shops; empty: of all.",
    )

    driver = fields.Selection(
        [("kind", "As the Fee Tree Says"), *DRIVERS, ("percentage", "Fixed Percentages")],
        "Shared By",
        required=True,
        default="kind",
        help="Net sales, units, advertising and parcels of the month; volume × days of the stock that lay in the "
        "warehouses; units that came into them. Parcels: packages of transfers to buyers, shared among what was in "
        "them. As the fee tree says: the driver of the cost's kind; a kind without one is not shared.",
    )
    target = fields.Selection(
        [
            ("shop_sku", "SKU within Shop"),
            ("sku", "SKU"),
            ("shop", "Shop"),
            ("order_line", "Order Line"),
        ],
        "Shared To",
        required=True,
        default="shop_sku",
        help="What a shop was charged stays in the shop. Order lines: only by sales, units, parcels and their freight.",
    )
    shop_ids = fields.Many2many(
        "marketplace.shop",
        "profit_share_rule_shop_rel",
        string="Only to Shops",
        help="Empty: to all shops, and to what is sold or stored outside of them.",
    )
    country_ids = fields.Many2many("res.country", string="Only to Shops in", help="Countries; empty: in all.")
    category_ids = fields.Many2many(
        "product.category", string="Only to Categories", help="With the categories below them; empty: to all."
    )
    warehouse_ids = fields.Many2many(
        "stock.warehouse", string="Only Stock in", help="For volume × days and units received; empty: all warehouses."
    )
    part_ids = fields.One2many("profit.share.rule.part", "rule_id", "Percentages", copy=True)

    @api.constrains("driver", "target", "part_ids")
    def _check_parts(self):
        for rule in self.filtered(lambda rule: rule.driver == "percentage"):
            if round(sum(rule.part_ids.mapped("percentage")), 6) != 100:
                raise ValidationError(self.env._("The percentages of %s must add up to 100.", rule.name))
            if rule.target == "order_line":
                raise ValidationError(self.env._("Fixed percentages are of shops or SKUs, not of order lines."))
            rule.part_ids._check_target(rule.target)

    @api.constrains("driver", "target")
    def _check_target(self):
        able = ("sales", "units", "evenly", "parcels", "parcel_freight", "percentage")
        for rule in self:
            if rule.target == "order_line" and rule.driver not in able:
                raise ValidationError(
                    self.env._("%s: order lines have no stock and no advertising. Share to SKUs instead.", rule.name)
                )

    @api.model
    def _get_rules(self, company):
        """Rules of a company, the first that counts first."""
        return self.sudo().search([("company_id", "in", (False, company.id))])

    def _covers(self, pool):
        """Whether the rule shares a pool of facts, see :meth:`profit.share._read_pools`."""
        self.ensure_one()
        of_shop = bool(pool["shop_id"] or pool["account_id"])
        if self.level != "any" and of_shop != (self.level == "shop"):
            return False
        if self.target == "shop" and pool["shop_id"] and self.driver != "percentage":
            return False  # It is where the rule would bring it.
        return all(
            not wanted or pool[column] in wanted._ids
            for wanted, column in (
                (self.kind_ids, "kind_id"),
                (self.ledger_account_ids, "ledger_account_id"),
                (self.source_shop_ids, "shop_id"),
            )
        )

    def _get_driver(self, kind):
        """By what an amount of a kind is shared; False where the fee tree names no driver."""
        return kind.driver if self.driver == "kind" else self.driver


class ProfitShareRulePart(models.Model):
    _name = "profit.share.rule.part"
    _description = "Fixed Percentage of a Shared Cost"
    _order = "id"
    _rec_name = "rule_id"

    rule_id = fields.Many2one("profit.share.rule", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="rule_id.company_id", store=True)
    shop_id = fields.Many2one("marketplace.shop", ondelete="restrict")
    product_id = fields.Many2one("product.product", "SKU", ondelete="restrict")
    percentage = fields.Float(required=True, digits=(9, 4))

    _percentage_positive = models.Constraint("CHECK(percentage > 0)", "A percentage is more than 0.")

    def _check_target(self, target):
        """Each part names what the rule shares to.

        :raise ValidationError: it does not
        """
        for part in self:
            if target == "shop" and not part.shop_id:
                raise ValidationError(self.env._("Name the shop of each percentage."))
            if target != "shop" and not part.product_id:
                raise ValidationError(self.env._("Name the SKU of each percentage."))
