"""Warehouses as a person types them."""

from ...overseas_warehouse.contract import WarehouseInfo


def read_warehouses(text):
    """Lines of code, name and country as list of :class:`WarehouseInfo`.

    :raise ValueError: a line that is none; its text
    """
    return [_read_line(line) for line in text.splitlines() if line.strip()]


def _read_line(line):
    parts = [part.strip() for part in line.split(",")]
    if len(parts) != 3 or not all(parts) or not (len(parts[2]) == 2 and parts[2].isalpha()):
        raise ValueError(line.strip())
    return WarehouseInfo(parts[0], parts[1], parts[2].upper())
