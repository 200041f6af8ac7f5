"""Fulfilment by Amazon: stock, ledger, inbound shipments and multi-channel orders. Plain Python."""

from .fba import AmazonFba, read_report
from .journey import Arrangement, ChoiceNeeded, Journey
from .provider import FbaProvider

__all__ = ["AmazonFba", "Arrangement", "ChoiceNeeded", "FbaProvider", "Journey", "read_report"]
