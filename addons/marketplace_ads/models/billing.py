from odoo import api, models
from odoo.tools import SQL

FIRST_PERIOD_DAYS = 31
"""How far back the first charge that is known may reach: advertising is billed monthly at least."""


class AdsBilling(models.AbstractModel):
    """Which charge is for which days: parts of queries for the comparison with invoices and for the profit.

    What is billed together is a *unit*: a shop whose charges name it, else all shops of a seller account in one
    currency, or an advertising account whose vendor sends bills. A charge is for the days after the charge before it.
    """

    _name = "ads.billing"
    _description = "Charges of Advertising"

    @api.model
    def _sql_charges(self):
        """Amounts that were charged, positive: ``company_id, unit, day, amount, currency_id, line_id`` of a
        settlement, ``item_id`` of a bill, and who: ``shop_id, account_id, ads_account_id``."""
        return SQL(
            """SELECT line.company_id, line.date AS day, -line.amount AS amount, line.currency_id,
                      line.id AS line_id, NULL::integer AS item_id, line.shop_id, line.account_id,
                      NULL::integer AS ads_account_id,
                      CASE WHEN line.shop_id IS NULL THEN 'a' || line.account_id ELSE 's' || line.shop_id END
                      || '-' || line.currency_id AS unit
                 FROM marketplace_settlement_line line
                 JOIN marketplace_fee_kind kind ON kind.id = line.kind_id
                WHERE kind.driver = 'ad_cost'
                UNION ALL
               SELECT item.company_id, item.date, item.amount_currency, item.currency_id, NULL, item.id, NULL, NULL,
                      bill.ads_account_id, 'p' || bill.ads_account_id || '-' || item.currency_id
                 FROM (SELECT account.id AS ads_account_id, account.company_id, vendor.commercial_partner_id
                         FROM ads_account account JOIN res_partner vendor ON vendor.id = account.partner_id
                      ) AS bill
                 JOIN account_move_line item
                   ON item.partner_id = bill.commercial_partner_id AND item.company_id = bill.company_id
                 JOIN account_account ledger ON ledger.id = item.account_id AND ledger.account_type LIKE 'expense%%'
                WHERE item.parent_state = 'posted'
                  AND NOT EXISTS (SELECT FROM marketplace_settlement_line line WHERE line.document_line_id = item.id)"""
        )

    @api.model
    def _sql_ends(self):
        """Days on which something was charged: ``unit, since, until``. Reads the table expression ``charge``."""
        return SQL(
            """SELECT unit, day AS until,
                      COALESCE(LAG(day) OVER (PARTITION BY unit ORDER BY day) + 1, day - %s) AS since
                 FROM (SELECT unit, day FROM charge GROUP BY unit, day HAVING SUM(amount) > 0) AS charged""",
            FIRST_PERIOD_DAYS - 1,
        )

    @api.model
    def _sql_payers(self):
        """The unit of each advertiser: ``profile_id, unit`` and who. Reads the table expression ``charge``."""
        return SQL(
            """SELECT profile.id AS profile_id, profile.company_id, profile.currency_id, profile.shop_id,
                      shop.account_id, profile.account_id AS ads_account_id,
                      CASE WHEN account.partner_id IS NOT NULL THEN 'p' || account.id
                           WHEN EXISTS (SELECT FROM charge
                                         WHERE charge.unit = 's' || shop.id || '-' || profile.currency_id)
                           THEN 's' || shop.id
                           ELSE COALESCE('a' || shop.account_id, 'p' || account.id) END
                      || '-' || profile.currency_id AS unit
                 FROM ads_profile profile
                 JOIN ads_account account ON account.id = profile.account_id
                 LEFT JOIN marketplace_shop shop ON shop.id = profile.shop_id"""
        )
