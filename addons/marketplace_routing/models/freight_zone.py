from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..freight import FreightError, Zone, find_band_faults, parse_postcodes
from ..freight.rate_sheet import WORLD
from ..freight.rates import plain
from .freight_messages import describe


class MarketplaceFreightZone(models.Model):
    """Places that share a price."""

    _name = "marketplace.freight.zone"
    _inherit = "marketplace.cache.source"
    _description = "Freight Zone"
    _order = "carrier_id, sequence, id"

    name = fields.Char("Zone", required=True)
    sequence = fields.Integer(default=10, help="Of two zones that fit equally well the first is taken.")
    carrier_id = fields.Many2one("delivery.carrier", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="carrier_id.company_id", store=True, index=True)
    everywhere = fields.Boolean("Rest of the World", help="Taken for all places that no other zone of the carrier has.")
    country_ids = fields.Many2many("res.country", string="Countries")
    state_ids = fields.Many2many(
        "res.country.state",
        string="States or Provinces",
        domain="[('country_id', 'in', country_ids)]",
        help="Empty: all states of the countries.",
    )
    postcodes = fields.Text(
        help="Empty: all postcodes. Else a list with commas, for one country: 10000-19999 is a range, 25* all that "
        "begin with 25, IV1-IV63 a range of districts, E1 one postcode or district. The most specific zone wins."
    )
    warehouse_ids = fields.Many2many(
        "stock.warehouse",
        string="Ships From",
        check_company=True,
        help="Empty: these prices hold from every warehouse. A zone of the parcel's warehouse goes before it.",
    )
    days_min = fields.Integer("Days from", help="Days of delivery, at least.")
    days_max = fields.Integer("Days to", help="Days of delivery, at most.")
    rate_ids = fields.One2many("marketplace.freight.rate", "zone_id", string="Rates", copy=True)
    rate_count = fields.Integer("Weight Bands", compute="_compute_rate_count")
    gaps = fields.Char(compute="_compute_gaps", help="Weights between two bands that have no price.")

    _name_uniq = models.Constraint("UNIQUE(carrier_id, name)", "A zone of this name is already there.")
    _days_order = models.Constraint(
        "CHECK (days_min >= 0 AND (days_max = 0 OR days_max >= days_min))",
        "Days of delivery are upside down: the longer time comes second.",
    )

    @api.depends("rate_ids")
    def _compute_rate_count(self):
        for zone in self:
            zone.rate_count = len(zone.rate_ids)

    @api.depends("rate_ids.weight_from", "rate_ids.weight_to")
    def _compute_gaps(self):
        for zone in self:
            gaps = [
                f"{plain(Decimal(str(before.weight_to)))}–{plain(Decimal(str(after.weight_from)))} kg"
                for kind, before, after in find_band_faults(zone.rate_ids)
                if kind == "gap"
            ]
            zone.gaps = ", ".join(gaps)

    @api.onchange("country_ids")
    def _onchange_country_ids(self):
        self.state_ids = self.state_ids.filtered(lambda state: state.country_id in self.country_ids)

    # === CHECKS === #

    @api.constrains("name", "everywhere", "country_ids", "state_ids", "postcodes")
    def _check_places(self):
        for zone in self:
            if zone.state_ids.country_id - zone.country_ids:
                raise ValidationError(self.env._("Zone %s has states of countries that it does not have.", zone.name))
            if zone.everywhere and (zone.country_ids or zone.postcodes):
                raise ValidationError(
                    self.env._("Zone %s is the rest of the world, so it has no places of its own.", zone.name)
                )
            zone._to_plain()

    @api.constrains("rate_ids")
    def _check_bands(self):
        for zone in self:
            for kind, before, after in find_band_faults(zone.rate_ids):
                if kind == "overlap":
                    raise ValidationError(
                        self.env._(
                            "Zone %(zone)s: the weight bands %(before)s and %(after)s overlap.",
                            zone=zone.name,
                            before=before.display_name,
                            after=after.display_name,
                        )
                    )

    # === SHEETS === #

    def _get_places(self):
        """Places and days, comparable: whether it is the rest of the world, countries, states, postcodes, warehouses,
        days."""
        self.ensure_one()
        return (
            self.everywhere,
            frozenset(self.country_ids.mapped("code")),
            frozenset((state.country_id.code, state.code) for state in self.state_ids),
            self.postcodes or "",
            frozenset(self.warehouse_ids.mapped("code")),
            (self.days_min, self.days_max or self.days_min),
        )

    def _get_sheet_places(self):
        """Texts of the columns countries, states, postcodes, warehouses and days of a rate sheet."""
        everywhere, countries, states, postcodes, warehouses, (days_min, days_max) = self._get_places()
        days = f"{days_min}-{days_max}" if days_max and days_max != days_min else str(days_min or "")
        return [
            WORLD if everywhere else ", ".join(sorted(countries)),
            ", ".join(sorted(code for _country, code in states)),
            postcodes,
            ", ".join(sorted(warehouses)),
            days,
        ]

    # === RATE TABLE === #

    def _to_plain(self):
        """The zone for a :class:`~..freight.RateTable`.

        :raises ValidationError: what the plain zone refuses
        """
        self.ensure_one()
        try:
            return Zone(
                name=self.name,
                countries=frozenset(self.country_ids.mapped("code")),
                states=frozenset((state.country_id.code, state.code) for state in self.state_ids),
                postcodes=parse_postcodes(self.postcodes),
                everywhere=self.everywhere,
                warehouse_ids=frozenset(self.warehouse_ids.ids),
                rates=tuple(rate._to_plain() for rate in self.rate_ids),
                days_min=self.days_min or None,
                days_max=self.days_max or self.days_min or None,
            )
        except FreightError as error:
            raise ValidationError(describe(self.env, error.code, error.values)) from error
