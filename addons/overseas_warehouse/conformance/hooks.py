"""What a provider's author fills in, so that the kit can play its warehouse."""

from datetime import datetime, timezone

import pytest

from ...marketplace.conformance.kit import FAILURES, Kit, missing
from ..contract import Handle, ProviderCapability

__all__ = ["FAILURES", "Hooks", "book", "is_utc", "provider_with", "read_pages"]


class Hooks(Kit):
    """The hooks. What a simulated warehouse knows lives as long as one test: two providers speak to the same one."""

    #: Code of the warehouse that the test works in.
    warehouse = ""
    #: Code of a service it ships by.
    service = ""
    #: Whether it says which order a return belongs to; else the number of the parcel that came back is all it says.
    names_returned_orders = True
    #: A range of time that holds everything the simulated warehouse books in a test.
    since = datetime(2020, 1, 1, tzinfo=timezone.utc)
    until = datetime(2100, 1, 1, tzinfo=timezone.utc)

    # === ALWAYS === #

    def make_provider(self, failure=None):
        """A provider whose warehouse is simulated, without network and without real waiting.

        ``None``
            The warehouse has :meth:`stock`, in pages of one SKU where it has pages, knows the products of
            :meth:`order` and :meth:`notice`, and takes :meth:`writes`.
        one of :data:`FAILURES`
            Every call fails like that.
        ``"lost answer"``
            The first write is carried out, but its answer never arrives (``requests.ReadTimeout``).
        """
        raise missing("make_provider(failure)", "a provider that speaks to a simulated warehouse")

    # === WHAT IS DECLARED === #

    def stock(self):
        """``{sku: (sellable, damaged)}`` of :attr:`warehouse` at the start: several SKUs."""
        raise missing("stock()", "{sku: (sellable, damaged)} at the start")

    def writes(self):
        """``{capability: (what the warehouse takes, what it refuses)}`` for PRODUCTS, INBOUND and OUTBOUND.

        ProductCard, InboundNotice (at least two cartons, of which one holds two SKUs, at least 10 units each) and
        OutboundOrder (units that are in stock, of one SKU). What is refused has a reference of its own.
        """
        raise missing("writes()", "{capability: (what the warehouse takes, what it refuses)}")

    def booked(self, capability):
        """How many products (beyond those at the start), notices or orders the warehouse really has."""
        raise missing("booked(capability)", "how many the simulated warehouse really has")

    def receive(self, reference, counts, finished):
        """Have the warehouse count goods of a notice.

        :param dict counts: ``{sku: (sellable, damaged)}`` that are counted now, on top of what was counted before
        :param bool finished: whether nothing more comes
        """
        raise missing("receive(reference, counts, finished)", "have the warehouse count goods of a notice")

    def expected(self, reference):
        """``(day, tracking number)`` under which the warehouse expects a notice."""
        raise missing("expected(reference)", "(day, tracking number) under which the warehouse expects a notice")

    def ship(self, reference):
        """Have the warehouse ship an order, with a tracking number, and charge for it."""
        raise missing("ship(reference)", "have the warehouse ship an order")

    def bring_back(self, reference):
        """Have all units of a shipped order come back: sellable, judged and put away."""
        raise missing("bring_back(reference)", "have a shipped order come back")


# Functions instead of methods, so that no name of an author's own helper can get in the way.


def provider_with(kit, *capabilities):
    """A provider, or the end of the test where one of the capabilities is not declared."""
    provider = kit.make_provider()
    for capability in capabilities:
        if capability not in provider.capabilities:
            pytest.skip(f"does not declare {capability.value}")
    return provider


def read_pages(verb):
    """All records of a paged verb, and how many pages there were; ``verb`` takes the token."""
    records, token, pages = [], "", 0
    while not pages or token:
        page = verb(token)
        assert not page.broken
        records += page.records
        token, pages = page.next_token, pages + 1
        assert pages <= 50
    return records, pages


def book(kit, provider, capability):
    """Have the warehouse take the good notice or order; ``(the record, its handle)``."""
    good, _bad = kit.writes()[capability]
    create = provider.create_inbounds if capability is ProviderCapability.INBOUND else provider.create_outbounds
    (booking,) = create([good])
    assert booking.accepted, booking.message
    return good, Handle(good.reference, booking.external_id)


def is_utc(time):
    """Whether a time is aware and UTC."""
    return time.tzinfo is not None and not time.utcoffset()
