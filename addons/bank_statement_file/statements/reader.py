"""Finds out what a file is, and reads it."""

from .camt import is_camt, read_camt
from .ofx import is_ofx, read_ofx
from .table import read_table_statements


def read_statements(content, layouts):
    """The statements of a file, each with a balance that follows from its transactions.

    :param bytes content: OFX, CAMT.053/054, CSV or Excel
    :param layouts: `Layout`s among which a table is recognised by its headings
    :return: ``(format, [Statement])``; the format is ``OFX``, ``CAMT`` or the layout's name
    :raise InvalidPayload: with the place and the reason
    """
    if is_camt(content):
        origin, statements = "CAMT", read_camt(content)
    elif is_ofx(content):
        origin, statements = "OFX", read_ofx(content)
    else:
        origin, statements = read_table_statements(content, layouts)
    for statement in statements:
        statement.check_balance()
    return origin, statements
