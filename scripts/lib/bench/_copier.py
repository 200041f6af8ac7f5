"""Much data fast: rows that Odoo made, copied in SQL with everything that hangs on them."""


class Copier:
    """Copies rows of several tables together.

    Every copy keeps the values of its row but for the id, the references to other copied rows, and what has to be
    unique. Copy number ``copy`` of a row gets the id ``id + shift + copy * step``, so references can be computed.

    :param rows: ids of the rows to copy, by table
    :param unique: text columns that get the number of the copy at their end, by table
    """

    def __init__(self, cr, rows: dict[str, list[int]], unique: dict[str, tuple[str, ...]], copies: int):
        self.cr = cr
        self.rows = rows
        self.unique = unique
        self.copies = copies
        self.last = {table: self._query(f"SELECT max(id) FROM {table}")[0][0] for table in rows}

    def run(self) -> None:
        """Make the copies; the caller commits."""
        for table in self.rows:
            self._copy(table)
        for table in self._link_tables():
            self._copy_links(table)
        for table in self.rows:
            self.cr.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")

    def _query(self, statement: str, *values) -> list[tuple]:
        self.cr.execute(statement, values)
        return self.cr.fetchall()

    def _copy(self, table: str) -> None:
        references = self._references(table)
        columns = self._columns(table)
        values = [self._value(table, column, references) for column in columns]
        self.cr.execute(
            f"INSERT INTO {table} ({', '.join(map(_quoted, columns))}) SELECT {', '.join(values)} "
            f"FROM {table}, generate_series(0, {self.copies - 1}) AS copy WHERE id IN %s",
            [tuple(self.rows[table])],
        )

    def _value(self, table: str, column: str, references: dict[str, str]) -> str:
        if column == "id":
            return self._shifted(column, table)
        if column in references:
            return self._shifted(column, references[column])
        return f"{_quoted(column)} || '-' || copy" if column in self.unique.get(table, ()) else _quoted(column)

    def _shifted(self, column: str, table: str) -> str:
        """A reference into the same copy where the row it refers to is copied, else unchanged."""
        low, high = min(self.rows[table]), max(self.rows[table])
        shift, step = self.last[table] + 1 - low, high - low + 1
        name = _quoted(column)
        return f"CASE WHEN {name} BETWEEN {low} AND {high} THEN {name} + {shift} + copy * {step} ELSE {name} END"

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

    def _link_tables(self) -> list[str]:
        """Tables of many-to-many links from or to copied rows."""
        found = self._query(
            """
            SELECT DISTINCT foreign_key.conrelid::regclass::text
              FROM pg_constraint foreign_key
             WHERE foreign_key.contype = 'f' AND foreign_key.confrelid::regclass::text IN %s
               AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = foreign_key.conrelid AND a.attname = 'id')
            """,
            tuple(self.rows),
        )
        return [table for (table,) in found]

    def _copy_links(self, table: str) -> None:
        references = self._references(table)
        columns = self._columns(table)
        values = [self._value("", column, references) for column in columns]
        belongs = " OR ".join(f"{_quoted(column)} IN %s" for column in references)
        self.cr.execute(
            f"INSERT INTO {table} ({', '.join(map(_quoted, columns))}) SELECT {', '.join(values)} "
            f"FROM {table}, generate_series(0, {self.copies - 1}) AS copy WHERE {belongs} ON CONFLICT DO NOTHING",
            [tuple(self.rows[target]) for target in references.values()],
        )


def _quoted(column: str) -> str:
    return f'"{column}"'
