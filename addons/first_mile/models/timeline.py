from odoo import api, fields, models


class FirstMileShipment(models.Model):
    """The legs as bars on a line of days: what is planned above, what happened below."""

    _inherit = "first.mile.shipment"

    timeline = fields.Html(compute="_compute_timeline", sanitize=False)

    @api.depends("leg_ids.etd", "leg_ids.atd", "leg_ids.eta", "leg_ids.ata", "leg_ids.kind", "leg_ids.sequence")
    def _compute_timeline(self):
        today = fields.Date.context_today(self)
        for shipment in self:
            spans = [span for leg in shipment.leg_ids for span in (leg._get_planned(), leg._get_actual(today)) if span]
            if not spans:
                shipment.timeline = False
                continue
            first, last = min(start for start, _end in spans), max(end for _start, end in spans)
            days = (last - first).days + 1
            values = {
                "legs": shipment.leg_ids.sorted(lambda leg: (leg.sequence, leg.id)),
                "place": lambda span, first=first, days=days: _place(span, first, days),
                "today": today,
                "first": first,
                "last": last,
                "today_at": 100 * (today - first).days / days if first <= today <= last else None,
            }
            shipment.timeline = self.env["ir.qweb"]._render("first_mile.timeline", values)


class FirstMileLeg(models.Model):
    _inherit = "first.mile.leg"

    def _get_planned(self):
        """First and last day as estimated, or None."""
        days = [day for day in (self.etd, self.eta) if day]
        return (min(days), max(days)) if days else None

    def _get_actual(self, today):
        """First and last day as it happened, until today while it is under way, or None."""
        return (self.atd, self.ata or max(today, self.atd)) if self.atd else None


def _place(span, first, days):
    """Where a bar lies, as CSS in percent of all days."""
    start, end = span
    return f"left: {100 * (start - first).days / days:.2f}%; width: {100 * ((end - start).days + 1) / days:.2f}%"
