"""A warehouse in memory: the smallest that passes the kit, for tests of what is built on the contract."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from itertools import count

from ...marketplace.contract import ActionResult, Label, Money, Page, Rejected
from ..contract import (
    BillLine,
    Booking,
    FeeKind,
    FeeQuote,
    Grade,
    InboundState,
    InboundStatus,
    OutboundState,
    OutboundStatus,
    ProductState,
    ProductStatus,
    Provider,
    ProviderCapability,
    ReceivedLine,
    ReturnedLine,
    ReturnState,
    ReturnStatus,
    Service,
    StockEvent,
    StockEventKind,
    StockLine,
    WarehouseInfo,
)

START = datetime(2026, 1, 5, 8, tzinfo=timezone.utc)
FREIGHT = Money(Decimal("4.20"), "EUR", "4.20")


class MemoryWarehouse:
    """What the warehouse knows.

    :param str code: of the warehouse
    :param dict stock: ``{sku: [sellable, damaged]}``
    """

    def __init__(self, code, stock):
        self.code = code
        self.stock = {sku: list(units) for sku, units in stock.items()}
        self.products = dict.fromkeys(stock)
        self.notices, self.orders = {}, {}
        self.inbounds, self.outbounds = {}, {}
        self.events, self.bills, self.returns = [], [], []
        self._numbers = count(1)

    def number(self, letter):
        """A new number of the warehouse's own."""
        return f"{letter}{next(self._numbers):06d}"

    def now(self):
        """A time later than all before."""
        return START + timedelta(minutes=next(self._numbers))

    def receive(self, reference, counts, finished):
        """Count goods of a notice: ``{sku: (sellable, damaged)}`` on top of what was counted before."""
        at, state = self.now(), self.inbounds[reference]
        lines = {line.sku: line for line in state.received}
        for sku, (sellable, damaged) in counts.items():
            line = lines.get(sku, ReceivedLine(sku, 0, 0))
            lines[sku] = replace(line, sellable=line.sellable + sellable, damaged=line.damaged + damaged, at=at)
            self.book(sku, StockEventKind.INBOUND, sellable, Grade.SELLABLE, state)
            self.book(sku, StockEventKind.INBOUND, damaged, Grade.DAMAGED, state)
        status = InboundStatus.RECEIVED if finished else InboundStatus.RECEIVING
        self.inbounds[reference] = replace(state, status=status, received=tuple(lines.values()))

    def ship(self, reference):
        """Send an order off and charge for it."""
        order, state = self.orders[reference], self.outbounds[reference]
        for line in order.lines:
            self.book(line.sku, StockEventKind.OUTBOUND, -line.units, Grade.SELLABLE, state)
        self.outbounds[reference] = replace(
            state,
            status=OutboundStatus.SHIPPED,
            tracking=f"TRK{state.external_id}",
            carrier="Memory Express",
            shipped_at=self.now(),
            lines=tuple((line.sku, line.units) for line in order.lines),
            fees=((FeeKind.FREIGHT, FREIGHT),),
        )
        bill = BillLine(self.number("B"), FeeKind.FREIGHT, FREIGHT, self.now(), self.code, document=reference)
        self.bills.append(bill)

    def bring_back(self, reference):
        """All units of an order come back, sellable."""
        order, state = self.orders[reference], self.outbounds[reference]
        for line in order.lines:
            self.book(line.sku, StockEventKind.RETURN, line.units, Grade.SELLABLE, state)
        lines = tuple(ReturnedLine(line.sku, line.units, Grade.SELLABLE) for line in order.lines)
        number, now = self.number("R"), self.now()
        self.returns.append(ReturnState(number, self.code, ReturnStatus.FINISHED, lines, now, outbound=reference))

    def book(self, sku, kind, units, grade, state=None):
        """Change the stock, with an event."""
        if not units:
            return
        self.stock.setdefault(sku, [0, 0])[grade is Grade.DAMAGED] += units
        document, reference = (state.external_id, state.reference) if state else ("", "")
        number, now = self.number("E"), self.now()
        self.events.append(StockEvent(number, self.code, sku, kind, units, now, grade, document, reference))


