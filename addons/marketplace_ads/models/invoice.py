from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class AdsInvoice(models.Model):
    """What the reports say was spent, against what was charged for the same days."""

    _name = "ads.invoice"
    _inherit = ["ads.billing"]
    _description = "Advertising Charge"
    _auto = False
    _order = "until desc, id"
    _rec_name = "until"

    company_id = fields.Many2one("res.company", readonly=True)
    unit = fields.Char("Billed Together", readonly=True)
    account_id = fields.Many2one("marketplace.account", "Marketplace Account", readonly=True)
    ads_account_id = fields.Many2one("ads.account", "Advertising Account", readonly=True)
    shop_id = fields.Many2one("marketplace.shop", readonly=True, help="Empty: charged for all shops of the account.")
    currency_id = fields.Many2one("res.currency", readonly=True)
    since = fields.Date("From", readonly=True, help="The day after the charge before.")
    until = fields.Date("Charged", readonly=True, help="Empty: not charged yet.")
    spend_sp = fields.Monetary("Sponsored Products", readonly=True)
    spend_sb = fields.Monetary("Sponsored Brands", readonly=True)
    spend_sd = fields.Monetary("Sponsored Display", readonly=True)
    spend_other = fields.Monetary("Other", readonly=True)
    spend = fields.Monetary("Spend by Reports", readonly=True)
    invoiced = fields.Monetary("Charged Amount", readonly=True, help="In settlements, by card or by bills.")
    difference = fields.Monetary(
        readonly=True,
        help="Charged beyond the reports. 0.00: the sum equals the invoice. What remains may be tax, credits, days "
        "that were corrected later or a report that is missing.",
    )
    state = fields.Selection(
        [("open", "Not Charged Yet"), ("equal", "Equal"), ("different", "Different"), ("no_report", "No Report")],
        readonly=True,
        help="No report: something was charged, but no report of these days is here.",
    )

    @property
    def _table_query(self):
        types = SQL(", ").join(
            SQL("SUM(cost.cost) FILTER (WHERE cost.ad_type = %s) AS %s", name, SQL.identifier(f"spend_{name}"))
            for name in ("sp", "sb", "sd", "other")
        )
        return SQL(
            """
            WITH charge AS MATERIALIZED (%(charges)s), ended AS MATERIALIZED (%(ends)s),
                 payer AS MATERIALIZED (%(payers)s),
                 who AS (
                     SELECT unit, MIN(company_id) AS company_id, MIN(currency_id) AS currency_id,
                            CASE WHEN COUNT(DISTINCT shop_id) = 1 THEN MIN(shop_id) END AS shop_id,
                            MIN(account_id) AS account_id, MIN(ads_account_id) AS ads_account_id
                       FROM (SELECT unit, company_id, currency_id, shop_id, account_id, ads_account_id FROM charge
                              UNION ALL
                             SELECT unit, company_id, currency_id, shop_id, account_id, ads_account_id FROM payer
                            ) AS known
                      GROUP BY unit),
                 period AS (
                     SELECT unit, since, until, FALSE AS is_open FROM ended
                      UNION ALL
                     SELECT who.unit, COALESCE(MAX(ended.until) + 1, '1970-01-01'), '9999-12-31', TRUE
                       FROM who LEFT JOIN ended ON ended.unit = who.unit GROUP BY who.unit),
                 spent AS (
                     SELECT period.unit, period.until, COUNT(*) AS days, MIN(cost.day) AS first_day,
                            SUM(cost.cost) AS spend, %(types)s
                       FROM period
                       JOIN payer ON payer.unit = period.unit
                       JOIN ads_cost cost ON cost.profile_id = payer.profile_id AND cost.share_of_id IS NULL
                                         AND cost.day BETWEEN period.since AND period.until
                      GROUP BY period.unit, period.until),
                 charged AS (
                     SELECT period.unit, period.until, SUM(charge.amount) AS invoiced
                       FROM period JOIN charge ON charge.unit = period.unit
                                              AND charge.day BETWEEN period.since AND period.until
                      GROUP BY period.unit, period.until)
            SELECT ROW_NUMBER() OVER (ORDER BY who.unit, period.until) AS id, who.*,
                   CASE WHEN period.is_open THEN COALESCE(GREATEST(period.since, spent.first_day), period.since)
                        ELSE period.since END AS since,
                   CASE WHEN NOT period.is_open THEN period.until END AS until,
                   COALESCE(spent.spend_sp, 0) AS spend_sp, COALESCE(spent.spend_sb, 0) AS spend_sb,
                   COALESCE(spent.spend_sd, 0) AS spend_sd, COALESCE(spent.spend_other, 0) AS spend_other,
                   COALESCE(spent.spend, 0) AS spend, COALESCE(charged.invoiced, 0) AS invoiced,
                   CASE WHEN period.is_open THEN 0
                        ELSE COALESCE(charged.invoiced, 0) - COALESCE(spent.spend, 0) END AS difference,
                   CASE WHEN period.is_open THEN 'open'
                        WHEN spent.days IS NULL THEN 'no_report'
                        WHEN charged.invoiced = spent.spend THEN 'equal' ELSE 'different' END AS state
              FROM period
              JOIN who ON who.unit = period.unit
              LEFT JOIN spent ON spent.unit = period.unit AND spent.until = period.until
              LEFT JOIN charged ON charged.unit = period.unit AND charged.until = period.until
             WHERE NOT period.is_open OR spent.days > 0 OR charged.invoiced != 0
            """,
            charges=self._sql_charges(),
            ends=self._sql_ends(),
            payers=self._sql_payers(),
            types=types,
        )

    def action_view_costs(self):
        """The days that the charge is for, as they were reported."""
        self.ensure_one()
        query = SQL(
            "WITH charge AS (%s) SELECT profile_id FROM (%s) AS payer WHERE unit = %s",
            self._sql_charges(),
            self._sql_payers(),
            self.unit,
        )
        profiles = [profile for (profile,) in self.env.execute_query(query)]
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_ads.action_costs")
        action["domain"] = [("profile_id", "in", profiles), *self._get_days("day")]
        action["context"] = {"search_default_group_campaign": 1}
        return action

    def action_view_charges(self):
        """The amounts of settlements, or the journal items of bills, that charge it."""
        self.ensure_one()
        query = SQL("SELECT line_id, item_id, day FROM (%s) AS charge WHERE unit = %s", self._sql_charges(), self.unit)
        found = [row for row in self.env.execute_query(query) if self.since <= row[2] <= (self.until or row[2])]
        if not found:
            raise UserError(self.env._("Nothing was charged for these days yet."))
        lines, items = [row[0] for row in found if row[0]], [row[1] for row in found if row[1]]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Charges"),
            "res_model": "marketplace.settlement.line" if lines else "account.move.line",
            "view_mode": "list,form",
            "domain": [("id", "in", lines or items)],
        }

    def _get_days(self, name):
        days = [(name, ">=", self.since)]
        return [*days, (name, "<=", self.until)] if self.until else days
