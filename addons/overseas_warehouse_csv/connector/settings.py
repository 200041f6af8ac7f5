"""What nobody but the seller can say about a warehouse without an API."""

from dataclasses import dataclass

from ...overseas_warehouse.contract import Service, WarehouseInfo


@dataclass(frozen=True, slots=True)
class Settings:
    """Standing data of an account.

    :param warehouses: :class:`WarehouseInfo` of the operator
    :param services: :class:`Service` that it ships by
    :param chinese: whether headings of the files for the warehouse are Chinese
    :param excel: whether these files are Excel workbooks, else CSV
    """

    warehouses: tuple[WarehouseInfo, ...]
    services: tuple[Service, ...] = ()
    chinese: bool = False
    excel: bool = False