class MemoryProvider(Provider):
    """Speaks to a :class:`MemoryWarehouse`.

    :param error: an instance that every call raises
    :param lost: an instance that the first write raises after it was carried out
    """

    capabilities = frozenset(ProviderCapability)
    page_size = 1

    def __init__(self, warehouse, error=None, lost=None):
        self._warehouse = warehouse
        self._error = error
        self._lost = lost

    def fetch_warehouses(self):
        self._call()
        return [WarehouseInfo(self._warehouse.code, "Memory", "DE")]

    def fetch_services(self, warehouse):
        self._call()
        return [Service("STD", "Standard")]

    # === PRODUCTS AND STOCK === #

    def push_products(self, cards):
        return self._write(cards, self._push_product)

    def _push_product(self, card):
        if card.weight_kg <= 0:
            raise Rejected("a product needs a weight")
        self._warehouse.products[card.sku] = card
        return card.sku

    def fetch_products(self, skus):
        self._call()
        return [ProductState(sku, ProductStatus.APPROVED) for sku in skus if sku in self._warehouse.products]

    def fetch_stock(self, warehouses, token=""):
        waiting = self._reserved()
        lines = [
            StockLine(self._warehouse.code, sku, sellable - waiting[sku], START, reserved=waiting[sku], damaged=damaged)
            for sku, (sellable, damaged) in sorted(self._warehouse.stock.items())
        ]
        return self._page(lines, token)

    def fetch_stock_events(self, warehouses, since, until, token=""):
        return self._page([event for event in self._warehouse.events if since <= event.at < until], token)

    # === INBOUND === #

    def create_inbounds(self, notices):
        return self._write(notices, self._create_inbound)

    def _create_inbound(self, notice):
        known = self._warehouse.inbounds.get(notice.reference)
        if known:
            return known.external_id
        if unknown := sorted(set(notice.units) - set(self._warehouse.products)):
            raise Rejected(f"unknown products: {', '.join(unknown)}")
        state = InboundState(notice.reference, self._warehouse.number("I"), InboundStatus.ANNOUNCED)
        self._warehouse.notices[notice.reference] = notice
        self._warehouse.inbounds[notice.reference] = state
        return state.external_id

    def fetch_inbounds(self, handles):
        self._call()
        return _found(self._warehouse.inbounds, handles)

    def update_inbounds(self, updates):
        return self._write(updates, self._update_inbound)

    def _update_inbound(self, update):
        state = self._warehouse.inbounds[update.reference]
        if state.status is not InboundStatus.ANNOUNCED:
            raise Rejected("goods have arrived already")
        self._warehouse.notices[update.reference] = update.notice
        return state.external_id

    def cancel_inbounds(self, handles):
        return self._cancel(self._warehouse.inbounds, handles, InboundStatus.ANNOUNCED, InboundStatus.CANCELLED)

    def fetch_inbound_labels(self, handle):
        self._call()
        return [Label(handle.reference, f"labels of {handle.reference}".encode(), "text/plain")]

    # === OUTBOUND === #

    def create_outbounds(self, orders):
        return self._write(orders, self._create_outbound)

    def _create_outbound(self, order):
        known = self._warehouse.outbounds.get(order.reference)
        if known:
            return known.external_id
        waiting = self._reserved()
        for line in order.lines:
            if line.units > self._warehouse.stock.get(line.sku, (0, 0))[0] - waiting[line.sku]:
                raise Rejected(f"not enough stock of {line.sku}")
        state = OutboundState(order.reference, self._warehouse.number("O"), OutboundStatus.ACCEPTED)
        self._warehouse.orders[order.reference] = order
        self._warehouse.outbounds[order.reference] = state
        return state.external_id

    def fetch_outbounds(self, handles):
        self._call()
        return _found(self._warehouse.outbounds, handles)

    def cancel_outbounds(self, handles):
        return self._cancel(self._warehouse.outbounds, handles, OutboundStatus.ACCEPTED, OutboundStatus.CANCELLED)

    # === RETURNS AND MONEY === #

    def fetch_returns(self, warehouses, since, token=""):
        return self._page([record for record in self._warehouse.returns if record.updated_at >= since], token)

    def fetch_bills(self, since, until, token=""):
        return self._page([line for line in self._warehouse.bills if since <= line.charged_at < until], token)

    def quote_fees(self, orders):
        self._call()
        return [FeeQuote(order.reference, order.service, ((FeeKind.FREIGHT, FREIGHT),)) for order in orders]

    # === WHAT THEY HAVE IN COMMON === #

    def _call(self):
        if self._error is not None:
            raise self._error

    def _write(self, records, create):
        self._call()
        bookings = []
        for record in records:
            try:
                bookings.append(Booking(record.reference, True, external_id=create(record)))
            except Rejected as error:
                bookings.append(Booking(record.reference, False, error.reason))
        if self._lost is not None:
            lost, self._lost = self._lost, None
            raise lost
        return bookings

    def _cancel(self, states, handles, still, cancelled):
        self._call()
        results = []
        for handle in handles:
            state = states[handle.reference]
            stopped = state.status in (still, cancelled)
            if stopped:
                states[handle.reference] = replace(state, status=cancelled)
            results.append(ActionResult(handle.reference, stopped, "" if stopped else "too late"))
        return results

    def _page(self, records, token):
        self._call()
        start = int(token or 0)
        end = start + self.page_size
        return Page(tuple(records[start:end]), next_token=str(end) if end < len(records) else "")

    def _reserved(self):
        waiting = Counter()
        for reference, order in self._warehouse.orders.items():
            if self._warehouse.outbounds[reference].status is OutboundStatus.ACCEPTED:
                waiting.update({line.sku: line.units for line in order.lines})
        return waiting


def _found(states, handles):
    return [states[handle.reference] for handle in handles if handle.reference in states]
