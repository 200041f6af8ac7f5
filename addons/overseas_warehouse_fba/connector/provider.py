"""FBA as an overseas warehouse: other shops' orders leave from it by multi-channel fulfilment.

Each of Amazon's marketplaces is a warehouse. Goods get there by :class:`~.journey.Journey`, which asks a person to
choose, and not by a notice.
"""

from ...marketplace.contract import Page
from ...marketplace.contract.writes import each
from ...overseas_warehouse.contract import (
    Booking,
    FeeKind,
    FeeQuote,
    OutboundState,
    OutboundStatus,
    Provider,
    ProviderCapability,
    Service,
    StockLine,
    WarehouseInfo,
)
from .outbound import McfLine, McfOrder, McfStatus

_SPEEDS = ("Standard", "Expedited", "Priority")
_STATUSES = {
    McfStatus.NEW: OutboundStatus.ACCEPTED,
    McfStatus.RECEIVED: OutboundStatus.ACCEPTED,
    McfStatus.PLANNING: OutboundStatus.PROCESSING,
    McfStatus.PROCESSING: OutboundStatus.PROCESSING,
    McfStatus.COMPLETE: OutboundStatus.SHIPPED,
    McfStatus.PARTIAL: OutboundStatus.SHIPPED,
    McfStatus.CANCELLED: OutboundStatus.CANCELLED,
    McfStatus.UNFULFILLABLE: OutboundStatus.REJECTED,
    McfStatus.INVALID: OutboundStatus.REJECTED,
}
_FEES = {
    "FBAPerOrderFulfillmentFee": FeeKind.HANDLING,
    "FBAPerUnitFulfillmentFee": FeeKind.HANDLING,
    "FBATransportationFee": FeeKind.FREIGHT,
}


class FbaProvider(Provider):
    """One seller account.

    :param AmazonFba fba: see there
    :param str comment: what the packing slip says; Amazon demands one
    """

    capabilities = frozenset(
        {
            ProviderCapability.SERVICES,
            ProviderCapability.STOCK,
            ProviderCapability.OUTBOUND,
            ProviderCapability.OUTBOUND_CANCEL,
            ProviderCapability.QUOTES,
        }
    )

    def __init__(self, fba, comment="Thank you for your order."):
        self.fba = fba
        self._comment = comment

    def fetch_warehouses(self):
        return [
            WarehouseInfo(shop.external_id, f"FBA {shop.name}", shop.country_code) for shop in self.fba.fetch_shops()
        ]

    def fetch_services(self, warehouse):
        return [Service(speed, speed) for speed in _SPEEDS]

    def fetch_stock(self, warehouses, token=""):
        now = self.fba.now()
        lines = tuple(
            _stock_line(warehouse, summary, now)
            for warehouse in warehouses
            for summary in self.fba.fetch_inventory(warehouse)
        )
        return Page(lines)

    def create_outbounds(self, orders):
        return each(orders, self._create, Booking)

    def fetch_outbounds(self, handles):
        states = [self.fba.outbound().fetch(handle.reference) for handle in handles]
        return [_outbound_state(state) for state in states if state is not None]

    def cancel_outbounds(self, handles):
        return each(handles, self._cancel)

    def quote_fees(self, orders):
        return [quote for order in orders for quote in self._quote(order)]

    def _create(self, order):
        (result,) = self.fba.outbound(order.warehouse).ship([self._mcf_order(order)])
        # Amazon has no number of its own for these orders.
        number = order.reference if result.accepted else ""
        return Booking(order.reference, result.accepted, result.message, result.retry_after, number)

    def _cancel(self, handle):
        return self.fba.outbound().cancel(handle.reference)

    def _quote(self, order):
        for offer in self.fba.outbound(order.warehouse).preview(self._mcf_order(order), (order.service,)):
            if offer.possible and offer.speed == order.service:
                fees = tuple((_FEES.get(name, FeeKind.OTHER), amount) for name, amount in offer.fees)
                yield FeeQuote(order.reference, order.service, fees)

    def _mcf_order(self, order):
        return McfOrder(
            reference=order.reference,
            shown_number=order.order_number or order.reference,
            ordered_at=self.fba.now(),
            comment=order.note or self._comment,
            address=order.address,
            lines=tuple(
                McfLine(str(number), line.sku, line.units, line.declared_value)
                for number, line in enumerate(order.lines, 1)
            ),
            speed=order.service,
        )


def _stock_line(warehouse, summary, now):
    return StockLine(
        warehouse=warehouse,
        sku=summary.msku,
        sellable=summary.sellable,
        as_of=summary.updated_at or now,
        reserved=summary.for_orders,
        damaged=sum(summary.unsellable.values()),
        # Between warehouses or being measured: there, but not to be had.
        pending=summary.moving + summary.processing,
        inbound=summary.shipped + summary.receiving,
    )


def _outbound_state(state):
    packages = state.packages
    units = {}
    for package in packages:
        for line, count in package.lines.items():
            sku = state.skus[line]
            units[sku] = units.get(sku, 0) + count
    return OutboundState(
        reference=state.reference,
        external_id=state.reference,
        status=_STATUSES.get(state.status, OutboundStatus.UNKNOWN),
        tracking=", ".join(package.tracking for package in packages if package.tracking),
        carrier=packages[0].carrier if packages else "",
        shipped_at=packages[0].shipped_at if packages else None,
        lines=tuple(units.items()),
        status_text=state.status_text,
    )
