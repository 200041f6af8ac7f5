"""What estimates are made of, read in a fixed number of queries."""

from collections import defaultdict
from decimal import Decimal

from odoo.addons.marketplace_settlement.models.settlement_posting import unit_of
from odoo.tools import SQL

from ...engine.estimate import OF_MARKETPLACE, Kind, Line, Order, is_refund_to_buyer
from ...engine.rate_card import ZERO

# Service products that carry what buyers pay beside goods, and the kind that settlements call it.
SERVICES = {"shipping": "shipping_credit", "gift_wrap": "gift_wrap", "cod": "cod", "tip": "other_income",
            "other": "other_income"}  # fmt: skip
# What a marketplace adds in the buyer's place, by the kind of charge.
SUBSIDIES = {"shipping": "shipping_rebate", "shipping_discount": "shipping_rebate"}

# Orders whose sale is in the ledger: posted settlements hold amounts of it.
SETTLED = SQL(
    """
    SELECT line.order_id, min(item.date) AS day
      FROM marketplace_settlement_line line
      JOIN marketplace_fee_kind kind ON kind.id = line.kind_id
      JOIN account_move_line item ON item.id = line.move_line_id AND item.parent_state = 'posted'
     WHERE line.order_id IS NOT NULL AND kind."group" = 'sales' AND kind.nature = 'profit'
     GROUP BY line.order_id
    """
)


def get_rate_sql(currency, company, day):
    """Units of a currency per company currency on a day, as Odoo finds it; all three are SQL."""
    rates = SQL(
        "SELECT rate FROM res_currency_rate WHERE currency_id = %s AND (company_id IS NULL OR company_id = %s)",
        currency,
        company,
    )
    return SQL(
        "COALESCE((%(rates)s AND name <= %(day)s ORDER BY company_id, name DESC LIMIT 1),"
        " (%(rates)s ORDER BY company_id, name LIMIT 1), 1)",
        rates=rates,
        day=day,
    )


class OrderReader:
    """Orders of one company as the engine wants them.

    :ivar orders: :class:`~...engine.estimate.Order` of those that are open
    :ivar concerned: ids of the orders that may be estimated anew
    :ivar lines: what a stored estimate says of its order line, by the line's id
    :ivar kinds: :class:`~...engine.estimate.Kind` by code
    """

    def __init__(self, estimate, orders):
        self._env = estimate.env
        self.company = estimate.env.company
        self._env.flush_all()
        kinds = self._env["marketplace.fee.kind"].search_fetch([], ["code", "group"])
        self.kinds = {kind.code: Kind(kind.id, kind.code, kind.group) for kind in kinds}
        self.concerned = self._find_unnamed(orders.ids)
        rows = self._fetch_lines()
        sizes = self._env["product.product"].browse({row["product_id"] for row in rows})._get_package_sizes()
        self._units = {
            currency.id: unit_of(currency)
            for currency in self._env["res.currency"].browse({row["currency_id"] for row in rows})
        }
        self.lines = {row["sale_line_id"]: row for row in rows}
        self._booked, self._freight = self._fetch_booked(), self._fetch_freight()
        services = {
            product.id: kind
            for name, kind in {**SERVICES, "collected_tax": "collected_tax"}.items()
            if (product := self._env.ref(f"marketplace.product_{name}", raise_if_not_found=False))
        }
        by_order = defaultdict(list)
        for row in rows:
            by_order[row["order_id"]].append(row)
        self.orders = [self._to_order(found, services, sizes) for found in by_order.values()]

    def _find_unnamed(self, ids):
        """Orders of which no settlement that was read knows the sale."""
        self._env.cr.execute(
            """
            SELECT sale.id FROM sale_order sale
             WHERE sale.id = ANY(%s) AND NOT EXISTS (
                   SELECT 1 FROM marketplace_settlement_line line
                     JOIN marketplace_fee_kind kind ON kind.id = line.kind_id
                    WHERE line.order_id = sale.id AND kind."group" = 'sales')
            """,
            [ids],
        )
        return [row[0] for row in self._env.cr.fetchall()]

    def _fetch_lines(self):
        zone = self.company.partner_id.tz or "UTC"
        company = self.company
        day = SQL("(sale.date_order AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", zone)
        query = SQL(
            _LINES,
            orders=self.concerned,
            zone=zone,
            day=day,
            rate=get_rate_sql(SQL("sale.currency_id"), SQL("%s", company.root_id.id), day),
            own_rate=get_rate_sql(SQL("%s", company.currency_id.id), SQL("%s", company.root_id.id), day),
        )
        self._env.cr.execute(query)
        rows = self._env.cr.dictfetchall()
        for row in rows:
            row.update({name: Decimal(row[name]) for name in ("units", "total", "tax")})
            row["rate"] = Decimal(row.pop("own_rate")) / Decimal(row["rate"])
        return rows

    def _fetch_booked(self):
        """Fees and refunds that the marketplace booked and has not settled: ``{order: [(Kind, line, amount)]}``."""
        self._env.cr.execute(_BOOKED, [self.concerned])
        by_key = {kind.key: kind for kind in self.kinds.values()}
        booked = defaultdict(list)
        for order, kind, line, amount in self._env.cr.fetchall():
            kind = by_key[kind]
            if kind.group in OF_MARKETPLACE or kind.group == "refunds" or is_refund_to_buyer(kind):
                booked[order].append((kind, line, Decimal(amount)))
        return booked

    def _fetch_freight(self):
        """What carriers ask for done transfers, in the company's currency: ``{order: amount}``."""
        self._env.cr.execute(
            """
            SELECT sale_id, sum(carrier_price)::text FROM stock_picking
             WHERE sale_id = ANY(%s) AND state = 'done' AND carrier_price > 0 GROUP BY sale_id
            """,
            [self.concerned],
        )
        unit = unit_of(self.company.currency_id)
        return {order: -Decimal(amount).quantize(unit) for order, amount in self._env.cr.fetchall()}

    def _to_order(self, rows, services, sizes):
        first = rows[0]
        goods = [row for row in rows if row["product_id"] not in services]
        extra, on_top = {}, ZERO
        for row in rows:
            kind = services.get(row["product_id"])
            if kind == "collected_tax":
                on_top += row["total"]
            elif kind:
                total, tax = extra.get(kind, (ZERO, ZERO))
                extra[kind] = (total + row["total"], tax + row["tax"])
        # Goods count as delivered each for itself.
        return Order(
            provider=first["provider"],
            shop=first["shop_id"],
            shop_country=first["shop_country_id"],
            currency=first["currency_id"],
            unit=self._units[first["currency_id"]],
            day=first["ordered"],
            lines=tuple(self._to_line(row, sizes) for row in goods),
            fulfilment=first["fulfilment"] or "merchant",
            services=extra,
            subsidies=self._read_subsidies(first),
            tax_on_top=on_top,
            booked=tuple(self._booked.get(first["order_id"], ())),
            freight=self._freight.get(first["order_id"], ZERO),
            freight_currency=self.company.currency_id.id,
            freight_unit=unit_of(self.company.currency_id),
        )

    def _to_line(self, row, sizes):
        return Line(
            key=row["sale_line_id"],
            units=row["units"],
            total=row["total"],
            tax=row["tax"],
            categories=tuple(int(part) for part in reversed((row["parent_path"] or "").strip("/").split("/")) if part),
            size=sizes[row["product_id"]],
        )

    def _read_subsidies(self, row):
        found = defaultdict(Decimal)
        for part in row["subsidies"] or ():
            if part["currency"] == row["currency"]:
                found[SUBSIDIES.get(part["kind"], "marketplace_discount")] += Decimal(part["amount"])
        return found


