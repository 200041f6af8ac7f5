from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..checks.text import address_digest

MOST_ORDERS = 100_000


class MarketplaceRiskFacts(models.AbstractModel):
    """What the risk score may know of orders. People are hashed keys; streets become one before they are kept."""

    _name = "marketplace.risk.facts"
    _description = "Facts for the Risk Score"

    @api.model
    def _load_history(self, policy):
        """Facts of a company's merchant orders within the days of history, the latest first if there are very many.

        :return: DataFrame with the columns of :data:`~..risk.orders.FACTS`
        """
        since = fields.Datetime.now() - timedelta(days=policy.history_days)
        return self._load(SQL("o.company_id = %s AND o.date_order >= %s", policy.company_id.id, since))

    @api.model
    def _load_around(self, orders, since):
        """Facts of orders, and of the earlier ones of their buyers and at their addresses, in two queries.

        :param orders: sale orders of one company
        :param datetime since: earlier orders are not loaded
        """
        places = orders.partner_shipping_id
        zips = [zip_code for zip_code in set(places.mapped("zip")) if zip_code]
        neighbours = self.env["res.partner"].sudo().with_context(active_test=False)._search([("zip", "in", zips)])
        return self._load(
            SQL(
                "o.company_id = %s AND o.date_order >= %s AND (o.id = ANY(%s) OR o.partner_id = ANY(%s) "
                "OR o.partner_shipping_id IN %s)",
                orders.company_id.id,
                min(since, *orders.mapped("date_order")),
                orders.ids,
                orders.partner_id.ids,
                neighbours.subselect(),
            )
        )

    def _load(self, condition):
        import pandas as pd

        self.env["sale.order"].flush_model()
        self.env["sale.order.line"].flush_model()
        self.env["res.partner"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT o.id, o.date_order, b.marketplace_key, CONCAT_WS(' ', p.street, p.street2), COALESCE(p.city, ''),
                       COALESCE(p.zip, ''), c.code, o.marketplace_shop_id, l.product, t.categ_id,
                       o.amount_total / COALESCE(NULLIF(o.currency_rate, 0), 1),
                       l.largest / COALESCE(NULLIF(o.currency_rate, 0), 1), l.lines, l.units, l.largest_units,
                       COALESCE(l.cod OR o.marketplace_charges @> '[{"kind": "cod"}]', FALSE),
                       COALESCE(o.marketplace_is_business, FALSE), o.marketplace_service_level,
                       o.marketplace_outcome, o.marketplace_outcome_at
                  FROM sale_order o
                  JOIN res_partner b ON b.id = o.partner_id
                  JOIN res_partner p ON p.id = o.partner_shipping_id
                  LEFT JOIN res_country c ON c.id = p.country_id
                  JOIN LATERAL (
                       SELECT (ARRAY_AGG(product_id ORDER BY price_total DESC, id))[1] AS product, COUNT(*) AS lines,
                              MAX(price_total) AS largest, SUM(product_uom_qty) AS units,
                              MAX(product_uom_qty) AS largest_units,
                              BOOL_OR(marketplace_charges @> '[{"kind": "cod"}]') AS cod
                         FROM sale_order_line WHERE order_id = o.id AND marketplace_line_ref IS NOT NULL) l
                    ON l.lines > 0
                  JOIN product_product v ON v.id = l.product
                  JOIN product_template t ON t.id = v.product_tmpl_id
                 WHERE o.marketplace_shop_id IS NOT NULL AND o.marketplace_fulfilment = 'merchant' AND %s
                 ORDER BY o.date_order DESC, o.id DESC LIMIT %s
                """,
                condition,
                MOST_ORDERS,
            )
        )
        return pd.DataFrame([self._prepare_fact(*row) for row in rows], columns=self._get_columns()).astype(
            {"time": "datetime64[ns]", "known_at": "datetime64[ns]", "bad": float, "value": float, "largest": float}
        )

    def _get_columns(self):
        from ..risk.orders import FACTS

        return FACTS

    def _prepare_fact(
        self, order, time, buyer, street, city, zip_code, country, shop, product, category, *amounts_and_rest
    ):
        value, largest, lines, units, largest_units, cod, business, service, outcome, known_at = amounts_and_rest
        anonymous = not buyer or self.env["marketplace.order.importer"]._is_shared(buyer)
        return (
            order,
            time,
            None if anonymous else buyer,
            address_digest(street, city, zip_code, country or "") or None,
            shop,
            country,
            product,
            category,
            value,
            largest,
            lines,
            float(units),
            float(largest_units),
            int(cod),
            int(business),
            service or None,
            None if not outcome else float(outcome != "good"),
            known_at if outcome else None,
        )
