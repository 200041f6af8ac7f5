"""Fulfilment by Amazon: stock, ledger, inbound shipments and multi-channel orders. Plain Python."""

from .fba import AmazonFba
from .journey import Arrangement, ChoiceNeeded, Journey

__all__ = ["AmazonFba", "Arrangement", "ChoiceNeeded", "Journey"]
