from odoo import api, fields, models

DAYS = 90


class ProfitRate(models.Model):
    """Rates measured on what was settled."""

    _inherit = "profit.rate"

    def action_learn(self):
        """Measure the rates of the last 90 days anew, for the companies at hand."""
        self.browse().check_access("create")
        count = sum(self.sudo()._learn(company) for company in self.env.companies)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if count else "warning",
                "message": self.env._("Rates measured on settlements of the last 90 days: %s", count),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _cron_learn(self):
        """Once a month: measure the rates of each company with settlements anew."""
        for (company,) in self.env["marketplace.settlement"].sudo()._read_group([], ["company_id"]):
            self.sudo()._learn(company)

    @api.model
    def _learn(self, company):
        """Measure what each shop was charged, by fee and product category: selling fees as a percentage of the goods,
        fulfilment as an amount per unit. Two statements, however many amounts there are.

        :return: number of rates
        """
        self.env.flush_all()
        values = {
            "company": company.id,
            "since": fields.Date.subtract(fields.Date.context_today(self), days=DAYS),
            "user": self.env.uid,
            "source": self.env._("Measured on settlements of the last %s days.", DAYS),
        }
        self.env.cr.execute(_MEASURE, values)
        kept = [row[0] for row in self.env.cr.fetchall()]
        self.invalidate_model()
        gone = self.with_context(active_test=False).search(
            [("learned", "=", True), ("company_id", "=", company.id), ("id", "not in", kept)]
        )
        gone.unlink()
        return len(kept)


# Of each order, category and fee: what was charged, what of, and for how many units. Orders of one category take part
# with all their amounts, others with those that name a product. Corrections (positive amounts) count with their fees.
_MEASURE = """
    WITH amount AS (
        SELECT line.order_id, line.shop_id, line.kind_id, line.currency_id, kind.code, kind."group", line.amount,
               line.units, COALESCE(template.categ_id, whole.category_id) AS category_id
          FROM marketplace_settlement_line line
          JOIN marketplace_fee_kind kind ON kind.id = line.kind_id AND kind.nature = 'profit'
          JOIN marketplace_settlement settlement ON settlement.id = line.settlement_id
           AND settlement.state = 'posted'
          LEFT JOIN product_product product ON product.id = line.product_id
          LEFT JOIN product_template template ON template.id = product.product_tmpl_id
          LEFT JOIN LATERAL (
               SELECT min(inner_template.categ_id) AS category_id
                 FROM sale_order_line item
                 JOIN product_product inner_product ON inner_product.id = item.product_id
                 JOIN product_template inner_template ON inner_template.id = inner_product.product_tmpl_id
                WHERE item.order_id = line.order_id AND inner_template.type != 'service'
               HAVING count(DISTINCT inner_template.categ_id) = 1) whole ON template.id IS NULL
         WHERE line.company_id = %(company)s AND line.date >= %(since)s AND line.order_id IS NOT NULL
           AND line.shop_id IS NOT NULL AND kind."group" IN ('sales', 'selling', 'fulfilment')
    ), goods AS (
        SELECT order_id, category_id, sum(amount) AS base, sum(units) AS units
          FROM amount WHERE code IN ('principal', 'order_payment')
         GROUP BY order_id, category_id HAVING sum(amount) > 0
    ), fee AS (
        SELECT amount.order_id, amount.shop_id, amount.kind_id, amount.category_id, amount.currency_id, amount."group",
               -sum(amount.amount) AS charged, min(goods.base) AS base, min(goods.units) AS units
          FROM amount JOIN goods ON goods.order_id = amount.order_id
           AND goods.category_id IS NOT DISTINCT FROM amount.category_id
         WHERE amount."group" IN ('selling', 'fulfilment')
         GROUP BY 1, 2, 3, 4, 5, 6
    ), measured AS (
        SELECT shop_id, kind_id, category_id, "group",
               CASE WHEN "group" = 'fulfilment' THEN min(currency_id) END AS currency_id,
               CASE WHEN "group" = 'selling' THEN round(100 * sum(charged) / sum(base), 4) ELSE 0 END AS percentage,
               CASE WHEN "group" = 'fulfilment' THEN round(sum(charged) / sum(units), 4) ELSE 0 END AS per_item,
               COALESCE(round(CASE WHEN "group" = 'selling' THEN stddev_pop(100 * charged / base)
                                   ELSE stddev_pop(charged / NULLIF(units, 0)) END, 4), 0) AS spread,
               count(*) AS order_count
          FROM fee
         WHERE charged > 0 AND ("group" = 'selling' OR units > 0)
         GROUP BY shop_id, kind_id, category_id, "group"
        HAVING "group" = 'selling' OR count(DISTINCT currency_id) = 1
    )
    INSERT INTO profit_rate (name, active, company_id, provider, shop_id, category_id, kind_id, basis, percentage,
                             currency_id, per_item, learned, is_tier, is_default, order_count, spread, source,
                             create_uid, write_uid, create_date, write_date)
    SELECT shop.name, true, %(company)s, shop.provider, measured.shop_id, measured.category_id, measured.kind_id,
           'item', measured.percentage, measured.currency_id, measured.per_item, true, false, false,
           measured.order_count, measured.spread, %(source)s, %(user)s, %(user)s, now() AT TIME ZONE 'UTC',
           now() AT TIME ZONE 'UTC'
      FROM measured JOIN marketplace_shop shop ON shop.id = measured.shop_id
     ORDER BY measured.shop_id, measured.kind_id, measured.category_id
        ON CONFLICT (company_id, shop_id, kind_id, COALESCE(category_id, 0)) WHERE learned IS TRUE
        DO UPDATE SET percentage = EXCLUDED.percentage, per_item = EXCLUDED.per_item,
                  currency_id = EXCLUDED.currency_id, order_count = EXCLUDED.order_count,
                  spread = EXCLUDED.spread, write_date = EXCLUDED.write_date
    RETURNING id
"""
