from odoo import api, fields, models
from odoo.addons.marketplace_profit.models.sql_share import sql_share
from odoo.tools import SQL

_KINDS = {"sp": "ads_sp", "sb": "ads_sb", "sd": "ads_sd", "other": "ads_other"}


class ProfitEntry(models.Model):
    """Charges of advertising, shared among SKUs, campaigns and days as the reports of the charged days say.

    Each charge gives one fact that takes it from where it was, and its parts, which add up to it: so profit stays
    equal to the ledger. What is reported but not charged yet is estimated.
    """

    _inherit = "profit.entry"

    campaign_id = fields.Many2one("ads.campaign", readonly=True, ondelete="restrict", index="btree_not_null")
    origin = fields.Selection(selection_add=[("ads", "Advertising")], ondelete={"ads": "cascade"})

    @api.model
    def _get_fact_columns(self):
        """Add the campaign."""
        return {**super()._get_fact_columns(), "campaign_id": "integer"}

    @api.model
    def _get_fact_sources(self, company, first, last):
        """Add shared charges, and what is not charged yet."""
        return [
            *super()._get_fact_sources(company, first, last),
            ("ads", self._sql_ads_shares(company, first, last)),
            ("ads_estimate", self._sql_ads_estimates(company, first, last)),
        ]

    # === CHARGES === #

    @api.model
    def _sql_ads_shares(self, company, first, last):
        common = {"origin": "'ads'", "country_id": "source.country_id", "currency_id": "source.currency_id",
                  "ledger_account_id": "source.ledger_account_id", "move_line_id": "source.move_line_id",
                  "settlement_line_id": "source.settlement_line_id"}  # fmt: skip
        taken = {
            **common,
            "key": "'ads-' || source.key",
            "day": "source.day",
            "kind_id": "source.kind_id",
            "account_id": "source.account_id",
            "shop_id": "source.shop_id",
            "amount": "-source.amount",
            "amount_currency": "-source.amount_currency",
        }
        given = {
            **common,
            "key": "'ads-' || source.key || '-' || part.tie",
            "day": "part.day",
            "kind_id": self._sql_ad_kind("part.ad_type"),
            "country_id": "NULL",
            "shop_id": "part.shop_id",
            "product_id": "part.product_id",
            "campaign_id": "part.campaign_id",
            "amount": "part.amount",
            "amount_currency": "part.amount_currency",
        }
        return SQL(
            "WITH %s, source AS MATERIALIZED (%s), part AS MATERIALIZED (%s) %s UNION ALL %s",
            self._sql_billing(company),
            self._sql_ads_sources(company, first, last),
            sql_share(self._sql_ads_weights(company, first), ("amount", "amount_currency")),
            self._sql_facts(taken, SQL("FROM source WHERE EXISTS (SELECT FROM part WHERE part.part_of = source.key)")),
            self._sql_facts(given, SQL("FROM part JOIN source ON source.key = part.part_of")),
        )

    @api.model
    def _sql_billing(self, company):
        """Table expressions ``charge``, ``ended`` and ``payer`` of a company. See `ads.billing`."""
        billing = self.env["ads.billing"]
        return SQL(
            """charge AS MATERIALIZED (SELECT * FROM (%s) AS charged WHERE company_id = %s),
               ended AS MATERIALIZED (%s),
               payer AS MATERIALIZED (SELECT * FROM (%s) AS paying WHERE company_id = %s)""",
            billing._sql_charges(),
            company.id,
            billing._sql_ends(),
            billing._sql_payers(),
            company.id,
        )

    @api.model
    def _sql_ads_sources(self, company, first, last):
        """Facts of charges that name no SKU, with the days that they are for: those after the charge before. What a
        voucher of shared costs has taken is left alone."""
        return SQL(
            """SELECT fact.*, charge.unit,
                      COALESCE((SELECT MAX(ended.until) + 1 FROM ended
                                 WHERE ended.unit = charge.unit AND ended.until < fact.day),
                               (SELECT MIN(ended.since) FROM ended WHERE ended.unit = charge.unit)) AS since
                 FROM profit_entry fact
                 JOIN charge ON charge.line_id = fact.settlement_line_id
                             OR charge.item_id = fact.move_line_id AND fact.settlement_line_id IS NULL
                WHERE fact.company_id = %(company)s AND fact.day BETWEEN %(first)s AND %(last)s
                  AND fact.state = 'booked' AND fact.origin IN ('settlement', 'document', 'ledger')
                  AND fact.product_id IS NULL AND fact.order_id IS NULL
                  AND NOT EXISTS (
                      SELECT FROM profit_entry taken
                       WHERE taken.company_id = %(company)s AND taken.day BETWEEN %(first)s AND %(last)s
                         AND taken.origin = 'share' AND taken.product_id IS NULL AND taken.kind_id = fact.kind_id
                         AND taken.shop_id IS NOT DISTINCT FROM fact.shop_id
                         AND taken.account_id IS NOT DISTINCT FROM fact.account_id)""",
            company=company.id,
            first=first,
            last=last,
        )

    @api.model
    def _sql_ads_weights(self, company, first):
        """What each SKU, campaign and day bears of each charge, exactly. Days before the month of the charge count on
        its first: so the month stays equal to the ledger's."""
        return SQL(
            """SELECT part_of, tie, day, shop_id, campaign_id, product_id, ad_type, amount_total, amount_currency_total,
                      amount_total * weight / total AS amount_exact, %(unit)s AS amount_unit,
                      amount_currency_total * weight / total AS amount_currency_exact,
                      %(unit_currency)s AS amount_currency_unit
                 FROM (SELECT source.key AS part_of, source.currency_id, source.amount AS amount_total,
                              source.amount_currency AS amount_currency_total, cost.shop_id, cost.campaign_id,
                              cost.product_id, cost.ad_type, GREATEST(cost.day, %(first)s) AS day,
                              SUM(cost.amount) AS weight,
                              SUM(SUM(cost.amount)) OVER (PARTITION BY source.key) AS total,
                              ROW_NUMBER() OVER (
                                  PARTITION BY source.key
                                      ORDER BY GREATEST(cost.day, %(first)s), cost.campaign_id, cost.product_id,
                                               cost.shop_id) AS tie
                         FROM source
                         JOIN payer ON payer.unit = source.unit
                         JOIN ads_cost cost ON cost.profile_id = payer.profile_id AND cost.active
                                           AND cost.day BETWEEN source.since AND source.day
                        GROUP BY source.key, source.currency_id, source.amount, source.amount_currency, cost.shop_id,
                                 cost.campaign_id, cost.product_id, cost.ad_type, GREATEST(cost.day, %(first)s)
                      ) AS spent
                 JOIN res_currency currency ON currency.id = spent.currency_id
                WHERE total > 0""",
            first=first,
            unit=self._sql_unit(company.currency_id),
            unit_currency=self._sql_unit("currency"),
        )

    @api.model
    def _sql_ad_kind(self, column):
        """Kind of an ad type."""
        cases = SQL(" ").join(SQL("WHEN %s THEN %s", name, self._sql_kind(code)) for name, code in _KINDS.items())
        return SQL("CASE %s %s END", SQL(column), cases)

    # === NOT CHARGED YET === #

    @api.model
    def _sql_ads_estimates(self, company, first, last):
        """Days after the last charge; they disappear with the next one."""
        return SQL(
            "WITH %s %s",
            self._sql_billing(company),
            self._sql_facts(
                {
                    "key": "'ads-e' || cost.id",
                    "day": "cost.day",
                    "state": "'estimated'",
                    "origin": "'estimate'",
                    "kind_id": self._sql_ad_kind("cost.ad_type"),
                    "shop_id": "cost.shop_id",
                    "product_id": "cost.product_id",
                    "campaign_id": "cost.campaign_id",
                    "currency_id": "cost.currency_id",
                    "amount_currency": "-cost.cost",
                    "amount": "-cost.amount",
                },
                SQL(
                    """FROM ads_cost cost
                       JOIN payer ON payer.profile_id = cost.profile_id
                      WHERE cost.company_id = %s AND cost.active AND cost.day BETWEEN %s AND %s
                        AND NOT EXISTS (
                            SELECT FROM ended WHERE ended.unit = payer.unit AND ended.until >= cost.day)""",
                    company.id,
                    first,
                    last,
                ),
            ),
        )


class ProfitMonth(models.Model):
    _inherit = "profit.month"

    def _get_fingerprint_sources(self):
        """Add what is reported and charged: charges are for days before the month, too."""
        return [
            *super()._get_fingerprint_sources(),
            SQL(
                """SELECT ROW(COUNT(*), SUM(hashtext(ROW(cost.id, cost.shop_id, cost.campaign_id, cost.product_id,
                              cost.day, cost.amount, cost.cost, cost.active)::text)::numeric))
                     FROM ads_cost cost
                    WHERE cost.company_id = %s AND cost.day BETWEEN %s::date - 62 AND %s""",
                self.company_id.id,
                self.first,
                self.last,
            ),
            SQL(
                """SELECT ROW(COUNT(*), SUM(hashtext(ROW(charge.unit, charge.day, charge.amount)::text)::numeric))
                     FROM (%s) AS charge WHERE charge.company_id = %s""",
                self.env["ads.billing"]._sql_charges(),
                self.company_id.id,
            ),
        ]
