from odoo import api, fields, models
from odoo.addons.marketplace.models.postcode_faults import describe_postcode_fault
from odoo.addons.marketplace.tools.postcodes import PostcodeError, is_listed, parse_postcodes
from odoo.exceptions import ValidationError


class MarketplaceGoodsKind(models.Model):
    """A kind of goods that carriers and countries restrict, such as lithium batteries or liquids."""

    _name = "marketplace.goods.kind"
    _description = "Restricted Goods"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char("UN Number", help="Number of the dangerous goods regulations, e.g. UN3481.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()

    _name_uniq = models.Constraint("UNIQUE(name)", "There is already a kind of goods of this name.")


class MarketplaceForbiddenDestination(models.Model):
    """Where what must not be sent: a country or part of it, for some kinds of goods or all, by some carriers or all."""

    _name = "marketplace.forbidden.destination"
    _description = "Forbidden Destination"
    _order = "country_id, state_id, id"
    _rec_name = "note"

    active = fields.Boolean(default=True)
    country_id = fields.Many2one("res.country", required=True, index=True)
    state_id = fields.Many2one(
        "res.country.state", domain="[('country_id', '=', country_id)]", help="Empty: the whole country."
    )
    postcodes = fields.Char(
        help="Empty: all postcodes. Else a list with commas: 10000-19999 is a range, 25* all that begin with 25, "
        "IV1-IV63 a range of districts, E1 one postcode or district."
    )
    goods_kind_ids = fields.Many2many("marketplace.goods.kind", string="Goods", help="Empty: all goods.")
    carrier_ids = fields.Many2many("delivery.carrier", string="Carriers", help="Empty: whoever carries it.")
    note = fields.Char("Law or Source", required=True, help="Why it is forbidden, and where that can be read.")
    date_from = fields.Date("From")
    date_to = fields.Date("Until")
    company_id = fields.Many2one("res.company", index=True, help="Empty: for all companies.")

    # === CONSTRAINTS === #

    @api.constrains("postcodes")
    def _check_postcodes(self):
        for rule in self:
            try:
                parse_postcodes(rule.postcodes)
            except PostcodeError as error:
                raise ValidationError(describe_postcode_fault(self.env, error)) from error

    @api.constrains("country_id", "state_id")
    def _check_state(self):
        for rule in self:
            if rule.state_id and rule.state_id.country_id != rule.country_id:
                raise ValidationError(
                    self.env._(
                        "%(state)s is no state of %(country)s.", state=rule.state_id.name, country=rule.country_id.name
                    )
                )

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for rule in self:
            if rule.date_from and rule.date_to and rule.date_from > rule.date_to:
                raise ValidationError(
                    self.env._("A rule that ends before it begins forbids nothing. Exchange the dates.")
                )

    # === USE === #

    @api.model
    def _get_in_force(self, orders):
        """Rules that are in force today for the countries orders go to.

        :return: ``{country: rules}``
        """
        today = fields.Date.context_today(self)
        rules = self.search(
            [
                ("country_id", "in", orders.partner_shipping_id.country_id.ids),
                ("company_id", "in", [*orders.company_id.ids, False]),
                "|",
                ("date_from", "=", False),
                ("date_from", "<=", today),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", today),
            ]
        )
        return rules.grouped("country_id")

    def _forbids(self, order):
        """Whether the rule concerns an order's destination and carrier, whatever it contains."""
        place = order.partner_shipping_id
        if self.company_id and self.company_id != order.company_id:
            return False
        if self.state_id and self.state_id != place.state_id:
            return False
        if self.carrier_ids and order.carrier_id not in self.carrier_ids:
            return False
        return not self.postcodes or is_listed(self.postcodes, self.country_id.code, place.zip)
