import json
from collections import defaultdict
from decimal import ROUND_HALF_EVEN, Decimal

from odoo import api, models

from ..connector import check_currency

# One statement for a whole report: what is no longer reported goes, the rest is written where it changed.
_REPLACE = """
    WITH incoming AS (
        SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS row (
            campaign_id integer, day date, sku text, asin text, impressions integer, clicks integer, cost numeric,
            amount numeric, orders integer, units integer, sales numeric, sales_amount numeric)
    ), gone AS (
        DELETE FROM ads_cost cost
         WHERE cost.profile_id = %(profile)s AND cost.ad_type = %(ad_type)s AND cost.share_of_id IS NULL
           AND cost.day BETWEEN %(since)s AND %(until)s
           AND (%(complete)s OR cost.campaign_id IN (SELECT campaign_id FROM incoming))
           AND NOT EXISTS (
               SELECT FROM incoming
                WHERE incoming.campaign_id = cost.campaign_id AND incoming.day = cost.day
                  AND COALESCE(incoming.sku, '') = COALESCE(cost.sku, '')
                  AND COALESCE(incoming.asin, '') = COALESCE(cost.asin, ''))
     RETURNING 1
    ), written AS (
        INSERT INTO ads_cost (
            company_id, profile_id, shop_id, ad_type, currency_id, active, campaign_id, day, sku, asin, impressions,
            clicks, cost, amount, orders, units, sales, sales_amount)
        SELECT %(company)s, %(profile)s, %(shop)s, %(ad_type)s, %(currency)s, TRUE, incoming.* FROM incoming
            ON CONFLICT (campaign_id, day, COALESCE(sku, ''), COALESCE(asin, '')) WHERE share_of_id IS NULL
            DO UPDATE SET impressions = EXCLUDED.impressions, clicks = EXCLUDED.clicks, cost = EXCLUDED.cost,
                          amount = EXCLUDED.amount, orders = EXCLUDED.orders, units = EXCLUDED.units,
                          sales = EXCLUDED.sales, sales_amount = EXCLUDED.sales_amount
             WHERE (ads_cost.impressions, ads_cost.clicks, ads_cost.cost, ads_cost.amount, ads_cost.orders,
                    ads_cost.units, ads_cost.sales, ads_cost.sales_amount)
                   IS DISTINCT FROM
                   (EXCLUDED.impressions, EXCLUDED.clicks, EXCLUDED.cost, EXCLUDED.amount, EXCLUDED.orders,
                    EXCLUDED.units, EXCLUDED.sales, EXCLUDED.sales_amount)
     RETURNING 1
    )
    SELECT (SELECT COUNT(*) FROM gone) + (SELECT COUNT(*) FROM written)
"""
# The SKU's listing first; else the listings of the item number, if they are of one product.
_MATCH = """
    WITH known AS (
        SELECT open.id,
               COALESCE(
                   (SELECT product_id FROM marketplace_listing
                     WHERE shop_id = open.shop_id AND sku = open.sku AND product_id IS NOT NULL),
                   (SELECT MIN(product_id) FROM marketplace_listing
                     WHERE shop_id = open.shop_id AND external_product_id = open.asin AND product_id IS NOT NULL
                    HAVING MIN(product_id) = MAX(product_id))
               ) AS product_id
          FROM {table} open
         WHERE open.product_id IS NULL AND open.shop_id = ANY(%(shops)s) AND ({item})
    )
    UPDATE {table} target SET product_id = known.product_id
      FROM known WHERE known.id = target.id AND known.product_id IS NOT NULL
"""
_MATCH_COSTS = _MATCH.format(table="ads_cost", item="open.sku IS NOT NULL OR open.asin IS NOT NULL")
_MATCH_PURCHASES = _MATCH.format(table="ads_purchase", item="TRUE").replace("sku = open.sku", "FALSE")
_MATCH_PURCHASES += " RETURNING target.campaign_id"
_COUNTS = ("impressions", "clicks", "orders", "units")


