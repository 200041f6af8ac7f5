"""Warehouses, products and stock."""

from ..contract import Grade, ProductStatus, ProviderCapability, StockEventKind
from .hooks import Hooks, book, is_utc, provider_with, read_pages

_CAPABILITY = ProviderCapability


class StockTests(Hooks):
    """What is where, and why it changed."""

    def test_warehouses_are_told_apart(self):
        infos = self.make_provider().fetch_warehouses()
        codes = [info.code for info in infos]
        assert self.warehouse in codes
        assert len(set(codes)) == len(codes)
        assert all(info.name and len(info.country_code) == 2 for info in infos)

    def test_the_service_is_offered(self):
        services = provider_with(self, _CAPABILITY.SERVICES).fetch_services(self.warehouse)
        codes = [service.code for service in services]
        assert self.service in codes
        assert len(set(codes)) == len(codes)
        assert all(service.name for service in services)

    def test_a_product_is_found_again(self):
        provider = provider_with(self, _CAPABILITY.PRODUCTS)
        good, _bad = self.writes()[_CAPABILITY.PRODUCTS]
        provider.push_products([good])
        (state,) = provider.fetch_products([good.sku, "NO-SUCH-SKU"])
        assert state.sku == good.sku
        assert isinstance(state.status, ProductStatus)
        assert state.status not in (ProductStatus.REJECTED, ProductStatus.UNKNOWN)

    def test_pages_lead_to_every_line_once(self):
        provider = provider_with(self, _CAPABILITY.STOCK)
        assert _stock(self, provider) == self.stock()

    def test_units_are_whole_and_the_time_is_told(self):
        provider = provider_with(self, _CAPABILITY.STOCK)
        lines, _pages = read_pages(lambda token: provider.fetch_stock([self.warehouse], token=token))
        for line in lines:
            counts = (line.sellable, line.reserved, line.damaged, line.pending, line.inbound)
            assert all(type(count) is int for count in counts)
            assert is_utc(line.as_of)

    def test_what_is_shipped_leaves_the_stock(self):
        provider = provider_with(self, _CAPABILITY.STOCK, _CAPABILITY.OUTBOUND)
        order, _handle = book(self, provider, _CAPABILITY.OUTBOUND)
        self.ship(order.reference)
        expected = dict(self.stock())
        for line in order.lines:
            sellable, damaged = expected[line.sku]
            expected[line.sku] = (sellable - line.units, damaged)
        assert _stock(self, provider) == expected

    def test_an_event_says_why_stock_left(self):
        provider = provider_with(self, _CAPABILITY.STOCK_EVENTS, _CAPABILITY.OUTBOUND)
        order, handle = book(self, provider, _CAPABILITY.OUTBOUND)
        before = {event.external_id for event in _events(self, provider)}
        self.ship(order.reference)
        new = [event for event in _events(self, provider) if event.external_id not in before]
        assert {event.sku: event.units for event in new} == {line.sku: -line.units for line in order.lines}
        for event in new:
            assert event.kind is StockEventKind.OUTBOUND
            assert event.grade is Grade.SELLABLE
            assert event.warehouse == self.warehouse
            assert order.reference == event.reference or handle.external_id == event.document

    def test_events_are_the_same_when_fetched_again(self):
        provider = provider_with(self, _CAPABILITY.STOCK_EVENTS, _CAPABILITY.OUTBOUND)
        order, _handle = book(self, provider, _CAPABILITY.OUTBOUND)
        self.ship(order.reference)
        events = _events(self, provider)
        assert events == _events(self, self.make_provider())
        assert len({event.external_id for event in events}) == len(events) > 0
        assert all(is_utc(event.at) and self.since <= event.at < self.until for event in events)


def _stock(kit, provider):
    lines, _pages = read_pages(lambda token: provider.fetch_stock([kit.warehouse], token=token))
    assert {line.warehouse for line in lines} == {kit.warehouse}
    assert len({(line.sku, line.lot) for line in lines}) == len(lines)
    found = {}
    for line in lines:
        sellable, damaged = found.get(line.sku, (0, 0))
        found[line.sku] = (sellable + line.on_hand, damaged + line.damaged)
    return found


def _events(kit, provider):
    events, _pages = read_pages(
        lambda token: provider.fetch_stock_events([kit.warehouse], kit.since, kit.until, token=token)
    )
    return events
