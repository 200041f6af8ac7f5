"""Largest remainder in SQL: shares of rows that add up to the amount of their group, to the smallest coin."""

from odoo.tools import SQL


def sql_share(rows, names):
    """Round shares to whole coins so that those of a group add up to the group's amount.

    As :func:`odoo.addons.marketplace_settlement.engine.spread`: all are rounded down, and what is missing goes, a coin
    each, to the largest remainders, the first of equal ones. A total far from the exact sum is spread evenly on top.

    :param SQL rows: a SELECT with the columns ``part_of`` (the group), ``tie`` (order of equal remainders) and for
        each name: ``<name>_exact``, ``<name>_total`` (of the group) and ``<name>_unit`` (smallest coin)
    :param names: of the amounts
    :return: SQL of a SELECT with all columns of the rows, and each amount by its name
    """
    floors = SQL(", ").join(_format("FLOOR({n}_exact / {n}_unit) * {n}_unit AS {n}_floor", name) for name in names)
    needs = SQL(", ").join(
        _format(
            "ROUND(({n}_total - SUM({n}_floor) OVER (PARTITION BY part_of)) / {n}_unit) AS {n}_need, "
            "ROW_NUMBER() OVER (PARTITION BY part_of ORDER BY {n}_exact - {n}_floor DESC, tie) AS {n}_rank",
            name,
        )
        for name in names
    )
    shares = SQL(", ").join(
        _format(
            "{n}_floor + {n}_unit * (FLOOR({n}_need / size) "
            "+ CASE WHEN {n}_rank <= {n}_need - size * FLOOR({n}_need / size) THEN 1 ELSE 0 END) AS {n}",
            name,
        )
        for name in names
    )
    return SQL(
        """SELECT ranked.*, %(shares)s
             FROM (SELECT floored.*, COUNT(*) OVER (PARTITION BY part_of) AS size, %(needs)s
                     FROM (SELECT exact.*, %(floors)s FROM (%(rows)s) AS exact) AS floored
                  ) AS ranked""",
        shares=shares,
        needs=needs,
        floors=floors,
        rows=rows,
    )


def _format(template, name):
    """Names are those of this addon's code, never of data."""
    return SQL(template.format(n=name))
