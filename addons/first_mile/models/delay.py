from odoo import api, fields, models

from ..engine import LeadTimes, Observation, check_delay

YEARS_LEARNED = 2


class FirstMileLeg(models.Model):
    """Main carriages learn from those that arrived, and say when they are late."""

    _inherit = "first.mile.leg"

    alerted = fields.Char(readonly=True, copy=False, help="The delay that was last reported.")

    @api.model
    def _cron_check_delays(self):
        """Report late carriages to the responsible person, each delay once."""
        open_legs = self.search(
            [("ata", "=", False), ("shipment_id.state", "in", ("draft", "planned", "in_transit", "arrived")),
             ("shipment_id.picking_ids", "!=", False)]
        )  # fmt: skip
        today = fields.Date.context_today(self)
        for company, legs in open_legs.grouped(lambda leg: leg.shipment_id.company_id).items():
            lead_times = self._learn_lead_times(company, today)
            for leg in legs:
                learned = lead_times.find(leg.shipment_id.lane_id.id, leg.mode) if leg.kind == "main" else None
                dates = (leg[name] or None for name in ("etd", "atd", "eta", "ata"))
                leg._report(check_delay(today, *dates, learned), learned)

    @api.model
    def _learn_lead_times(self, company, today):
        """:class:`~..engine.LeadTimes` of the main carriages of a company that arrived in the last years."""
        arrived = self.search_fetch(
            [("kind", "=", "main"), ("ata", ">=", fields.Date.subtract(today, years=YEARS_LEARNED)),
             ("shipment_id.company_id", "=", company.id)],
            ["atd", "ata", "mode", "shipment_id"],
        )  # fmt: skip
        return LeadTimes(
            [Observation(leg.shipment_id.lane_id.id, leg.mode, (leg.ata - leg.atd).days) for leg in arrived]
        )

    def _report(self, delay, learned):
        reported = f"{delay.reason} {delay.expected}" if delay else False
        if not delay or self.alerted == reported:
            return
        self.alerted = reported
        shipment = self.shipment_id
        shipment.activity_schedule(
            "mail.mail_activity_data_warning",
            user_id=(shipment.user_id or self.env.user).id,
            summary=self._describe_delay(delay, learned),
        )

    def _describe_delay(self, delay, learned):
        values = {"expected": delay.expected, "days": delay.days}
        if delay.reason == "not_departed":
            return self.env._("Not departed: expected on %(expected)s, %(days)s days ago.", **values)
        if delay.reason == "overdue":
            return self.env._("Not arrived: expected on %(expected)s, %(days)s days ago.", **values)
        return self.env._(
            "Slow: nine of ten arrive within %(p90)s days (half within %(median)s), this one was due on %(expected)s.",
            p90=f"{learned.p90:g}", median=f"{learned.median:g}", **values,
        )  # fmt: skip
