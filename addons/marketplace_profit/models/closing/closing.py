from odoo import fields, models
from odoo.tools import SQL

from ..month import _DIGEST


class ProfitClosing(models.Model):
    """That a month was closed: by whom, why, and what its facts were. Never changed, but noted when it was reopened."""

    _name = "profit.closing"
    _description = "Closing of a Month"
    _order = "month_id, number desc"

    month_id = fields.Many2one("profit.month", required=True, readonly=True, ondelete="restrict", index=True)
    company_id = fields.Many2one(related="month_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    number = fields.Integer(required=True, readonly=True, aggregator=None)
    name = fields.Char(required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Closed By", required=True, readonly=True)
    closed_at = fields.Datetime("Closed On", required=True, readonly=True)
    digest = fields.Char("SHA-256", required=True, readonly=True, help="Of all facts in their order.")
    reason = fields.Text(readonly=True)
    open_checks = fields.Text("What Was Open", readonly=True)
    lock = fields.Char("Locked", readonly=True)
    fact_count = fields.Integer("Facts", readonly=True)
    amount = fields.Monetary("Profit", readonly=True)
    reopened_at = fields.Datetime("Opened Again On", readonly=True)
    reopened_by_id = fields.Many2one("res.users", "Opened Again By", readonly=True)
    reopen_reason = fields.Text("Why Opened Again", readonly=True)
    verified_at = fields.Datetime("Verified On", readonly=True)
    difference_ids = fields.One2many("profit.closing.difference", "closing_id", "Differences", readonly=True)

    _number_uniq = models.Constraint("UNIQUE(month_id, number)", "This closing is there already.")

    def _take_parts(self):
        """Keep a digest for each day and kind, by which a later difference is found."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "INSERT INTO profit_closing_part (closing_id, day, kind_id, count, amount, digest)"
                " SELECT %s, part.* FROM (%s) AS part",
                self.id,
                self._get_parts_query(),
            )
        )

    def _get_parts_query(self):
        """``day, kind_id, count, amount, digest`` of the facts as they are now."""
        month = self.month_id
        return SQL(
            """SELECT day, kind_id, COUNT(*)::integer AS count, SUM(amount) AS amount,
                      md5(string_agg(md5(ROW(%s)::text), '' ORDER BY key COLLATE "C")) AS digest
                 FROM profit_entry WHERE company_id = %s AND day BETWEEN %s AND %s GROUP BY day, kind_id""",
            SQL(", ").join(SQL(name) for name in _DIGEST),
            month.company_id.id,
            month.first,
            month.last,
        )

    def _verify(self):
        """Compare the facts with those that were closed.

        :return: what the client shows: that they are equal, or where they differ
        """
        self.ensure_one()
        self.env.flush_all()
        self.difference_ids.unlink()
        is_equal = self.month_id._compute_digest() == self.digest
        rows = [] if is_equal else self._find_differences()
        self.write({"verified_at": fields.Datetime.now()})
        self.env["profit.closing.difference"].create(rows)
        if is_equal:
            return _notify(
                "success",
                self.env._(
                    "Equal: the %(count)s facts of %(name)s are those that were closed.",
                    count=self.fact_count,
                    name=self.name,
                ),
            )
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_profit.action_closing_differences")
        name = self.env._("Changed since %s", self.name)
        return {**action, "name": name, "domain": [("closing_id", "=", self.id)]}

    def _find_differences(self):
        names = ("day", "kind_id", "count_then", "amount_then", "count_now", "amount_now")
        found = self.env.execute_query(
            SQL(
                """SELECT COALESCE(part.day, now.day), COALESCE(part.kind_id, now.kind_id),
                          COALESCE(part.count, 0), COALESCE(part.amount, 0),
                          COALESCE(now.count, 0), COALESCE(now.amount, 0)
                     FROM (SELECT * FROM profit_closing_part WHERE closing_id = %s) AS part
                     FULL JOIN (%s) AS now ON now.day = part.day AND now.kind_id = part.kind_id
                    WHERE part.digest IS DISTINCT FROM now.digest ORDER BY 1, 2""",
                self.id,
                self._get_parts_query(),
            )
        )
        return [{"closing_id": self.id, **dict(zip(names, row, strict=True))} for row in found]


def _notify(kind, message):
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {"type": kind, "message": message, "next": {"type": "ir.actions.client", "tag": "soft_reload"}},
    }


class ProfitClosingPart(models.Model):
    """Facts of one day and kind as they were closed; written in bulk."""

    _name = "profit.closing.part"
    _description = "Part of a Closing"
    _log_access = False
    _order = "closing_id, day, kind_id"
    _rec_name = "day"

    closing_id = fields.Many2one("profit.closing", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="closing_id.company_id")
    currency_id = fields.Many2one(related="closing_id.currency_id")
    day = fields.Date(required=True, readonly=True)
    kind_id = fields.Many2one("marketplace.fee.kind", required=True, readonly=True, ondelete="restrict")
    count = fields.Integer("Facts", readonly=True)
    amount = fields.Monetary(readonly=True)
    digest = fields.Char(required=True, readonly=True)


class ProfitClosingDifference(models.Model):
    """Facts of one day and kind that are no longer what was closed."""

    _name = "profit.closing.difference"
    _description = "Difference from a Closing"
    _order = "closing_id, day, kind_id"
    _rec_name = "day"

    closing_id = fields.Many2one("profit.closing", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="closing_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    day = fields.Date(required=True, readonly=True)
    kind_id = fields.Many2one("marketplace.fee.kind", required=True, readonly=True, ondelete="restrict")
    count_then = fields.Integer("Facts Closed", readonly=True)
    count_now = fields.Integer("Facts Now", readonly=True)
    amount_then = fields.Monetary("Closed", readonly=True)
    amount_now = fields.Monetary("Now", readonly=True)

    def action_open(self):
        """The facts as they are now."""
        self.ensure_one()
        domain = [
            ("company_id", "=", self.company_id.id),
            ("day", "=", str(self.day)),
            ("kind_id", "=", self.kind_id.id),
        ]
        facts = self.env["profit.entry"].search(domain)
        return facts._get_records_action(name=self.env._("Facts Now"))
