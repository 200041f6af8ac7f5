"""The conformance kit passes a sound warehouse, and finds mistakes: spoiled in one place, one test fails."""

import dataclasses
from datetime import date
from decimal import Decimal

import pytest

from addons.marketplace.contract import Address, AuthenticationFailed, Money, Page, RateLimited, Rejected, Unavailable
from addons.overseas_warehouse.conformance import FAILURES, ProviderConformance
from addons.overseas_warehouse.conformance.memory import MemoryProvider, MemoryWarehouse
from addons.overseas_warehouse.contract import (
    Carton,
    InboundNotice,
    OutboundLine,
    OutboundOrder,
    OutboundStatus,
    ProductCard,
    ProviderCapability,
    Transport,
)

SIZE = (Decimal(40), Decimal(30), Decimal(20))
ERRORS = {
    RateLimited: RateLimited("slow down", 60),
    Unavailable: Unavailable("no answer"),
    AuthenticationFailed: AuthenticationFailed("who are you?"),
    Rejected: Rejected("no"),
}


class TestMemory(ProviderConformance):
    """The warehouse in memory is a sound one."""

    warehouse, service = "MEM1", "STD"
    provider_class = MemoryProvider

    def make_provider(self, failure=None):
        if not hasattr(self, "world"):
            self.world = MemoryWarehouse(self.warehouse, self.stock())
        error = ERRORS[FAILURES[failure]] if failure in FAILURES else None
        return self.provider_class(
            self.world, error=error, lost=Unavailable("no answer") if failure == "lost answer" else None
        )

    def secrets(self):
        return ["sesame-4711"]

    def waited(self):
        return 0

    def stock(self):
        return {"CUP": (20, 0), "PLATE": (30, 2), "SPOON": (15, 0)}

    def writes(self):
        return {
            ProviderCapability.PRODUCTS: (card("FORK", "0.1"), card("GHOST", "0")),
            ProviderCapability.INBOUND: (notice("ASN1", "PLATE"), notice("ASN2", "NO-SUCH")),
            ProviderCapability.OUTBOUND: (order("WH/OUT/1", 2), order("WH/OUT/2", 2000)),
        }

    def booked(self, capability):
        known = {
            ProviderCapability.PRODUCTS: set(self.world.products) - set(self.stock()),
            ProviderCapability.INBOUND: self.world.inbounds,
            ProviderCapability.OUTBOUND: self.world.outbounds,
        }
        return len(known[capability])

    def receive(self, reference, counts, finished):
        self.world.receive(reference, counts, finished)

    def expected(self, reference):
        notice = self.world.notices[reference]
        return notice.eta, notice.tracking

    def ship(self, reference):
        self.world.ship(reference)

    def bring_back(self, reference):
        self.world.bring_back(reference)


def card(sku, weight):
    """A product to be made known."""
    return ProductCard(sku, sku.title(), Decimal(weight), *SIZE, "cutlery", Money(Decimal(1), "EUR", "1"))


def notice(reference, sku):
    """Two cartons, one of them mixed."""
    cartons = (
        Carton(1, *SIZE, Decimal(8), (("CUP", 12), (sku, 6))),
        Carton(2, *SIZE, Decimal(9), ((sku, 10),)),
    )
    return InboundNotice(reference, "MEM1", cartons, Transport.SEA_LCL, date(2026, 3, 1))


def order(reference, units):
    """Cups for one buyer."""
    address = Address(name="Ada", street="Weg 1", city="Bonn", postal_code="53111", country_code="DE")
    return OutboundOrder(reference, "MEM1", "STD", address, (OutboundLine("CUP", units),))


class Doubling(MemoryProvider):
    """Forgets what it was told before."""

    def _create_outbound(self, order):
        known = self._warehouse.outbounds.pop(order.reference, None)
        if known:
            self._warehouse.outbounds[f"{order.reference}-old"] = known
            self._warehouse.orders[f"{order.reference}-old"] = self._warehouse.orders.pop(order.reference)
        return super()._create_outbound(order)


