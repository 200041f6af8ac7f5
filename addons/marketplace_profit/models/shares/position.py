from odoo import api, fields, models
from odoo.tools import SQL, format_amount

QUADRANTS = [
    ("star", "Star"),
    ("cow", "Profit Cow"),
    ("question", "Question Mark"),
    ("black_hole", "Cash Black Hole"),
]


class ProfitPosition(models.Model):
    """Profit cows and cash black holes: what a SKU earns in a shop, and the cash that its stock ties up for that.

    Sales of the last days that the company looks at, or of the number in the context's ``profit_days``. Stock in the
    warehouse of a marketplace is of the shops there, all other stock, also what travels, of the shops that sell the
    SKU, by units sold.
    """

    _name = "profit.position"
    _description = "Profit and Cash of a SKU"
    _auto = False
    _order = "stock_value desc, id"
    _rec_name = "product_id"
    _depends = {
        "profit.entry": ["company_id", "shop_id", "product_id", "day", "level", "amount", "units"],
        "cost.layer": ["company_id", "product_id", "place_id", "quantity", "value"],
        "cost.event": ["company_id", "product_id", "day"],
        "product.template": ["type"],
        "marketplace.shop": ["company_id", "fulfilment_warehouse_id", "active"],
        "res.company": [
            "profit_window_days", "profit_roi_limit", "profit_growth_limit", "profit_stock_days_limit", "currency_id",
        ],
    }  # fmt: skip

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    shop_id = fields.Many2one("marketplace.shop", readonly=True, help="Empty: stock that no shop sells.")
    product_id = fields.Many2one("product.product", "SKU", readonly=True)
    template_id = fields.Many2one("product.template", "Parent Product", readonly=True)
    category_id = fields.Many2one("product.category", readonly=True)
    days = fields.Integer("Days Looked At", readonly=True, aggregator=None)
    units = fields.Float("Units Sold", readonly=True)
    units_before = fields.Float("Units Sold Before", readonly=True, help="In as many days before.")
    growth = fields.Float("Growth (%)", readonly=True, aggregator="avg", digits=(16, 1))
    net_sales = fields.Monetary(readonly=True)
    margin_3 = fields.Monetary(readonly=True)
    margin_3_rate = fields.Float("Margin 3 (%)", readonly=True, aggregator="avg", digits=(16, 2), help="Of net sales.")
    stock_units = fields.Float("Units in Stock", readonly=True, help="With what is on its way.")
    stock_value = fields.Monetary("Cash Tied Up", readonly=True, help="Cost of the stock, with what is on its way.")
    stock_days = fields.Float(
        "Days of Stock", readonly=True, aggregator="avg", digits=(16, 0), help="How long it lasts at these sales."
    )
    roi_year = fields.Float(
        "Return (% a Year)",
        readonly=True,
        aggregator="avg",
        digits=(16, 0),
        help="Margin 3 of a year by the cash that is tied up now.",
    )
    quadrant = fields.Selection(
        QUADRANTS,
        readonly=True,
        group_expand=True,
        help="Star: a good return, and it grows. Profit cow: a good return. Cash black hole: it loses money, or has "
        "stock for too long and no good return. Question mark: the rest, and what is new. The settings of Invoicing "
        "say what is good, what is too long and what grows.",
    )
    is_new = fields.Boolean("New", readonly=True, help="It first came within these days.")
    why = fields.Char(compute="_compute_why")

    # === QUERY === #

    _RATIOS = {
        "growth": "100 * (%(units)s - %(units_before)s) / NULLIF(%(units_before)s, 0)",
        "margin_3_rate": "100 * %(margin_3)s / NULLIF(%(net_sales)s, 0)",
        "stock_days": "CASE WHEN %(units)s > 0 THEN %(days)s * %(stock_units)s / %(units)s END",
        "roi_year": "100 * %(margin_3)s * 365 / %(days)s / NULLIF(%(stock_value)s, 0)",
    }
    _SUMS = ("units", "units_before", "net_sales", "margin_3", "stock_units", "stock_value")

    @property
    def _table_query(self):
        columns = {name: SQL.identifier("joined", name) for name in (*self._SUMS, "days")}
        return SQL(
            """
            WITH setting AS (%(setting)s), sold AS (%(sold)s), stock AS (%(stock)s), held AS (%(held)s),
            joined AS (
                SELECT COALESCE(sold.company_id, held.company_id) AS company_id,
                       COALESCE(sold.product_id, held.product_id) AS product_id,
                       COALESCE(sold.shop_id, held.shop_id) AS shop_id,
                       COALESCE(sold.units, 0)::numeric AS units,
                       COALESCE(sold.units_before, 0)::numeric AS units_before,
                       COALESCE(sold.net_sales, 0) AS net_sales, COALESCE(sold.margin_3, 0) AS margin_3,
                       COALESCE(held.quantity, 0) AS stock_units, COALESCE(held.value, 0) AS stock_value
                  FROM sold FULL JOIN held
                    ON held.company_id = sold.company_id AND held.product_id = sold.product_id
                   AND COALESCE(held.shop_id, 0) = COALESCE(sold.shop_id, 0)
            ), rated AS (
                SELECT joined.*, %(ratios)s,
                       COALESCE((SELECT MIN(event.day) FROM cost_event AS event
                                  WHERE event.product_id = joined.product_id
                                    AND event.company_id = joined.company_id) > joined.today - joined.days, FALSE)
                       AS is_new
                  FROM (SELECT joined.*, setting.days, setting.today, setting.currency_id, setting.roi_limit,
                               setting.growth_limit, setting.stock_days_limit
                          FROM joined JOIN setting ON setting.company_id = joined.company_id) AS joined
            )
            SELECT row_number() OVER (ORDER BY rated.company_id, rated.product_id, rated.shop_id) AS id, rated.*,
                   template.id AS template_id, template.categ_id AS category_id, %(quadrant)s AS quadrant
              FROM rated
              JOIN product_product AS product ON product.id = rated.product_id
              JOIN product_template AS template ON template.id = product.product_tmpl_id AND template.type = 'consu'
            """,
            setting=self._get_setting_query(),
            sold=self._get_sold_query(),
            stock=self._get_stock_query(),
            held=self._get_held_query(),
            ratios=SQL(", ").join(
                SQL("%s AS %s", SQL(term, **columns), SQL.identifier(name)) for name, term in self._RATIOS.items()
            ),
            quadrant=self._get_quadrant(),
        )

    def _get_setting_query(self):
        days = self.env.context.get("profit_days")
        return SQL(
            """
            SELECT id AS company_id, currency_id, %s::date AS today, %s AS days,
                   profit_roi_limit AS roi_limit, profit_growth_limit AS growth_limit,
                   profit_stock_days_limit AS stock_days_limit
              FROM res_company
            """,
            fields.Date.context_today(self),
            min(max(int(days), 1), 730) if days else SQL("profit_window_days"),
        )

    def _get_sold_query(self):
        """What each SKU sold and earned, in these days and as many before."""
        recent = SQL("entry.day > setting.today - setting.days")
        return SQL(
            """
            SELECT entry.company_id, entry.product_id, entry.shop_id,
                   SUM(entry.units) FILTER (WHERE %(recent)s) AS units,
                   SUM(entry.units) FILTER (WHERE NOT (%(recent)s)) AS units_before,
                   SUM(entry.amount) FILTER (WHERE %(recent)s AND entry.level = 'revenue') AS net_sales,
                   SUM(entry.amount) FILTER (WHERE %(recent)s AND entry.level != 'own') AS margin_3
              FROM profit_entry AS entry JOIN setting ON setting.company_id = entry.company_id
             WHERE entry.product_id IS NOT NULL AND entry.day <= setting.today
               AND entry.day > setting.today - 2 * setting.days
             GROUP BY entry.company_id, entry.product_id, entry.shop_id
            """,
            recent=recent,
        )

    def _get_stock_query(self):
        return SQL(
            """
            SELECT company_id, product_id, place_id, SUM(quantity)::numeric AS quantity, SUM(value) AS value
              FROM cost_layer WHERE quantity > 0 GROUP BY company_id, product_id, place_id
            """
        )

    def _get_held_query(self):
        """Stock by shop: of a marketplace's warehouse, else of the shops that sell the SKU."""
        return SQL(
            """
            WITH place AS (
                SELECT shop.company_id, shop.id AS shop_id, warehouse.view_location_id AS place_id
                  FROM marketplace_shop AS shop
                  JOIN stock_warehouse AS warehouse ON warehouse.id = shop.fulfilment_warehouse_id
                 WHERE shop.active
            ), owner AS (
                SELECT stock.company_id, stock.product_id, stock.place_id, place.shop_id
                  FROM stock JOIN place ON place.company_id = stock.company_id AND place.place_id = stock.place_id
                 UNION ALL
                SELECT stock.company_id, stock.product_id, stock.place_id, sold.shop_id
                  FROM stock
                  JOIN sold ON sold.company_id = stock.company_id AND sold.product_id = stock.product_id
                 WHERE sold.shop_id IS NOT NULL AND sold.units > 0
                   AND NOT EXISTS (SELECT FROM place WHERE place.company_id = stock.company_id
                                      AND place.place_id = stock.place_id)
            ), part AS (
                SELECT owner.*, weight, SUM(weight) OVER same AS total, COUNT(*) OVER same AS shops
                  FROM owner
                  LEFT JOIN sold ON sold.company_id = owner.company_id AND sold.product_id = owner.product_id
                   AND sold.shop_id = owner.shop_id
                 CROSS JOIN LATERAL (SELECT GREATEST(COALESCE(sold.units, 0), 0)::numeric AS weight) AS weighed
                WINDOW same AS (PARTITION BY owner.company_id, owner.product_id, owner.place_id)
            )
            SELECT stock.company_id, stock.product_id, part.shop_id,
                   SUM(stock.quantity * share.part) AS quantity, ROUND(SUM(stock.value * share.part), 2) AS value
              FROM stock
              LEFT JOIN part ON part.company_id = stock.company_id AND part.product_id = stock.product_id
               AND part.place_id = stock.place_id
             CROSS JOIN LATERAL (
                   SELECT CASE WHEN part.place_id IS NULL THEN 1
                               WHEN part.total > 0 THEN part.weight / part.total ELSE 1.0 / part.shops END AS part
                   ) AS share
             GROUP BY stock.company_id, stock.product_id, part.shop_id
            """
        )

    def _get_quadrant(self):
        """The first that holds; the same order as in :meth:`_get_reason`."""
        return SQL(
            """
            CASE WHEN rated.margin_3 < 0 THEN 'black_hole'
                 WHEN rated.margin_3 > 0 AND COALESCE(rated.roi_year, rated.roi_limit) >= rated.roi_limit
                      THEN CASE WHEN rated.growth >= rated.growth_limit THEN 'star' ELSE 'cow' END
                 WHEN rated.is_new THEN 'question'
                 WHEN rated.stock_value > 0 AND COALESCE(rated.stock_days > rated.stock_days_limit, TRUE)
                      THEN 'black_hole'
                 ELSE 'question' END
            """
        )

    def _read_group_select(self, aggregate_spec, query):
        """Override of `base`: the ratio of a group is that of its sums."""
        name, _separator, func = aggregate_spec.partition(":")
        if name not in self._RATIOS or func != "avg":
            return super()._read_group_select(aggregate_spec, query)
        sums = {column: SQL("SUM(%s)", self._field_to_sql(self._table, column, query)) for column in self._SUMS}
        return SQL(self._RATIOS[name], **sums, days=SQL("MAX(%s)", self._field_to_sql(self._table, "days", query)))

    # === SCREENS === #

    @api.depends("product_id", "shop_id")
    def _compute_display_name(self):
        for position in self:
            names = [position.product_id.display_name, position.shop_id.name]
            position.display_name = " · ".join(filter(None, names))

    @api.depends("quadrant")
    @api.depends_context("lang", "profit_days")
    def _compute_why(self):
        for position in self:
            position.why = position._get_reason()

    def _get_reason(self):
        """Why it is in its quadrant, in a sentence."""
        self.ensure_one()
        company = self.company_id
        values = {
            "days": self.days,
            "margin": format_amount(self.env, abs(self.margin_3), self.currency_id),
            "cash": format_amount(self.env, self.stock_value, self.currency_id),
            "roi": round(self.roi_year),
            "limit": round(company.profit_roi_limit),
            "stock_days": round(self.stock_days),
            "most": company.profit_stock_days_limit,
            "growth": round(self.growth),
        }
        if self.margin_3 < 0:
            return self.env._("It lost %(margin)s in %(days)s days and ties up %(cash)s.", **values)
        if self.quadrant == "star":
            return self.env._(
                "It earned %(margin)s in %(days)s days and sells %(growth)s %% more than before.", **values
            )
        if self.quadrant == "cow" and not self.stock_value:
            return self.env._("It earned %(margin)s in %(days)s days and ties up no cash.", **values)
        if self.quadrant == "cow":
            return self.env._(
                "It earned %(margin)s in %(days)s days: %(roi)s %% a year of the %(cash)s it ties up.", **values
            )
        if self.is_new:
            return self.env._("It first came within these %(days)s days: too early to tell.", **values)
        if self.quadrant == "black_hole" and not self.units:
            return self.env._("Nothing was sold in %(days)s days, and %(cash)s lie in stock.", **values)
        if self.quadrant == "black_hole":
            return self.env._(
                "The stock of %(cash)s lasts %(stock_days)s days (limit %(most)s) and returns %(roi)s %% a year.",
                **values,
            )
        if self.stock_value:
            return self.env._("It returns %(roi)s %% a year of %(cash)s in stock; good is %(limit)s %%.", **values)
        return self.env._("It earned nothing in %(days)s days and has no stock.", **values)

    def action_open_facts(self):
        """Open the facts of these days."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Facts of %s", self.display_name),
            "res_model": "profit.entry",
            "view_mode": "list,pivot,graph",
            "domain": [
                ("company_id", "=", self.company_id.id),
                ("product_id", "=", self.product_id.id),
                ("shop_id", "=", self.shop_id.id),
                ("day", ">", fields.Date.subtract(today, days=self.days)),
                ("day", "<=", today),
            ],
        }

    def action_open_stock(self):
        """Open the cost layers of the SKU."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Stock of %s", self.product_id.display_name),
            "res_model": "cost.layer",
            "view_mode": "list",
            "domain": [("company_id", "=", self.company_id.id), ("product_id", "=", self.product_id.id)],
        }

    def action_what_if(self):
        """Open the what-if of the SKU in the shop."""
        self.ensure_one()
        return self.env["profit.what.if"]._open(self.product_id, self.shop_id)
