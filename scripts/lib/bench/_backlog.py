"""A large database fast: imported orders copied in SQL, with everything that hangs on them."""

#: Copied tables, and the columns whose values have to differ from copy to copy.
TABLES = {
    "res_partner": ("name", "email", "marketplace_key"),
    "sale_order": ("name", "marketplace_ref", "client_order_ref"),
    "sale_order_line": (),
    "stock_reference": ("name",),
    "stock_picking": ("name",),
    "stock_move": (),
    "stock_move_line": (),
    "marketplace_inbox": ("external_id",),
}
SEED = 500


def grow_backlog(env, count: int) -> None:
    """Copy the last imported merchant orders until the database holds ``count`` orders; the copies are delivered.

    Every row keeps its values but for its id, its references to other copied rows, and what has to be unique.
    """
    seed = env["sale.order"].search([("marketplace_fulfilment", "=", "merchant")], order="id desc", limit=SEED)
    missing = count - env["sale.order"].search_count([])
    env.flush_all()
    copier = _Copier(env.cr, _rows_of(seed), copies=-(-missing // len(seed)))
    for table in TABLES:
        copier.copy(table)
    for table, references in copier.link_tables().items():
        copier.copy_links(table, references)
    copier.deliver()
    copier.finish()
    env.invalidate_all()


def _rows_of(orders) -> dict[str, list[int]]:
    moves = orders.order_line.move_ids
    records = (
        orders.partner_id | orders.partner_shipping_id,
        orders,
        orders.order_line,
        orders.stock_reference_ids,
        orders.picking_ids,
        moves,
        moves.move_line_ids,
        orders.marketplace_inbox_ids,
    )
    return {table: recordset.ids for table, recordset in zip(TABLES, records, strict=True)}


class _Copier:
    """Copy number ``copy`` of a row gets the id ``id + start + copy * step``, so references can be computed.

    :param rows: ids of the rows to copy, by table
    """

    def __init__(self, cr, rows: dict[str, list[int]], copies: int):
        self.cr = cr
        self.rows = rows
        self.copies = copies
        self.step = {table: max(ids) - min(ids) + 1 for table, ids in rows.items()}
        self.last = {table: self._query(f"SELECT max(id) FROM {table}")[0][0] for table in rows}

    def _query(self, statement: str, *values) -> list[tuple]:
        self.cr.execute(statement, values)
        return self.cr.fetchall()

    def copy(self, table: str) -> None:
        references = self._references(table)
        columns = self._columns(table)
        values = [self._value(table, column, references) for column in columns]
        names = ", ".join(f'"{column}"' for column in columns)
        self.cr.execute(
            f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} "
            f"FROM {table}, generate_series(0, {self.copies - 1}) AS copy WHERE id IN %s",
            [tuple(self.rows[table])],
        )

    def _value(self, table: str, column: str, references: dict[str, str]) -> str:
        if column == "id":
            return self._shifted("id", table)
        if column in references:
            return self._shifted(f'"{column}"', references[column])
        return f"\"{column}\" || '-' || copy" if column in TABLES[table] else f'"{column}"'

    def _shifted(self, column: str, table: str) -> str:
        """A reference into the same copy where the row it refers to is copied, else unchanged."""
        low, high = min(self.rows[table]), max(self.rows[table])
        shift = self.last[table] + 1 - low
        return f"CASE WHEN {column} BETWEEN {low} AND {high} THEN {column} + {shift} + copy * {self.step[table]} ELSE {column} END"

    def _references(self, table: str) -> dict[str, str]:
        """Column → the copied table that it refers to."""
        found = self._query(
            """
            SELECT attribute.attname, foreign_key.confrelid::regclass::text
              FROM pg_constraint foreign_key
              JOIN pg_attribute attribute
                ON attribute.attrelid = foreign_key.conrelid AND attribute.attnum = foreign_key.conkey[1]
             WHERE foreign_key.contype = 'f' AND foreign_key.conrelid = %s::regclass
            """,
            table,
        )
        return {column: target for column, target in found if target in self.rows}

    def _columns(self, table: str) -> list[str]:
        found = self._query(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped", table
        )
        return [column for (column,) in found]

    def link_tables(self) -> dict[str, dict[str, str]]:
        """Tables of many-to-many links from or to copied rows, with their references."""
        found = self._query(
            """
            SELECT DISTINCT foreign_key.conrelid::regclass::text
              FROM pg_constraint foreign_key
             WHERE foreign_key.contype = 'f' AND foreign_key.confrelid::regclass::text IN %s
               AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = foreign_key.conrelid AND a.attname = 'id')
            """,
            tuple(self.rows),
        )
        return {table: self._references(table) for (table,) in found}

    def copy_links(self, table: str, references: dict[str, str]) -> None:
        columns = self._columns(table)
        values = [self._shifted(column, references[column]) if column in references else column for column in columns]
        belongs = " OR ".join(f"{column} IN %s" for column in references)
        self.cr.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} "
            f"FROM {table}, generate_series(0, {self.copies - 1}) AS copy WHERE {belongs} ON CONFLICT DO NOTHING",
            [tuple(self.rows[target]) for target in references.values()],
        )

    def deliver(self) -> None:
        """Mark the copies as delivered: they are history, and hold no stock back."""
        done = {
            "stock_picking": "state = 'done', date_done = now()",
            "stock_move": "state = 'done', picked = true",
            "stock_move_line": "state = 'done', picked = true",
            "sale_order_line": "qty_delivered = product_uom_qty",
            "sale_order": "delivery_status = 'full', marketplace_status = 'shipped'",
        }
        for table, values in done.items():
            self.cr.execute(f"UPDATE {table} SET {values} WHERE id > %s", [self.last[table]])

    def finish(self) -> None:
        """Let new rows follow the copies, and the planner know them."""
        for table in self.rows:
            self.cr.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")
        self.cr.commit()
        self.cr.execute(f"ANALYZE {', '.join(self.rows)}")
        self.cr.commit()