_LINES = """
    SELECT sale.company_id, shop.account_id, shop.provider, shop.id AS shop_id, shop.country_id AS shop_country_id,
           COALESCE(delivery.country_id, shop.country_id) AS country_id, sale.id AS order_id, line.id AS sale_line_id,
           line.product_id, line.product_uom_qty::text AS units, sale.currency_id, currency.name AS currency,
           line.price_total::text AS total, (line.price_total - line.price_subtotal)::text AS tax, category.parent_path,
           sale.marketplace_fulfilment AS fulfilment, sale.marketplace_subsidies AS subsidies, %(day)s AS ordered,
           line.qty_delivered >= line.product_uom_qty AS delivered,
           CASE WHEN line.qty_delivered >= line.product_uom_qty THEN COALESCE(
                (COALESCE(line.marketplace_shipped_at,
                          (SELECT max(move.date) FROM stock_move move
                            WHERE move.sale_line_id = line.id AND move.state = 'done'))
                 AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date, %(day)s) ELSE %(day)s END AS day,
           %(rate)s::text AS rate, %(own_rate)s::text AS own_rate
      FROM sale_order sale
      JOIN sale_order_line line ON line.order_id = sale.id AND line.display_type IS NULL
      JOIN marketplace_shop shop ON shop.id = sale.marketplace_shop_id
      JOIN res_currency currency ON currency.id = sale.currency_id
      JOIN product_product product ON product.id = line.product_id
      JOIN product_template template ON template.id = product.product_tmpl_id
      LEFT JOIN product_category category ON category.id = template.categ_id
      LEFT JOIN res_partner delivery ON delivery.id = sale.partner_shipping_id
     WHERE sale.id = ANY(%(orders)s) AND sale.state = 'sale' AND line.product_uom_qty > 0
     ORDER BY sale.id, line.sequence, line.id
"""
# A SKU names its line where the order has one line of it.
_BOOKED = """
    SELECT sale.id, entry.kind_id,
           (SELECT min(item.id) FROM marketplace_listing listing
              JOIN sale_order_line item ON item.order_id = sale.id AND item.product_id = listing.product_id
             WHERE listing.shop_id = sale.marketplace_shop_id AND listing.sku = entry.sku
            HAVING count(DISTINCT item.id) = 1) AS line,
           sum(entry.amount)::text
      FROM sale_order sale
      JOIN marketplace_shop shop ON shop.id = sale.marketplace_shop_id
      JOIN marketplace_transaction transaction ON transaction.account_id = shop.account_id
       AND transaction.order_ref = sale.marketplace_ref AND transaction.state IN ('deferred', 'released')
       AND transaction.currency_id = sale.currency_id
      JOIN marketplace_transaction_line entry ON entry.transaction_id = transaction.id
      JOIN marketplace_fee_kind kind ON kind.id = entry.kind_id AND kind.nature = 'profit'
     WHERE sale.id = ANY(%s)
     GROUP BY 1, 2, 3
     ORDER BY 1, 2, 3
"""
