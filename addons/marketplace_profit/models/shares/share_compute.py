import hashlib
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.tools import SQL

from ...engine.share import Basis, Source, share_out

# What facts of one pool have in common; a voucher shares them together.
POOL = ("kind_id", "account_id", "shop_id", "country_id", "ledger_account_id", "currency_id")
_PART_COLUMNS = (
    "share_id", "source_id", "company_id", "kind_id", "currency_id", "shop_id", "product_id", "sale_line_id",
    "value", "percentage", "amount", "amount_currency",
)  # fmt: skip


class ProfitShare(models.Model):
    """How parts are computed: costs in pools, a rule for each, its driver's weights, largest remainder."""

    _inherit = "profit.share"

    @api.depends("month", "company_id", "digest", "state")
    def _compute_is_outdated(self):
        blue = self.filtered(lambda share: share.state != "reversed" and not share.reversal_of_id)
        pools = blue._read_pools()
        for share in self:
            share.is_outdated = share in blue and share.digest != _get_digest(pools[share])

    def _compute_shares(self):
        """Share the costs of each voucher's month anew."""
        self.lock_for_update()
        self.sudo().source_ids.unlink()
        all_pools = self._read_pools()
        for share in self:
            pools = all_pools[share]
            share._write_parts(pools)
            share.sudo().write(
                {
                    "digest": _get_digest(pools),
                    "computed_at": fields.Datetime.now(),
                    "computed_by_id": self.env.uid,
                }
            )

    def _read_pools(self):
        """Booked facts of the vouchers' months that name neither SKU nor order, in pools; one query.

        :return: ``{voucher: [{column of POOL: id, "amount", "amount_currency", "fact_count", "day"}]}``
        """
        pools = {share: [] for share in self}
        if not self:
            return pools
        self.env["profit.entry"].flush_model()
        columns = SQL(", ").join(SQL.identifier(column) for column in POOL)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT company_id, date_trunc('month', day)::date, %(columns)s, SUM(amount)::text,
                       SUM(amount_currency)::text, COUNT(*), MAX(day)
                  FROM profit_entry
                 WHERE company_id IN %(companies)s AND day >= %(first)s AND day < %(end)s
                   AND date_trunc('month', day)::date IN %(months)s
                   AND state = 'booked' AND origin != 'share' AND product_id IS NULL AND order_id IS NULL
                 GROUP BY company_id, date_trunc('month', day)::date, %(columns)s
                HAVING SUM(amount) != 0 OR SUM(amount_currency) != 0
                 ORDER BY company_id, date_trunc('month', day)::date, %(columns)s
                """,
                columns=columns,
                companies=tuple(self.company_id.ids),
                months=tuple(set(self.mapped("month"))),
                first=min(self.mapped("month")),
                end=max(self.mapped("month")) + relativedelta(months=1),
            )
        )
        by_month = {}
        for company, month, *values in rows:
            pool = dict(zip((*POOL, "amount", "amount_currency", "fact_count", "day"), values, strict=True))
            # Odoo reads numbers as floats; as texts they stay exact.
            pool.update({name: Decimal(pool[name]) for name in ("amount", "amount_currency")})
            by_month.setdefault((company, month), []).append(pool)
        return {share: by_month.get((share.company_id.id, share.month), []) for share in self}

    def _write_parts(self, pools):
        """Keep the pools and what of each goes where."""
        self.ensure_one()
        rules = self.env["profit.share.rule"]._get_rules(self.company_id)
        kinds = self.env["marketplace.fee.kind"].browse({pool["kind_id"] for pool in pools})
        currencies = self.env["res.currency"].browse({pool["currency_id"] for pool in pools})
        by_id = {record: record for record in (*kinds, *currencies)}
        known, shared = {}, []
        for pool in pools:
            kind = by_id[kinds.browse(pool["kind_id"])]
            rule = next((rule for rule in rules if rule._covers(pool)), rules.browse())
            driver = rule and rule._get_driver(kind)
            parts = self._share_pool(pool, rule, driver, by_id, known) if driver else []
            shared.append((pool, rule, driver, parts))
        sources = (
            self.env["profit.share.source"]
            .sudo()
            .create([self._prepare_source(pool, rule, driver, parts) for pool, rule, driver, parts in shared])
        )
        rows = []
        for source, (pool, _rule, _driver, parts) in zip(sources, shared, strict=True):
            rows += [self._prepare_part(source, pool, part) for part in parts]
        self._insert_parts(rows)

    def _share_pool(self, pool, rule, driver, by_id, known):
        if (rule, driver) not in known:
            last = self.month + relativedelta(day=31)
            weights = self.env["profit.share.driver"]._get_weights(driver, rule, self.company_id, self.month, last)
            known[rule, driver] = Basis(
                weights, rule.target, evenly=driver == "evenly", everywhere=driver == "percentage"
            )
        currency = by_id[self.env["res.currency"].browse(pool["currency_id"])]
        source = Source(
            pool["account_id"],
            pool["shop_id"],
            pool["amount"],
            pool["amount_currency"],
            _get_unit(self.currency_id),
            _get_unit(currency),
        )
        return share_out(source, known[rule, driver].get_targets(source.account, source.shop))

    def _prepare_source(self, pool, rule, driver, parts):
        return {
            **{column: pool[column] for column in (*POOL, "day", "fact_count")},
            "share_id": self.id,
            "rule_id": rule.id,
            "driver": driver or False,
            "amount": float(pool["amount"]),
            "amount_currency": float(pool["amount_currency"]),
            "is_shared": bool(parts),
            "part_count": len(parts),
        }

    def _prepare_part(self, source, pool, part):
        return (
            self.id, source.id, self.company_id.id, pool["kind_id"], pool["currency_id"], part.target.shop,
            part.target.product, part.target.line, part.value, part.percentage, part.amount, part.amount_currency,
        )  # fmt: skip

    @api.model
    def _insert_parts(self, rows):
        """Insert parts in one statement: a month may have a hundred thousand."""
        if rows:
            columns = ", ".join(_PART_COLUMNS)
            self.env.cr.execute_values(
                f"INSERT INTO profit_share_line ({columns}) VALUES %s", rows, page_size=len(rows)
            )
        self.env["profit.share.line"].invalidate_model()
        self.invalidate_recordset(["line_ids", "line_count", "amount", "amount_shared", "amount_left"])

    def _copy_negated(self, red):
        """Give a red voucher the shared costs and the parts of this one with the opposite sign."""
        sources = self.sudo().source_ids.filtered("is_shared")
        copies = sources.create(
            [
                {
                    **values,
                    "share_id": red.id,
                    "amount": -values["amount"],
                    "amount_currency": -values["amount_currency"],
                    "day": red.month,
                }
                for values in sources.copy_data()
            ]
        )
        self.env.flush_all()
        pairs = list(zip(sources.ids, copies.ids, strict=True))
        if pairs:
            self.env.cr.execute_values(
                """
                INSERT INTO profit_share_line (share_id, source_id, company_id, kind_id, currency_id, shop_id,
                                               product_id, sale_line_id, value, percentage, amount, amount_currency)
                SELECT copy.share_id, copy.id, line.company_id, line.kind_id, line.currency_id, line.shop_id,
                       line.product_id, line.sale_line_id, line.value, line.percentage, -line.amount,
                       -line.amount_currency
                  FROM (VALUES %s) AS pair (source, copy)
                  JOIN profit_share_line AS line ON line.source_id = pair.source
                  JOIN profit_share_source AS copy ON copy.id = pair.copy
                 ORDER BY line.id
                """,
                pairs,
                page_size=len(pairs),
            )
        red._insert_parts([])


def _get_unit(currency):
    return Decimal(1).scaleb(-currency.decimal_places)


def _get_digest(pools):
    """A fingerprint of what is shared. Postings that do not change a pool's sum do not change what is shared."""
    text = "\n".join(
        "|".join(str(pool[column] or "") for column in (*POOL, "amount", "amount_currency")) for pool in pools
    )
    return hashlib.sha256(text.encode()).hexdigest()
