"""What an operator's price list says that goods cost there. Plain Python, no Odoo."""

from .price_list import Layer, Measures, Price, PriceList

__all__ = ["Layer", "Measures", "Price", "PriceList"]
