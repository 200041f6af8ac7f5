from odoo import fields, models
from odoo.tools import SQL

# Sums of facts; margins are sums of these.
SUMS = {
    "units": SQL("SUM(entry.units)::numeric"),
    "sales": SQL("SUM(entry.amount) FILTER (WHERE entry.level = 'revenue' AND entry.\"group\" != 'refunds')"),
    "refunds": SQL("SUM(entry.amount) FILTER (WHERE entry.level = 'revenue' AND entry.\"group\" = 'refunds')"),
    "goods": SQL("SUM(entry.amount) FILTER (WHERE entry.level = 'goods')"),
    "selling_fees": SQL(
        """SUM(entry.amount) FILTER (WHERE entry.level = 'selling'
           AND entry."group" NOT IN ('fulfilment', 'inbound', 'storage', 'reimbursements'))"""
    ),
    "fulfilment": SQL(
        "SUM(entry.amount) FILTER (WHERE entry.level = 'selling' AND entry.\"group\" IN ('fulfilment', 'inbound'))"
    ),
    "storage": SQL("SUM(entry.amount) FILTER (WHERE entry.level = 'selling' AND entry.\"group\" = 'storage')"),
    "reimbursements": SQL(
        "SUM(entry.amount) FILTER (WHERE entry.level = 'selling' AND entry.\"group\" = 'reimbursements')"
    ),
    "ads": SQL("SUM(entry.amount) FILTER (WHERE entry.level = 'ads')"),
    "own": SQL("SUM(entry.amount) FILTER (WHERE entry.level = 'own')"),
    "profit": SQL("SUM(entry.amount)"),
}
MARGINS = {
    "net_sales": SQL("sales + refunds"),
    "margin_1": SQL("sales + refunds + goods"),
    "margin_2": SQL("profit - own - ads"),
    "margin_3": SQL("profit - own"),
}
MEASURES = (*SUMS, *MARGINS)
# Ratios of sums: for a row of its columns, for a group of their sums, never the average of other ratios.
RATIOS = {
    "margin_1_rate": "100 * %(margin_1)s / NULLIF(%(net_sales)s, 0)",
    "margin_2_rate": "100 * %(margin_2)s / NULLIF(%(net_sales)s, 0)",
    "margin_3_rate": "100 * %(margin_3)s / NULLIF(%(net_sales)s, 0)",
    "profit_rate": "100 * %(profit)s / NULLIF(%(net_sales)s, 0)",
    "refund_rate": "-100 * %(refunds)s / NULLIF(%(sales)s, 0)",
    "tacos": "-100 * %(ads)s / NULLIF(%(net_sales)s, 0)",
    "break_even_acos": "100 * %(margin_2)s / NULLIF(%(sales)s, 0)",
    "roi": "-100 * %(profit)s / NULLIF(%(goods)s, 0)",
    "profit_per_unit": "%(profit)s / NULLIF(%(units)s, 0)",
    # Costs that do not depend on the price, by what refunds and selling fees leave of each penny of it.
    "break_even_price": """
        CASE WHEN %(sales)s > 0 AND %(units)s > 0 AND %(sales)s + %(refunds)s + %(selling_fees)s > 0 THEN
             GREATEST(-(%(goods)s + %(fulfilment)s + %(storage)s + %(reimbursements)s + %(ads)s), 0) * %(sales)s
             / (%(units)s * (%(sales)s + %(refunds)s + %(selling_fees)s)) END
    """,
}


