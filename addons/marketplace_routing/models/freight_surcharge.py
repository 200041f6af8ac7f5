from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..freight import FreightError, Surcharge, parse_postcodes
from .freight_messages import describe


class MarketplaceFreightSurcharge(models.Model):
    """What a carrier takes on top of the freight."""

    _name = "marketplace.freight.surcharge"
    _inherit = "marketplace.cache.source"
    _description = "Freight Surcharge"
    _order = "carrier_id, sequence, id"

    name = fields.Char("Surcharge", required=True)
    sequence = fields.Integer(default=10)
    carrier_id = fields.Many2one("delivery.carrier", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="carrier_id.company_id", store=True, index=True)
    kind = fields.Selection(
        [("percent", "Percent of the Freight"), ("amount", "Amount per Parcel")],
        string="Charged as",
        required=True,
        default="percent",
    )
    value = fields.Float(
        "Percent or Amount",
        digits=(16, 4),
        required=True,
        help="Percent of the freight, or an amount in the currency of the rate table.",
    )
    condition = fields.Selection(
        [
            ("always", "Always"),
            ("remote", "Remote Postcodes"),
            ("over_weight", "Heavier Than"),
            ("over_length", "Longest Side Over"),
            ("over_girth", "Length plus Girth Over"),
            ("country", "Countries"),
        ],
        required=True,
        default="always",
    )
    limit = fields.Float("Over", help="In kg for the weight, in cm for sides.")
    country_ids = fields.Many2many("res.country", string="Countries", help="Empty: in all countries.")
    postcodes = fields.Text("Remote Postcodes", help="As in zones: 10000-19999, 25*, IV1-IV63, E1.")

    _value_positive = models.Constraint("CHECK (value > 0)", "A surcharge must be above 0.")

    @api.constrains("name", "condition", "limit", "country_ids", "postcodes")
    def _check_condition(self):
        for surcharge in self:
            if surcharge.condition in ("over_weight", "over_length", "over_girth") and surcharge.limit <= 0:
                raise ValidationError(
                    self.env._("Surcharge %s: say over which weight or length it is taken.", surcharge.name)
                )
            if surcharge.condition == "country" and not surcharge.country_ids:
                raise ValidationError(self.env._("Surcharge %s: choose its countries.", surcharge.name))
            if surcharge.condition == "remote" and (not surcharge.postcodes or len(surcharge.country_ids) != 1):
                raise ValidationError(
                    self.env._("Surcharge %s: choose one country and list its remote postcodes.", surcharge.name)
                )
            surcharge._to_plain()

    def _to_plain(self):
        """The surcharge for a :class:`~..freight.RateTable`.

        :raises ValidationError: unreadable postcodes
        """
        self.ensure_one()
        value = Decimal(str(round(self.value, 4)))
        try:
            return Surcharge(
                label=self.name,
                amount=value if self.kind == "amount" else Decimal(0),
                percent=value if self.kind == "percent" else Decimal(0),
                condition=self.condition,
                limit=Decimal(str(self.limit)),
                countries=frozenset(self.country_ids.mapped("code")),
                postcodes=parse_postcodes(self.postcodes) if self.condition == "remote" else (),
            )
        except FreightError as error:
            raise ValidationError(describe(self.env, error.code, error.values)) from error
