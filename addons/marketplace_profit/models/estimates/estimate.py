from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine.estimate import expect
from .estimate_sources import SETTLED, OrderReader

# Orders that are estimated in one go, and for how long an unsettled order is looked at again.
BATCH = 1000
DAYS = 180
_COLUMNS = (
    "company_id", "account_id", "provider", "shop_id", "country_id", "order_id", "sale_line_id", "product_id",
    "kind_id", "day", "delivered", "units", "currency_id", "amount_currency", "tax_currency", "base_currency",
    "percentage", "amount", "source", "rate_id",
)  # fmt: skip


class ProfitEstimate(models.Model):
    """What an order line will bring or cost, before its settlement or bill says so. Made anew while the order is not
    settled, and kept as it was then: the bridge compares it with what was really charged."""

    _name = "profit.estimate"
    _description = "Estimated Amount"
    _order = "day desc, order_id desc, kind_id, id"
    _rec_name = "kind_id"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    account_id = fields.Many2one("marketplace.account", "Marketplace Account", readonly=True, ondelete="cascade")
    provider = fields.Char("Marketplace", readonly=True)
    shop_id = fields.Many2one("marketplace.shop", readonly=True, ondelete="cascade")
    country_id = fields.Many2one("res.country", readonly=True, help="Where the buyer is.")
    order_id = fields.Many2one("sale.order", required=True, readonly=True, ondelete="cascade", index=True)
    sale_line_id = fields.Many2one("sale.order.line", "Order Line", required=True, readonly=True, ondelete="cascade")
    product_id = fields.Many2one("product.product", "SKU", readonly=True, ondelete="restrict")
    kind_id = fields.Many2one("marketplace.fee.kind", required=True, readonly=True, ondelete="restrict")
    group = fields.Selection(related="kind_id.group")
    day = fields.Date(required=True, readonly=True, help="Of the delivery; until then of the order.")
    delivered = fields.Boolean(readonly=True)
    units = fields.Float(readonly=True, aggregator=None)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount_currency = fields.Monetary(
        "To Be Settled",
        readonly=True,
        help="As the settlement will state it: positive to you, tax of the sale included.",
    )
    tax_currency = fields.Monetary("Tax in It", readonly=True)
    base_currency = fields.Monetary("Base", readonly=True, aggregator=None, help="What the percentage is of.")
    percentage = fields.Float("Rate (%)", digits=(16, 4), readonly=True, aggregator=None)
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    amount = fields.Monetary(
        "Profit",
        "company_currency_id",
        required=True,
        readonly=True,
        help="Without tax, at Odoo's rate of the order's day.",
    )
    source = fields.Selection(
        [
            ("order", "Order"),
            ("booked", "Booked by the Marketplace"),
            ("freight", "Carrier's Price"),
            ("card", "Rate Card"),
            ("learned", "Measured Rate"),
        ],
        required=True,
        readonly=True,
        help="Booked by the marketplace: it has stated the amount, but not settled it yet. Measured rate: from your "
        "own settlements.",
    )
    rate_id = fields.Many2one("profit.rate", "Row of the Rate Card", readonly=True, ondelete="set null", index=True)
    is_settled = fields.Boolean("Settled", compute="_compute_is_settled", search="_search_is_settled")
    why = fields.Char(compute="_compute_why")

    _line_uniq = models.Constraint("UNIQUE(sale_line_id, kind_id)", "An amount of a line is estimated once.")
    _day_idx = models.Index("(company_id, day)")

    # === COMPUTE METHODS === #

    def _compute_is_settled(self):
        settled = set(self.search([("id", "in", self.ids), ("is_settled", "=", True)]).ids)
        for estimate in self:
            estimate.is_settled = estimate.id in settled

    def _search_is_settled(self, operator, value):
        if operator != "in":
            return NotImplemented
        orders = SQL("(SELECT order_id FROM (%s) AS settled)", SETTLED)
        settled = [("order_id", "in", orders)]
        return settled if True in value else ["!", *settled]

    @api.depends("source", "percentage", "base_currency", "rate_id", "amount_currency")
    @api.depends_context("lang")
    def _compute_why(self):
        for estimate in self:
            estimate.why = estimate._describe()

    def _describe(self):
        if self.source not in ("card", "learned"):
            return dict(self._fields["source"]._description_selection(self.env))[self.source]
        name = self.rate_id.name or self.env._("a row that was deleted")
        if self.percentage:
            return self.env._(
                "%(rate)s %% of %(base)s: %(row)s",
                rate=f"{self.percentage:g}",
                base=self.currency_id.format(self.base_currency),
                row=name,
            )
        return self.env._("%(units)s × fixed fee: %(row)s", units=f"{self.units:g}", row=name)

    # === MAKING === #

    @api.model
    def _cron_estimate(self):
        """Have the open orders of each company estimated, in the background."""
        companies = self.env["marketplace.account"].sudo()._read_group([], ["company_id"])
        for (company,) in companies:
            self._enqueue_estimate(company)

    @api.model
    def _enqueue_estimate(self, company, after=0):
        self.sudo().with_delay(
            identity_key=f"profit.estimate._job_estimate.{company.id}.{after}",
            description=self.env._("Estimate open orders of %s", company.name),
        )._job_estimate(company, after)

    @api.model
    def _job_estimate(self, company, after=0):
        """Estimate the next batch of open orders; the one after that is a job of its own. Running it twice changes
        nothing."""
        orders = self.env["sale.order"].search(
            [*self._get_open_domain(company), ("id", ">", after)], order="id", limit=BATCH
        )
        self._estimate(orders)
        if len(orders) == BATCH:
            self._enqueue_estimate(company, orders[-1].id)

    @api.model
    def _get_open_domain(self, company):
        first = fields.Date.subtract(fields.Date.context_today(self), days=DAYS)
        return [("company_id", "=", company.id), ("marketplace_shop_id", "!=", False), ("date_order", ">=", first)]

    @api.model
    def _estimate(self, orders):
        """Estimate orders that no settlement has named yet; of cancelled ones nothing is left to come.

        A constant number of queries for each company, however many orders there are.

        :return: number of amounts
        """
        count = 0
        for company, of_company in orders.sudo().grouped("company_id").items():
            reader = OrderReader(self.sudo().with_company(company), of_company)
            cards = self.env["profit.rate"]._get_cards(company)
            rows = [
                self._to_row(reader, order, expected)
                for order in reader.orders
                for expected in expect(order, cards, reader.kinds)
            ]
            self._store(reader.concerned, rows)
            count += len(rows)
        return count

    @api.model
    def _to_row(self, reader, order, expected):
        line = reader.lines[expected.line]
        rate = Decimal(1) if expected.source == "freight" else line["rate"]
        amount = float((expected.amount - expected.tax) * rate)
        values = {
            **{name: line[name] for name in _COLUMNS if name in line},
            "kind_id": expected.kind,
            "currency_id": expected.currency,
            "amount_currency": expected.amount,
            "tax_currency": expected.tax,
            "base_currency": expected.base,
            "percentage": expected.percentage,
            "amount": reader.company.currency_id.round(amount),
            "source": expected.source,
            "rate_id": expected.rate,
        }
        return tuple(values[name] for name in _COLUMNS)

    @api.model
    def _store(self, orders, rows):
        """Bring the table in line with new rows of some orders; a row that is the same stays as it was written."""
        self.flush_model()
        cr = self.env.cr
        if rows:
            cr.execute_values(
                _UPSERT, [(*row, self.env.uid, self.env.uid) for row in rows], page_size=len(rows), template=_TEMPLATE
            )
        cr.execute(
            """
            DELETE FROM profit_estimate estimate
             WHERE order_id = ANY(%s)
               AND NOT EXISTS (SELECT 1 FROM unnest(%s::integer[], %s::integer[]) AS kept (line, kind)
                                WHERE kept.line = estimate.sale_line_id AND kept.kind = estimate.kind_id)
            """,
            [
                orders,
                [row[_COLUMNS.index("sale_line_id")] for row in rows],
                [row[_COLUMNS.index("kind_id")] for row in rows],
            ],
        )
        self.invalidate_model()


_CHANGING = [name for name in _COLUMNS if name not in ("sale_line_id", "kind_id")]
_TEMPLATE = "({}, %s, %s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC')".format(", ".join(["%s"] * len(_COLUMNS)))
_UPSERT = """
    INSERT INTO profit_estimate ({columns}, create_uid, write_uid, create_date, write_date) VALUES %s
    ON CONFLICT (sale_line_id, kind_id) DO UPDATE
       SET {changes}, write_uid = EXCLUDED.write_uid, write_date = EXCLUDED.write_date
     WHERE ({old}) IS DISTINCT FROM ({new})
""".format(
    columns=", ".join(_COLUMNS),
    changes=", ".join(f"{name} = EXCLUDED.{name}" for name in _CHANGING),
    old=", ".join(f"profit_estimate.{name}" for name in _CHANGING),
    new=", ".join(f"EXCLUDED.{name}" for name in _CHANGING),
)
