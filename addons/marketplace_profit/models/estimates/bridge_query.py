"""The query of the bridge from what was estimated to what was settled."""

# Marketplaces state in parts what an order states as one price: promotions come apart from goods, and so does tax.
# Of orders whose tax the marketplace keeps (withheld), tax is left out: it comes and goes.
FOLDED = {
    "item_promotion": "principal",
    "coupon_rebate": "principal",
    "seller_voucher": "principal",
    "seller_coins": "principal",
    "points": "principal",
    "tax_collected": "principal",
    "tax_promotion": "principal",
    "shipping_promotion": "shipping_credit",
    "tax_shipping": "shipping_credit",
    "tax_gift_wrap": "gift_wrap",
}
# Amounts in other money are compared in the company's: what differs less than this is taken for the exchange rate.
FX_SHARE = "0.05"

QUERY = """
    WITH fold (code, target) AS (VALUES %(folded)s),
    mapped AS (
        SELECT kind.id, kind.code, kind."group", kind.nature, COALESCE(target.id, kind.id) AS target,
               kind."group" IN ('sales', 'promotions', 'subsidies') OR target.id IS NOT NULL AS is_revenue
          FROM marketplace_fee_kind kind
          LEFT JOIN fold ON fold.code = kind.code
          LEFT JOIN marketplace_fee_kind target ON target.code = fold.target
    ), gross AS (SELECT id FROM marketplace_fee_kind WHERE code = 'order_payment'),
    concerned AS (
        SELECT line.order_id, bool_or(kind.code = 'order_payment') AS is_gross,
               bool_or(kind.code = 'tax_withheld') AS is_withheld, max(line.date) AS day
          FROM marketplace_settlement_line line JOIN mapped kind ON kind.id = line.kind_id
         WHERE line.order_id IN (SELECT order_id FROM profit_estimate)
         GROUP BY line.order_id HAVING bool_or(kind."group" = 'sales' AND kind.nature = 'profit')
    ), settled AS (
        SELECT line.order_id, line.sale_line_id,
               CASE WHEN concerned.is_gross AND kind.is_revenue THEN gross.id ELSE kind.target END AS kind_id,
               CASE WHEN line.currency_id = sale.currency_id THEN line.amount
                    WHEN line.original_currency_id = sale.currency_id THEN line.original_amount END AS amount,
               line.amount * COALESCE(item.balance / NULLIF(item.amount_currency, 0),
                   NULLIF(settlement.own_rate, 0)::numeric, %(own_rate)s / %(rate)s) AS company_amount,
               line.units, line.product_id
          FROM marketplace_settlement_line line
          JOIN concerned ON concerned.order_id = line.order_id
          JOIN mapped kind ON kind.id = line.kind_id
          JOIN sale_order sale ON sale.id = line.order_id
          JOIN marketplace_settlement settlement ON settlement.id = line.settlement_id
          JOIN res_company company ON company.id = line.company_id
          LEFT JOIN account_move_line item ON item.id = line.move_line_id
         CROSS JOIN gross
         WHERE kind.nature = 'profit' OR kind.code IN (SELECT code FROM fold) AND NOT concerned.is_withheld
    ), estimated AS (
        SELECT estimate.order_id, estimate.sale_line_id,
               CASE WHEN concerned.is_gross AND kind.is_revenue THEN gross.id ELSE kind.target END AS kind_id,
               estimate.id, estimate.rate_id, estimate.amount_currency AS amount, estimate.currency_id,
               estimate.percentage, estimate.base_currency, estimate.units, estimate.product_id, estimate.source,
               CASE WHEN estimate.amount_currency = estimate.tax_currency THEN estimate.amount
                    ELSE estimate.amount * estimate.amount_currency
                         / (estimate.amount_currency - estimate.tax_currency) END AS company_amount
          FROM profit_estimate estimate
          JOIN concerned ON concerned.order_id = estimate.order_id
          JOIN mapped kind ON kind.id = estimate.kind_id
         CROSS JOIN gross
    ), named AS (
        SELECT order_id, kind_id, bool_and(sale_line_id IS NOT NULL) AS by_line FROM settled GROUP BY order_id, kind_id
    ), part AS (
        SELECT order_id, sale_line_id, kind_id, id AS estimate_id, rate_id, amount AS estimated,
               NULL::numeric AS settled, company_amount AS company_estimated, 0 AS company_settled, percentage,
               base_currency, units, NULL::integer AS settled_units, product_id, source, false AS is_other_money,
               false AS is_settled
          FROM estimated
         UNION ALL
        SELECT order_id, sale_line_id, kind_id, NULL, NULL, NULL, amount, 0, company_amount, NULL, NULL, NULL, units,
               product_id, NULL, amount IS NULL, true
          FROM settled
    ), summed AS (
        SELECT part.order_id, part.kind_id,
               CASE WHEN COALESCE(named.by_line, true) THEN part.sale_line_id END AS line_id,
               min(part.estimate_id) AS estimate_id, max(part.rate_id) AS rate_id,
               COALESCE(sum(part.estimated), 0) AS estimated, COALESCE(sum(part.settled), 0) AS settled,
               sum(part.company_estimated) AS company_estimated, sum(part.company_settled) AS company_settled,
               max(part.percentage) AS percentage, sum(part.base_currency) AS base, sum(part.units) AS units,
               max(part.settled_units) AS settled_units, min(part.source) AS source,
               CASE WHEN count(DISTINCT part.product_id) = 1 THEN min(part.product_id) END AS product_id,
               bool_or(part.is_other_money) AS is_other_money, bool_or(part.is_settled) AS is_settled
          FROM part LEFT JOIN named ON named.order_id = part.order_id AND named.kind_id = part.kind_id
         GROUP BY 1, 2, 3
    ), based AS (
        SELECT summed.*, kind.code, kind."group", rate.basis, rate.is_tier,
               CASE WHEN line_id IS NULL THEN %(goods_of_order)s ELSE %(goods_of_line)s END AS goods_more,
               CASE WHEN line_id IS NULL THEN %(shipping_of_order)s ELSE %(shipping_of_line)s END AS shipping_more
          FROM summed
          JOIN marketplace_fee_kind kind ON kind.id = summed.kind_id
          LEFT JOIN profit_rate rate ON rate.id = summed.rate_id
    ), compared AS (
        SELECT based.*, base + COALESCE(goods_more, 0)
               + CASE WHEN basis = 'item' THEN 0 ELSE COALESCE(shipping_more, 0) END AS settled_base
          FROM based
    )
    SELECT row_number() OVER (ORDER BY found.order_id, found.kind_id, found.line_id) AS id, sale.company_id,
           shop.account_id, shop.provider, shop.id AS shop_id, found.order_id, found.line_id AS sale_line_id,
           found.product_id, found.kind_id, found."group", concerned.day, sale.currency_id, found.estimate_id,
           found.rate_id, found.percentage, found.base AS base_currency, found.units, found.estimated,
           CASE WHEN NOT found.is_other_money THEN found.settled END AS settled,
           CASE WHEN NOT found.is_other_money THEN found.settled - found.estimated END AS difference_currency,
           round(found.company_estimated, unit.decimal_places) AS company_estimated,
           round(found.company_settled, unit.decimal_places) AS company_settled,
           round(found.company_settled, unit.decimal_places)
           - round(found.company_estimated, unit.decimal_places) AS difference,
           found.settled_base, tier.id AS tier_id,
           CASE WHEN found.percentage != 0 AND found.settled_base != 0
                THEN round(-100 * found.settled / found.settled_base, 2) END AS settled_percentage,
           CASE WHEN NOT found.is_settled OR found.company_settled = 0 AND found.settled = 0
                THEN CASE WHEN found.estimated = 0 THEN 'none' ELSE 'not_charged' END
                WHEN found.estimate_id IS NULL AND found."group" = 'refunds' THEN 'refund'
                WHEN found.estimate_id IS NULL THEN 'unexpected'
                WHEN found.is_other_money AND abs(found.company_settled - found.company_estimated)
                     <= %(fx_share)s * abs(found.company_estimated) THEN 'fx'
                WHEN NOT found.is_other_money AND abs(found.settled - found.estimated) < money.rounding / 2
                THEN CASE WHEN abs(found.company_settled - found.company_estimated) < unit.rounding
                          THEN 'none' ELSE 'fx' END
                WHEN found.percentage != 0 AND NOT found.is_other_money
                     AND abs(found.settled + found.settled_base * found.percentage / 100) < money.rounding THEN 'base'
                WHEN tier.id IS NOT NULL THEN 'tier'
                WHEN found.source = 'order' THEN 'amount'
                ELSE 'rate' END AS cause
      FROM compared found
      JOIN concerned ON concerned.order_id = found.order_id
      JOIN sale_order sale ON sale.id = found.order_id
      JOIN marketplace_shop shop ON shop.id = sale.marketplace_shop_id
      JOIN res_company company ON company.id = sale.company_id
      JOIN res_currency unit ON unit.id = company.currency_id
      JOIN res_currency money ON money.id = sale.currency_id
      LEFT JOIN profit_rate used ON used.id = found.rate_id AND used.is_tier
      LEFT JOIN LATERAL (
           SELECT other.id FROM profit_rate other
            WHERE other.kind_id = used.kind_id AND other.is_tier AND other.id != used.id
              AND other.provider IS NOT DISTINCT FROM used.provider
              AND other.country_id IS NOT DISTINCT FROM used.country_id
              AND other.shop_id IS NOT DISTINCT FROM used.shop_id AND other.currency_id = sale.currency_id
              AND COALESCE(NULLIF(found.settled_units, 0), found.units) != 0
              AND other.per_item = round(
                  -found.settled / COALESCE(NULLIF(found.settled_units, 0), found.units)::numeric, money.decimal_places)
            ORDER BY other.id LIMIT 1) tier ON true
"""