class AdsCost(models.Model):
    _inherit = "ads.cost"

    @api.model
    def _import(self, profile, ad_type, rows, since, until, complete=True):
        """Replace the days of an advertiser and ad type by what a report says of them. Repeating it changes nothing.

        :param list rows: :class:`~..connector.AdDay`
        :param date since: first day that the report covers, with ``until``, the last
        :param bool complete: all campaigns are in it; otherwise those that are not stay as they are
        :return: number of rows that changed
        :raise InvalidPayload: a row is in another currency than the advertiser's
        """
        check_currency(rows, profile.currency_id.name)
        campaigns = self._get_campaigns(profile, ad_type, rows)
        values = self._prepare_rows(profile, self._sum_rows(rows, campaigns))
        self.env.cr.execute(
            _REPLACE,
            {
                "rows": json.dumps(values),
                "profile": profile.id,
                "company": profile.company_id.id,
                "shop": profile.shop_id.id or None,
                "currency": profile.currency_id.id,
                "ad_type": ad_type,
                "since": since,
                "until": until,
                "complete": complete,
            },
        )
        changed = self.env.cr.fetchone()[0]
        self.invalidate_model()
        self._match(profile.shop_id)
        self._share_again([("profile_id", "=", profile.id), ("day", ">=", since), ("day", "<=", until)])
        return changed

    @api.model
    def _get_campaigns(self, profile, ad_type, rows):
        """``{number: id}`` of the rows' campaigns: new ones are created, renamed ones renamed."""
        names = {row.campaign_id or row.campaign: row.campaign for row in rows}
        Campaign = self.env["ads.campaign"]
        known = Campaign.search([("profile_id", "=", profile.id), ("external_id", "in", list(names))])
        for campaign in known.filtered(lambda campaign: campaign.name != names[campaign.external_id]):
            campaign.name = names[campaign.external_id]
        missing = sorted(set(names) - set(known.mapped("external_id")))
        known |= Campaign.create(
            [
                {"profile_id": profile.id, "external_id": number, "name": names[number], "ad_type": ad_type}
                for number in missing
            ]
        )
        return {campaign.external_id: campaign.id for campaign in known}

    @api.model
    def _sum_rows(self, rows, campaigns):
        """``{(campaign, day, sku, asin): sums}``: reports have a row per ad, of which a SKU may have several."""
        sums = defaultdict(lambda: defaultdict(Decimal))
        for row in rows:
            total = sums[campaigns[row.campaign_id or row.campaign], row.day, row.sku, row.asin]
            for name in (*_COUNTS, "cost", "sales"):
                total[name] += getattr(row, name)
        return sums

    @api.model
    def _prepare_rows(self, profile, sums):
        rates = self._get_rates(profile, {day for _campaign, day, _sku, _asin in sums})
        unit = Decimal(1).scaleb(-profile.currency_id.decimal_places)
        company_unit = Decimal(1).scaleb(-profile.company_id.currency_id.decimal_places)

        def fixed(amount, unit):
            return str(amount.quantize(unit, ROUND_HALF_EVEN))

        return [
            {
                "campaign_id": campaign,
                "day": day.isoformat(),
                "sku": sku or None,
                "asin": asin or None,
                **{name: int(total[name]) for name in _COUNTS},
                "cost": fixed(total["cost"], unit),
                "sales": fixed(total["sales"], unit),
                "amount": fixed(total["cost"] * rates[day], company_unit),
                "sales_amount": fixed(total["sales"] * rates[day], company_unit),
            }
            for (campaign, day, sku, asin), total in sums.items()
        ]

    @api.model
    def _get_rates(self, profile, days):
        """``{day: company currency per unit of the advertiser's}``."""
        company = profile.company_id
        convert = self.env["res.currency"]._get_conversion_rate
        return {day: Decimal(str(convert(profile.currency_id, company.currency_id, company, day))) for day in days}

    # === ITEMS === #

    @api.model
    def _match(self, shops):
        """Give what waits for a product the one of its listing. What becomes known of a campaign's purchases shares
        its costs anew.

        :param shops: whose rows are looked at
        """
        self.env["marketplace.listing"].flush_model(["shop_id", "sku", "external_product_id", "product_id"])
        self.env.cr.execute(_MATCH_COSTS, {"shops": shops.ids})
        self.env.cr.execute(_MATCH_PURCHASES, {"shops": shops.ids})
        campaigns = {campaign for (campaign,) in self.env.cr.fetchall()}
        self.invalidate_model(["product_id"])
        self.env["ads.purchase"].invalidate_model(["product_id"])
        if campaigns:
            self._share_again([("campaign_id", "in", list(campaigns))])

    @api.model
    def _move_to_shop(self, profiles):
        """What was imported for advertisers belongs to the shop that they have now."""
        profiles.flush_recordset(["shop_id"])
        for table in ("ads_cost", "ads_purchase"):
            self.env.cr.execute(
                f"""
                UPDATE {table} row SET shop_id = profile.shop_id, product_id = NULL
                  FROM ads_profile profile
                 WHERE profile.id = row.profile_id AND profile.id = ANY(%s)
                   AND row.shop_id IS DISTINCT FROM profile.shop_id
                """,
                [profiles.ids],
            )
        self.invalidate_model()
        self.env["ads.purchase"].invalidate_model()
        self._match(profiles.shop_id)
        self._share_again([("profile_id", "in", profiles.ids)])
