import json

from odoo import api, fields, models
from odoo.addons.marketplace.contract import InvalidPayload
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...engine.traffic import parse_traffic

_COLUMNS = ("sku", "item", "sessions", "page_views", "buy_box", "rating", "reviews", "units")


class TrafficDay(models.Model):
    """Visits to an offer of a shop on a day, as the marketplace counts them. Written in bulk, never by a person."""

    _name = "traffic.day"
    _description = "Traffic"
    _order = "day desc, id desc"
    _rec_name = "sku"
    _log_access = False

    shop_id = fields.Many2one("marketplace.shop", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    day = fields.Date(required=True, readonly=True, help="As the marketplace cuts its days.")
    sku = fields.Char("SKU in the File", readonly=True)
    item = fields.Char("Item Number", readonly=True, help="ASIN or the like.")
    product_id = fields.Many2one(
        "product.product",
        "SKU",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        help="Of the shop's listing with that SKU or item number. Empty: match the listing, then press Find Products.",
    )
    sessions = fields.Integer(readonly=True, help="Visits; a person counts once in 24 hours.")
    page_views = fields.Integer(readonly=True)
    buy_box = fields.Float(
        "Buy Box %",
        digits=(6, 2),
        readonly=True,
        aggregator="avg",
        help="Percent of the page views at which your offer could be bought at once. Of groups: by page views.",
    )
    rating = fields.Float(digits=(3, 2), readonly=True, aggregator="avg", help="Stars.")
    reviews = fields.Integer(readonly=True, aggregator="max", help="Number of ratings so far.")
    units = fields.Integer("Units Ordered", readonly=True, help="As the marketplace counts them.")
    unit_share = fields.Float(
        "Conversion %", compute="_compute_unit_share", aggregator="avg", help="Units ordered per 100 sessions."
    )
    source = fields.Char(readonly=True, help="File that it was read from.")

    _offer_uniq = models.UniqueIndex(
        "(shop_id, day, COALESCE(sku, ''), COALESCE(item, ''))", "This offer's traffic of this day is there already."
    )
    _product_idx = models.Index("(shop_id, product_id, day) WHERE product_id IS NOT NULL")

    @api.depends("units", "sessions")
    def _compute_unit_share(self):
        for row in self:
            row.unit_share = 100 * row.units / row.sessions if row.sessions else 0

    def _read_group_select(self, aggregate_spec, query):
        """Override of `odoo`: ratios of groups are right, not means of ratios."""

        def column(name):
            return self._field_to_sql(self._table, name, query)

        if aggregate_spec == "unit_share:avg":
            return SQL("100.0 * SUM(%s) / NULLIF(SUM(%s), 0)", column("units"), column("sessions"))
        if aggregate_spec == "buy_box:avg":
            box, views = column("buy_box"), column("page_views")
            return SQL(
                "SUM(%s * %s) / NULLIF(SUM(%s) FILTER (WHERE %s IS NOT NULL), 0)", box, views, views, column("buy_box")
            )
        return super()._read_group_select(aggregate_spec, query)

    # === IMPORT === #

    @api.model
    def _upload(self, shop, content, name, layouts, day=None):
        """Take over a file, all or nothing. It replaces what was there of its days.

        :param marketplace.shop shop: whose traffic it is
        :param bytes content: of the file
        :param traffic.layout layouts: by which it may be read
        :param date day: of the rows, where the file does not say it
        :return: the days
        """
        try:
            rows = parse_traffic(content, layouts._get_layouts(), day)
        except InvalidPayload as error:
            raise UserError(
                self.env._("%(name)s cannot be read: %(reason)s. Nothing was taken over.", name=name, reason=error)
            ) from None
        if not rows:
            raise UserError(self.env._("%s has no row with traffic. Nothing was taken over.", name))
        return self._take(shop, rows, name)

    @api.model
    def _take(self, shop, rows, source):
        """Replace the traffic of the days of ``rows``.

        :param list rows: of :class:`~odoo.addons.marketplace.contract.TrafficDay`
        :return: the days, ordered
        """
        days = sorted({row.day for row in rows})
        self.flush_model()
        self.env.execute_query(SQL("DELETE FROM traffic_day WHERE shop_id = %s AND day = ANY(%s)", shop.id, days))
        values = [
            {
                "day": str(row.day),
                **{
                    name: str(value) if name in ("buy_box", "rating") and value is not None else value
                    for name in _COLUMNS
                    for value in [getattr(row, name)]
                },
            }
            for row in rows
        ]
        self.env.execute_query(
            SQL(
                """
                INSERT INTO traffic_day (shop_id, company_id, source, day, sku, item, sessions, page_views, buy_box,
                                         rating, reviews, units)
                SELECT %s, %s, %s, row.day, NULLIF(row.sku, ''), NULLIF(row.item, ''), row.sessions,
                       row.page_views, row.buy_box, row.rating, row.reviews, row.units
                  FROM jsonb_to_recordset(%s) AS row (day date, sku text, item text, sessions int, page_views int,
                       buy_box numeric, rating numeric, reviews int, units int)
                """,
                shop.id,
                shop.company_id.id,
                source,
                json.dumps(values),
            )
        )
        self.invalidate_model()
        self._find_products(shop)
        return days

    @api.model
    def _find_products(self, shops):
        """Give traffic its products by the shops' listings: by the SKU, else by the item number."""
        self.env["marketplace.listing"].flush_model()
        self.flush_model()
        self.env.execute_query(
            SQL(
                """
                UPDATE traffic_day AS traffic
                   SET product_id = offer.product_id
                  FROM (
                      SELECT DISTINCT ON (day.id) day.id, listing.product_id
                        FROM traffic_day AS day
                        JOIN marketplace_listing AS listing
                          ON listing.shop_id = day.shop_id
                         AND (listing.sku = day.sku OR listing.external_product_id = day.item)
                       WHERE day.shop_id = ANY(%s)
                         AND listing.product_id IS NOT NULL
                       ORDER BY day.id, (listing.sku = day.sku) DESC NULLS LAST, listing.active DESC, listing.id
                  ) AS offer
                 WHERE offer.id = traffic.id AND traffic.product_id IS DISTINCT FROM offer.product_id
                """,
                shops.ids,
            )
        )
        self.invalidate_model()

    def action_find_products(self):
        """Look once more for the products of traffic whose listing was not matched."""
        shops = self.search([("product_id", "=", False)]).shop_id
        self.sudo()._find_products(shops)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