class StoppingEarly(MemoryProvider):
    """Reads the first page only."""

    def fetch_stock(self, warehouses, token=""):
        return Page(super().fetch_stock(warehouses, token).records)


class Changing(MemoryProvider):
    """Reports the last part, not all that was counted."""

    def fetch_inbounds(self, handles):
        return [dataclasses.replace(state, received=state.received[-1:]) for state in super().fetch_inbounds(handles)]


class Deaf(MemoryProvider):
    """Says yes to another day and forgets it."""

    def _update_inbound(self, update):
        return self._warehouse.inbounds[update.reference].external_id


class FailingAsAWhole(MemoryProvider):
    """One refused order stops all others."""

    def create_outbounds(self, orders):
        bookings = super().create_outbounds(orders)
        return [booking for booking in bookings if not booking.accepted] or bookings


class Silent(MemoryProvider):
    """Ships without saying by which number."""

    def fetch_outbounds(self, handles):
        return [dataclasses.replace(state, tracking="") for state in super().fetch_outbounds(handles)]


class Overeager(MemoryProvider):
    """Calls back what has left."""

    def cancel_outbounds(self, handles):
        for handle in handles:
            state = self._warehouse.outbounds[handle.reference]
            self._warehouse.outbounds[handle.reference] = dataclasses.replace(state, status=OutboundStatus.ACCEPTED)
        return super().cancel_outbounds(handles)


class Talkative(MemoryProvider):
    """Shows its key."""

    def __repr__(self):
        return "<provider with sesame-4711>"


class WithoutBills(MemoryProvider):
    """Charges nothing."""

    def fetch_bills(self, since, until, token=""):
        return Page(())


class Renumbering(MemoryProvider):
    """Gives events another number each time."""

    def fetch_stock_events(self, warehouses, since, until, token=""):
        page = super().fetch_stock_events(warehouses, since, until, token)
        events = (dataclasses.replace(event, external_id=self._warehouse.number("E")) for event in page.records)
        return dataclasses.replace(page, records=tuple(events))


OUTBOUND = ProviderCapability.OUTBOUND


@pytest.mark.parametrize(
    ("provider_class", "test", "arguments"),
    [
        (Doubling, "the_same_reference_again_changes_nothing", (OUTBOUND,)),
        (Doubling, "a_write_whose_answer_is_lost_is_not_repeated_blindly", (OUTBOUND,)),
        (StoppingEarly, "pages_lead_to_every_line_once", ()),
        (Changing, "counts_grow_with_each_part", ()),
        (Deaf, "another_day_and_number_are_told", ()),
        (Deaf, "goods_that_arrived_are_not_changed", ()),
        (FailingAsAWhole, "a_refusal_stops_no_other", (OUTBOUND,)),
        (Silent, "a_shipped_order_has_its_tracking_number", ()),
        (Overeager, "an_order_that_left_is_not_stopped", ()),
        (Talkative, "shows_no_secrets", ()),
        (WithoutBills, "a_shipped_order_is_charged", ()),
        (Renumbering, "events_are_the_same_when_fetched_again", ()),
    ],
)
def test_a_mistake_is_found(provider_class, test, arguments):
    """The test that is meant for it fails, and no error but its own."""
    kit = TestMemory()
    kit.provider_class = provider_class
    with pytest.raises(AssertionError):
        getattr(kit, f"test_{test}")(*arguments)


def test_a_capability_that_is_not_declared_is_refused():
    """Verbs without their capability name it."""

    class Poor(MemoryProvider):
        capabilities = frozenset({OUTBOUND})

    kit = TestMemory()
    kit.provider_class = Poor
    with pytest.raises(pytest.fail.Exception):
        kit.test_verbs_follow_the_capabilities(ProviderCapability.BILLS)
