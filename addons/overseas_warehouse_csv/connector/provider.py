"""The provider of warehouses without an API."""

import time

from ...marketplace.contract import Page
from ...overseas_warehouse.contract import (
    InboundState,
    InboundStatus,
    OutboundState,
    OutboundStatus,
    ProductState,
    ProductStatus,
    Provider,
    ProviderCapability,
)
from . import reports
from .documents import notice_rows, order_rows, product_rows, send


class FileProvider(Provider):
    """One operator, by the files of a folder. The warehouse's number of a notice or order is ours.

    :param Folder folder: of the account
    :param Settings settings: of the account
    :param clock: returns epoch seconds
    """

    capabilities = frozenset(
        {
            ProviderCapability.SERVICES,
            ProviderCapability.PRODUCTS,
            ProviderCapability.STOCK,
            ProviderCapability.INBOUND,
            ProviderCapability.OUTBOUND,
            ProviderCapability.RETURNS,
            ProviderCapability.BILLS,
        }
    )

    def __init__(self, folder, settings, clock=time.time):
        self._folder = folder
        self._settings = settings
        self._clock = clock

    def fetch_warehouses(self):
        self._folder.check()
        return list(self._settings.warehouses)

    def fetch_services(self, warehouse):
        return list(self._settings.services)

    def push_products(self, cards):
        return self._send("products", cards, product_rows)

    def fetch_products(self, skus):
        """Products that the warehouse was told; it does not answer."""
        known = self._folder.written("products")
        return [ProductState(sku, ProductStatus.PENDING, external_id=sku) for sku in skus if sku in known]

    def fetch_stock(self, warehouses, token=""):
        index = int(token or 0)
        if index >= len(warehouses):
            return Page(())
        following = index + 1
        lines = reports.stock(self._folder, warehouses[index])
        return Page(lines, next_token=str(following) if following < len(warehouses) else "")

    def create_inbounds(self, notices):
        return self._send("notices", notices, notice_rows)

    def fetch_inbounds(self, handles):
        return self._states("notices", handles, reports.inbounds, InboundState, InboundStatus.ANNOUNCED)

    def create_outbounds(self, orders):
        return self._send("orders", orders, order_rows)

    def fetch_outbounds(self, handles):
        return self._states("orders", handles, reports.outbounds, OutboundState, OutboundStatus.ACCEPTED)

    def fetch_returns(self, warehouses, since, token=""):
        found, broken = reports.returns(self._folder, warehouses, since)
        return Page(tuple(found), broken=broken)

    def fetch_bills(self, since, until, token=""):
        found, broken = reports.bills(self._folder, since, until)
        return Page(tuple(found), broken=broken)

    def _send(self, kind, records, rows_of):
        return send(self._folder, self._settings, self._clock, kind, records, rows_of)

    def _states(self, kind, handles, read, state, beginning):
        """What was reported of documents that were written; of the others nothing is known."""
        reported, written = read(self._folder), self._folder.written(kind)
        references = [handle.reference for handle in handles if handle.reference in written]
        return [reported.get(reference) or state(reference, reference, beginning) for reference in references]
