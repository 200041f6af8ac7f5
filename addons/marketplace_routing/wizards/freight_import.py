from odoo import api, fields, models
from odoo.fields import Command

from ..freight.rate_sheet import COLUMNS, parse_rate_sheet
from ..freight.rates import plain

EXAMPLE = (
    ("Germany", "DE", "", "", "", "0", "2", "4.20", "0", "", "", "", "2-4"),
    ("Germany", "", "", "", "", "2", "30", "4.20", "0.80", "1", "2", "", ""),
    ("US West", "US", "CA, OR, WA", "", "", "0", "20", "2.50", "11.90", "0.1", "", "5", "6-10"),
    ("Scottish Isles", "GB", "", "HS1-HS9, ZE1-ZE3, KW15*", "", "0", "30", "12.00", "1.10", "1", "5", "", "4-7"),
)
_PRICES = ("price", "step_price", "step_kg", "included_kg", "minimum")


class MarketplaceFreightImport(models.TransientModel):
    _name = "marketplace.freight.import"
    _inherit = ["marketplace.table.import"]
    _description = "Import Rates"

    carrier_id = fields.Many2one("delivery.carrier", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="carrier_id.rate_currency_id")
    line_ids = fields.One2many("marketplace.freight.import.line", "import_id", readonly=True)
    zone_count = fields.Integer("Zones", readonly=True)
    rate_count = fields.Integer("Weight Bands", readonly=True)

    @api.model
    def _get_columns(self):
        return COLUMNS

    def _get_template_lines(self):
        """The rates of the carrier, so that they can be changed and read in again; else an example."""
        self.ensure_one()
        lines = []
        for zone in self.carrier_id.freight_zone_ids:
            places = zone._get_sheet_places()
            for rate in zone.rate_ids._get_sheet_values():
                lines.append([zone.name, *places[:4], *rate, places[4]])
                places = [""] * 5
        return lines or EXAMPLE

    def _get_template_name(self):
        return f"{self.carrier_id.name}.csv"

    # === STEPS === #

    def action_preview(self):
        """Read the file and say what would change."""
        zones = self._read_file(self._parse)
        self.write(
            {
                "state": "preview",
                "zone_count": len(zones),
                "rate_count": sum(len(zone.rates) for zone in zones),
                "line_ids": [Command.clear(), *map(Command.create, self._compare(zones))],
            }
        )
        return self._reopen()

    def action_replace(self):
        """Put the zones and rates of the file in the place of the carrier's."""
        zones = self._read_file(self._parse)
        vals_list = self._prepare_zones(zones)
        self.carrier_id.freight_zone_ids.unlink()
        self.env["marketplace.freight.zone"].create(vals_list)
        return {"type": "ir.actions.act_window_close"}

    def _parse(self, records):
        countries = self.env["res.country"].search_fetch([], ["code", "name"])
        codes = {country.code.casefold(): country.code for country in countries}
        for language in ("en_US", self.env.lang or "en_US"):
            codes.update((country.name.casefold(), country.code) for country in countries.with_context(lang=language))
        states = self.env["res.country.state"].search_fetch([], ["code", "country_id"])
        state_codes = {}
        for state in states:
            country, code = state.country_id.code, state.code
            # Odoo has some codes with the country in front, DE-BE, and some without.
            state_codes |= {(country, name): code for name in (code.upper(), code.upper().removeprefix(f"{country}-"))}
        return parse_rate_sheet(records, codes, state_codes, self._get_warehouses().mapped("code"))

    def _get_warehouses(self):
        company = self.carrier_id.company_id
        return self.env["stock.warehouse"].search([("company_id", "=", company.id)] if company else [])

    def _prepare_zones(self, zones):
        Country, State = self.env["res.country"], self.env["res.country.state"]
        country_ids = {country.code: country.id for country in Country.search_fetch([], ["code"])}
        state_ids = {
            (state.country_id.code, state.code): state.id for state in State.search_fetch([], ["code", "country_id"])
        }
        warehouse_ids = {warehouse.code: warehouse.id for warehouse in self._get_warehouses()}
        return [
            {
                "carrier_id": self.carrier_id.id,
                "name": zone.name,
                "sequence": sequence,
                "everywhere": zone.everywhere,
                "country_ids": [Command.set([country_ids[code] for code in sorted(zone.countries)])],
                "state_ids": [Command.set([state_ids[pair] for pair in sorted(zone.states)])],
                "postcodes": zone.texts["postcodes"],
                "warehouse_ids": [Command.set([warehouse_ids[code] for code in sorted(zone.warehouses)])],
                "days_min": zone.days_min,
                "days_max": zone.days_max,
                "rate_ids": [Command.create(_prepare_rate(rate)) for rate in zone.rates],
            }
            for sequence, zone in enumerate(zones, start=1)
        ]

    # === PREVIEW === #

    def _compare(self, zones):
        """Values of the lines that say what differs between the file and the carrier's rates."""
        current = {zone.name: zone for zone in self.carrier_id.freight_zone_ids}
        lines = []
        for zone in zones:
            lines += self._compare_zone(current.pop(zone.name, None), zone)
        lines += [{"zone": name, "change": "removed", "what": self.env._("Zone")} for name in current]
        return lines

    def _compare_zone(self, zone, sheet_zone):
        old = _describe_prices(rate._to_plain() for rate in zone.rate_ids) if zone else {}
        new = _describe_prices(sheet_zone.rates)
        lines = []
        if zone is None:
            lines.append({"zone": sheet_zone.name, "change": "new", "what": self.env._("Zone")})
        elif zone._get_places() != _get_places(sheet_zone):
            lines.append({"zone": zone.name, "change": "changed", "what": self.env._("Places or Days")})
        for band in [*new, *(band for band in old if band not in new)]:
            if old.get(band) != new.get(band):
                change = "changed" if band in old and band in new else "new" if band in new else "removed"
                lines.append(
                    {
                        "zone": sheet_zone.name,
                        "change": change,
                        "what": f"{band} kg",
                        "old": old.get(band),
                        "new": new.get(band),
                    }
                )
        return lines


class MarketplaceFreightImportLine(models.TransientModel):
    _name = "marketplace.freight.import.line"
    _description = "Change of a Rate"

    import_id = fields.Many2one("marketplace.freight.import", required=True, ondelete="cascade")
    zone = fields.Char()
    change = fields.Selection([("new", "New"), ("changed", "Changed"), ("removed", "Removed")])
    what = fields.Char("Weight Band")
    old = fields.Char("Price Now")
    new = fields.Char("New Price")


def _prepare_rate(rate):
    return {name: float(getattr(rate, name)) for name in ("weight_from", "weight_to", *_PRICES)}


def _describe_prices(rates):
    """Prices by weight band, e.g. {"0–2": "4.2 + 0.8 / 1 kg above 2 kg"}."""
    return {f"{plain(rate.weight_from)}–{plain(rate.weight_to)}": _describe_price(rate) for rate in rates}


def _describe_price(rate):
    text = plain(rate.price)
    if rate.step_price:
        text += f" + {plain(rate.step_price)} / {plain(rate.step_kg)} kg"
        if rate.included_kg:
            text += f" > {plain(rate.included_kg)} kg"
    if rate.minimum:
        text += f" ≥ {plain(rate.minimum)}"
    return text


def _get_places(zone):
    """Places and days of a zone of the sheet, comparable to those of `marketplace.freight.zone`."""
    postcodes = zone.texts["postcodes"]
    days = (zone.days_min or 0, zone.days_max or 0)
    return (zone.everywhere, zone.countries, zone.states, postcodes, zone.warehouses, days)