class ProfitMeasures(models.AbstractModel):
    """What profit reports show of facts: sums, margins, and ratios that are right in every group.

    A report says by what it groups in `_get_dimensions`, and takes its rows from `_get_rows_query`; each of them opens
    its facts.
    """

    _name = "profit.measures"
    _description = "Measures of Profit"
    _auto = False

    company_id = fields.Many2one("res.company", readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [("booked", "Booked"), ("estimated", "Estimated")],
        readonly=True,
        help="Booked: in the ledger. Estimated: until the settlement or bill comes.",
    )
    units = fields.Float("Units Sold", readonly=True, help="Less refunded ones.")
    sales = fields.Monetary(readonly=True, help="With promotions and subsidies, before refunds.")
    refunds = fields.Monetary(readonly=True)
    net_sales = fields.Monetary(readonly=True, help="Sales less refunds.")
    goods = fields.Monetary("Cost of Goods", readonly=True, help="All components of the cost layers. Negative: a cost.")
    margin_1 = fields.Monetary(readonly=True, help="Net sales less cost of goods.")
    selling_fees = fields.Monetary(readonly=True, help="Commissions and other fees of selling. Negative: a cost.")
    fulfilment = fields.Monetary("Fulfilment and Inbound", readonly=True)
    storage = fields.Monetary(readonly=True)
    reimbursements = fields.Monetary(readonly=True)
    margin_2 = fields.Monetary(readonly=True, help="Margin 1 less fees, fulfilment and storage.")
    ads = fields.Monetary("Advertising", readonly=True)
    margin_3 = fields.Monetary(readonly=True, help="Margin 2 less advertising.")
    own = fields.Monetary("Own Costs", readonly=True)
    profit = fields.Monetary(readonly=True, help="Margin 3 less own costs.")

    margin_1_rate = fields.Float("Margin 1 (%)", readonly=True, aggregator="avg", digits=(16, 2), help="Of net sales.")
    margin_2_rate = fields.Float("Margin 2 (%)", readonly=True, aggregator="avg", digits=(16, 2), help="Of net sales.")
    margin_3_rate = fields.Float("Margin 3 (%)", readonly=True, aggregator="avg", digits=(16, 2), help="Of net sales.")
    profit_rate = fields.Float("Profit (%)", readonly=True, aggregator="avg", digits=(16, 2), help="Of net sales.")
    refund_rate = fields.Float(
        "Refunds (%)", readonly=True, aggregator="avg", digits=(16, 2), help="Of sales before refunds."
    )
    tacos = fields.Float(
        "TACOS (%)",
        readonly=True,
        aggregator="avg",
        digits=(16, 2),
        help="Advertising by all net sales. ACOS, by sales from advertising, needs the figures of the advertising "
        "account.",
    )
    break_even_acos = fields.Float(
        "Break-Even ACOS (%)",
        readonly=True,
        aggregator="avg",
        digits=(16, 2),
        help="Advertising may take so much of a sale before it earns nothing: margin 2 by sales before refunds.",
    )
    roi = fields.Float("ROI (%)", readonly=True, aggregator="avg", digits=(16, 2), help="Profit by cost of goods.")
    profit_per_unit = fields.Monetary(readonly=True, aggregator="avg")
    break_even_price = fields.Monetary(
        readonly=True,
        aggregator="avg",
        help="Price of a unit, without tax, at which margin 3 is nothing: goods, fulfilment, storage and advertising "
        "of a unit, by what refunds and selling fees leave of the price.",
    )

    def _get_dimensions(self):
        """What a row is about: ``{column: SQL of profit_entry AS entry}``, company_id and state among them."""
        raise NotImplementedError

    def _get_aggregates(self):
        """Further columns of a row: ``{column: aggregate of profit_entry AS entry}``."""
        return {}

    def _get_rows_query(self, condition):
        """The rows of the report: a SELECT of an id, the dimensions, the aggregates, sums, margins and ratios.

        :param SQL condition: facts that count, of profit_entry AS entry
        """
        dimensions = self._get_dimensions()
        return SQL(
            """
            WITH summed AS (
                SELECT MIN(entry.id) AS id, %(dimensions)s, %(sums)s
                  FROM profit_entry AS entry WHERE %(condition)s GROUP BY %(numbers)s
            ), margins AS (
                SELECT *, %(margins)s FROM summed
            )
            SELECT *, %(ratios)s FROM margins
            """,
            dimensions=_select(dimensions),
            sums=_select(
                {**{name: SQL("COALESCE(%s, 0)", term) for name, term in SUMS.items()}, **self._get_aggregates()}
            ),
            condition=condition,
            numbers=SQL(", ").join(SQL(str(number)) for number in range(2, len(dimensions) + 2)),
            margins=_select(MARGINS),
            ratios=_select(
                {name: SQL(term, **{name: SQL.identifier(name) for name in MEASURES}) for name, term in RATIOS.items()}
            ),
        )

    def _read_group_select(self, aggregate_spec, query):
        """Override of `base`: the ratio of a group is that of its sums."""
        name, _separator, func = aggregate_spec.partition(":")
        if name not in RATIOS or func != "avg":
            return super()._read_group_select(aggregate_spec, query)
        sums = {column: SQL("SUM(%s)", self._field_to_sql(self._table, column, query)) for column in MEASURES}
        return SQL(RATIOS[name], **sums)

    # === SCREENS === #

    def _get_facts_domain(self):
        """Which facts a row is the sum of."""
        self.ensure_one()
        domain = []
        for name in self._get_dimensions():
            if name == "month":
                domain += [("day", ">=", self.month), ("day", "<=", fields.Date.end_of(self.month, "month"))]
            else:
                field = self._fields[name]
                domain.append((name, "=", self[name].id if field.type == "many2one" else self[name]))
        return domain

    def action_open_facts(self):
        """Open the facts that the row is the sum of."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Facts of %s", self.display_name),
            "res_model": "profit.entry",
            "view_mode": "list,pivot,graph",
            "domain": self._get_facts_domain(),
        }


def _select(columns):
    return SQL(", ").join(SQL("%s AS %s", term, SQL.identifier(name)) for name, term in columns.items())
