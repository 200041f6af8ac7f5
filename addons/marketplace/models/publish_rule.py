"""What decides how many units a shop is offered, besides share, buffer, maximum and end-when."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class MarketplaceShop(models.Model):
    _inherit = "marketplace.shop"

    auto_buffer = fields.Boolean(
        "Automatic Buffer",
        default=True,
        help="Keep back what the other shops are likely to sell before we hear of it, at least the buffer above. "
        "Where units are too few for every shop, divide them instead, so that no unit is offered twice.",
    )
    protection = fields.Float(
        "Protection (%)",
        default=99,
        help="How sure the automatic buffer is to cover the sales that we have not heard of yet.",
    )
    scarce_at = fields.Integer(
        "Divide At",
        default=1,
        help="Divide the units of a product between the shops when this many or fewer are left, even if they sell "
        "slowly. Fast sellers are divided earlier.",
    )
    publish_priority = fields.Integer(
        "Priority When Short",
        help="The shop with the lowest number gets the last units. 0: the shop where a unit earns most.",
    )
    fee_percent = fields.Float(
        "Fee Estimate (%)",
        default=15,
        help="Part of the price that the marketplace keeps. Tells where the last units earn most.",
    )
    order_latency = fields.Float(
        "Orders Arrive After (min)",
        readonly=True,
        copy=False,
        help="Nine of ten recent orders were known here within this time after the sale.",
    )
    push_latency = fields.Float(
        "Stock Arrives After (min)",
        readonly=True,
        copy=False,
        help="Nine of ten recent quantities were acknowledged within this time, and the wait for the next update.",
    )
    measured_at = fields.Datetime(readonly=True, copy=False)

    @api.constrains("protection", "fee_percent", "scarce_at", "publish_priority")
    def _check_protection(self):
        for shop in self:
            if not 50 <= shop.protection < 100:
                raise ValidationError(self.env._("The protection must be at least 50 and below 100 percent."))
            if not 0 <= shop.fee_percent < 100:
                raise ValidationError(self.env._("The fee estimate must be at least 0 and below 100 percent."))
            if min(shop.scarce_at, shop.publish_priority) < 0:
                raise ValidationError(self.env._("'Divide at' and the priority cannot be negative."))


class MarketplaceListing(models.Model):
    _inherit = "marketplace.listing"

    auto_buffer = fields.Integer(
        "Automatic Buffer",
        readonly=True,
        copy=False,
        aggregator=None,
        help="Units that all shops with this stock are likely to sell before we hear of it, measured every hour. With "
        "this many or fewer the units are divided between the shops.",
    )
    need_qty = fields.Integer(
        "Sells Unheard",
        readonly=True,
        copy=False,
        aggregator=None,
        help="Units this shop is likely to sell before we hear of it.",
    )
    velocity = fields.Float(
        "Units per Hour", readonly=True, copy=False, aggregator=None, digits=(16, 4), help="Sold in this shop lately."
    )
    stock_velocity = fields.Float(
        "Units per Hour, All Shops",
        readonly=True,
        copy=False,
        aggregator=None,
        digits=(16, 4),
        help="Sold lately in all shops that share this stock.",
    )
    latency = fields.Float(
        "Latency (min)",
        readonly=True,
        copy=False,
        aggregator=None,
        help="How long a sale stays unknown here and a new quantity takes to arrive.",
    )
    publish_margin = fields.Float(
        "Margin per Unit",
        readonly=True,
        copy=False,
        aggregator=None,
        help="Price less cost and estimated fee, in the company's currency. The best shop gets the last units.",
    )
    replaced_qty = fields.Integer(
        readonly=True,
        copy=False,
        help="Most that the shop showed before the acknowledged quantity, since its orders were last known.",
    )
    scarce = fields.Boolean(
        readonly=True, copy=False, help="Too few units for every shop: they are divided, no unit is offered twice."
    )


class ProductTemplate(models.Model):
    _inherit = "product.template"

    marketplace_scarce_at = fields.Integer(
        "Divide At",
        help="Divide the units between the shops when this many or fewer are left. 0: as the shop says.",
    )

    @api.constrains("marketplace_scarce_at")
    def _check_marketplace_scarce_at(self):
        if any(template.marketplace_scarce_at < 0 for template in self):
            raise ValidationError(self.env._("'Divide at' cannot be negative."))
