from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Parameters that must be more than zero where the rule's kind uses them, and may not be negative elsewhere.
PARAMETERS = {
    "amount": ("threshold", "least_spread", "minimum_count", "window_days"),
    "quantity": ("threshold", "least_spread", "minimum_count", "window_days"),
    "duplicate": ("hours",),
    "unpaid": ("hours",),
    "forbidden": ("name_score",),
}


class MarketplaceReviewRule(models.Model):
    """What new and changed orders are checked for, in some shops or all of them."""

    _name = "marketplace.review.rule"
    _description = "Review Rule"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(
        [
            ("address_check", "Address and Phone"),
            ("amount", "Unusual Price"),
            ("price", "Price Below Floor"),
            ("quantity", "Unusual Quantity"),
            ("duplicate", "Duplicate Order"),
            ("blacklist", "Blocked Buyer or Address"),
            ("margin", "Negative Margin"),
            ("forbidden", "Forbidden Destination or Goods"),
            ("unpaid", "Unpaid for Long"),
        ],
        required=True,
        index=True,
        help="What is checked. Of several rules of one kind, the first one that fits an order's shop is used.",
    )
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", index=True, help="Empty: all companies.")
    shop_ids = fields.Many2many("marketplace.shop", string="Shops", help="Empty: all shops.")
    explanation = fields.Text(compute="_compute_explanation")

    check_phone = fields.Boolean(
        default=True, help="Hold orders whose phone number nobody could ring, if one is given."
    )
    phone_required = fields.Boolean(help="Hold orders without a phone number: your carriers ask it.")
    line_length = fields.Integer(
        "Longest Address Line",
        default=35,
        help="Longer lines are pointed out, but hold no order on their own. 0: any length.",
    )
    threshold = fields.Float(
        default=5,
        digits=(16, 1),
        help="How many spreads away from the usual an order may lie. The usual is the median of your own orders, the "
        "spread their median distance from it. Higher holds fewer orders.",
    )
    least_spread = fields.Float(
        default=0.1,
        digits=(16, 2),
        help="Spread to count with where all orders were alike. Of prices it is a ratio: 0.1 is about 10 percent. Of "
        "quantities it is units.",
    )
    minimum_count = fields.Integer(
        "Least Orders", default=20, help="With fewer orders of a product in a shop the rule says nothing."
    )
    window_days = fields.Integer("Days of History", default=180)
    hours = fields.Float(default=24, help="How far apart, or for how long.")
    across_shops = fields.Boolean(
        default=True, help="Also compare with orders of other shops, by recipient and address."
    )
    least_margin = fields.Float("Least Margin (%)", help="Hold orders that leave less than this of their revenue.")
    name_score = fields.Float(
        "Name Likeness",
        default=0.9,
        help="How alike a name and one on a sanction list must be, from 0 to 1. Lower finds more spellings, and "
        "more people who only share a name.",
    )
    last_error = fields.Text(readonly=True, copy=False, help="Why the check could not run. Orders went on without it.")
    last_error_at = fields.Datetime("Failed At", readonly=True, copy=False)

    # === COMPUTE METHODS === #

    @api.depends("kind")
    def _compute_explanation(self):
        texts = self._get_explanations()
        for rule in self:
            rule.explanation = texts.get(rule.kind, "")

    @api.model
    def _get_explanations(self):
        """What each kind of rule does, in words of the trade."""
        return {
            "address_check": self.env._(
                "Holds orders whose delivery address lacks what the country requires, has a postcode or state that "
                "does not exist there, or a phone number that nobody can ring. Addresses that the marketplace hides "
                "are not judged."
            ),
            "amount": self.env._(
                "Holds orders in which the price of a product is far from what the same shop usually gets for it: a "
                "slip of the comma, a coupon upon a coupon."
            ),
            "price": self.env._(
                "Holds orders that sell below the lowest price of the listing or, without one, of the product. "
                "Prices without tax are compared."
            ),
            "quantity": self.env._(
                "Holds orders of many more units of a product than buyers of the shop usually take."
            ),
            "duplicate": self.env._(
                "Holds the later one of two orders of the same buyer, with the same address and the same products."
            ),
            "blacklist": self.env._(
                "Holds orders of buyers and to addresses that were blocked. An order is never cancelled by it."
            ),
            "margin": self.env._(
                "Holds orders that lose money: revenue without tax, less the cost of the goods, the fees that are set "
                "on the shop, and the freight where it is estimated. Switch it on when costs and fees are set."
            ),
            "forbidden": self.env._(
                "Holds orders that must not be sent: goods or destinations in the table of forbidden destinations, and "
                "recipients whose names are on a sanction list."
            ),
            "unpaid": self.env._(
                "Holds orders that have waited for their payment for long, so that somebody frees what they keep."
            ),
        }

    # === CONSTRAINTS === #

    @api.constrains("kind", "threshold", "least_spread", "minimum_count", "window_days", "hours", "name_score")
    def _check_parameters(self):
        for rule in self:
            for name in PARAMETERS.get(rule.kind, ()):
                if rule[name] <= 0:
                    label = rule._fields[name]._description_string(self.env)
                    raise ValidationError(
                        self.env._("%(rule)s: '%(field)s' must be more than 0.", rule=rule.name, field=label)
                    )
            if rule.kind == "forbidden" and rule.name_score > 1:
                raise ValidationError(self.env._("%s: the name likeness lies between 0 and 1.", rule.name))

    @api.constrains("line_length")
    def _check_line_length(self):
        if any(rule.line_length < 0 for rule in self):
            raise ValidationError(self.env._("The longest address line cannot be negative. 0 allows any length."))

    @api.constrains("company_id", "shop_ids")
    def _check_company(self):
        for rule in self.filtered("company_id"):
            foreign = rule.shop_ids.filtered(lambda shop, company=rule.company_id: shop.company_id != company)
            if foreign:
                raise ValidationError(
                    self.env._("%(rule)s: %(shop)s is a shop of another company.", rule=rule.name, shop=foreign[0].name)
                )

    # === USE === #

    def _is_for(self, shop):
        """Whether the rule checks the orders of a shop."""
        if self.company_id and self.company_id != shop.company_id:
            return False
        return not self.shop_ids or shop in self.shop_ids

    def _get_since(self, moment):
        """Beginning of the history that the rule learns from."""
        return moment - timedelta(days=self.window_days)

    def _note_error(self, error):
        self.write({"last_error": f"{type(error).__name__}: {error}", "last_error_at": fields.Datetime.now()})

    def _clear_error(self):
        if self.last_error:
            self.write({"last_error": False, "last_error_at": False})
