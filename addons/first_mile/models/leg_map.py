from odoo import api, fields, models

from ..engine.places import find_settled, locate

CELL = 1  # degrees


class FirstMileShipment(models.Model):
    """The legs as arcs on a map and as bars on a line of days, which the widget ``first_mile_leg_map`` draws."""

    _inherit = "first.mile.shipment"

    leg_map = fields.Json(compute="_compute_leg_map", exportable=False)

    @api.depends(
        "leg_ids.sequence", "leg_ids.kind", "leg_ids.mode", "leg_ids.origin", "leg_ids.destination", "leg_ids.etd",
        "leg_ids.atd", "leg_ids.eta", "leg_ids.ata", "leg_ids.carrier_id", "leg_ids.vehicle", "lane_id", "warehouse_id",
        "purchase_id", "destination_id",
    )  # fmt: skip
    @api.depends_context("lang")
    def _compute_leg_map(self):
        """``{today, legs}``: each leg with its texts and dates, its ends in degrees and how many days it is late."""
        today = fields.Date.context_today(self)
        for shipment in self:
            legs = shipment.leg_ids.sorted(lambda leg: (leg.sequence, leg._origin.id or 0))
            lane = shipment.lane_id
            countries = (lane.origin_country_id.code or "", lane.destination_country_id.code or "")
            ends = shipment._get_leg_ends(legs)
            shipment.leg_map = {
                "today": fields.Date.to_string(today),
                "legs": [
                    {**leg._get_map_values(today), "from": _to_point(start, countries), "to": _to_point(end, countries)}
                    for leg, (start, end) in zip(legs, ends, strict=True)
                ],
            } if legs else False  # fmt: skip

    def _get_leg_ends(self, legs):
        """``[(from, to)]`` as text: what a leg does not say, its neighbours do, at both ends shipper and warehouse."""
        last = len(legs) - 1
        starts, ends = [], []
        for index, leg in enumerate(legs):
            before = legs[index - 1].destination if index else _get_town(self._get_shipper())
            after = legs[index + 1].origin if index < last else _get_town(self.destination_id.partner_id)
            starts.append(leg.origin or before or "")
            ends.append(leg.destination or after or "")
        return list(zip(starts, ends, strict=True))

    @api.model
    @api.readonly
    def get_settled_cells(self, west, south, east, north):
        """Where land is, for the background of the map: south-west corners of cells in which somebody lives.

        :param west: with the other three the box, in degrees; east of the date line they may be above 180
        :return: ``[[longitude, latitude]]`` of cells of one degree
        """
        cells = ((row * CELL, column * CELL) for row, column in find_settled(CELL))
        return [
            [column + turn, row]
            for row, column in cells
            if south <= row <= north
            for turn in (-360, 0, 360)
            if west <= column + turn <= east
        ]


class FirstMileLeg(models.Model):
    _inherit = "first.mile.leg"

    def _get_map_values(self, today):
        self.ensure_one()
        labels = {name: dict(self._fields[name]._description_selection(self.env)) for name in ("kind", "mode")}
        return {
            "id": str(self.id),
            "kind": self.kind,
            "kindLabel": labels["kind"].get(self.kind, ""),
            "mode": self.mode,
            "modeLabel": labels["mode"].get(self.mode, ""),
            "carrier": ", ".join(filter(None, (self.carrier_id.name, self.vehicle))),
            "status": self.status,
            "lateDays": self._get_late_days(today),
            **{name: self[name] and fields.Date.to_string(self[name]) for name in ("etd", "atd", "eta", "ata")},
        }

    def _get_late_days(self, today):
        """Days that the leg arrived after its ETA or is behind it, else behind its ETD; 0 in time."""
        if self.eta and (self.ata or self.atd):
            return max(0, ((self.ata or today) - self.eta).days)
        return max(0, (today - self.etd).days) if self.etd and not self.atd else 0


def _get_town(partner):
    return ", ".join(filter(None, (partner.city, partner.city and partner.country_id.code)))


def _to_point(text, countries):
    place = locate(text, countries)
    return {"name": text, **({"lat": place.lat, "lon": place.lon} if place else {})}
