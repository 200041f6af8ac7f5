"""Notices: announced once, counted in parts."""

from dataclasses import replace
from datetime import timedelta

from ...marketplace.contract import Label
from ..contract import Handle, InboundStatus, InboundUpdate, ProviderCapability
from .hooks import Hooks, book, is_utc, provider_with

_CAPABILITY = ProviderCapability
_OPEN = (InboundStatus.DRAFT, InboundStatus.ANNOUNCED, InboundStatus.IN_TRANSIT)


class InboundTests(Hooks):
    """From the notice to the last count."""

    def test_a_notice_that_was_taken_is_found(self):
        provider, notice, handle = _announce(self)
        (state,) = provider.fetch_inbounds([handle, Handle("NO-SUCH-NOTICE", "999999999")])
        assert (state.reference, state.external_id) == (notice.reference, handle.external_id)
        assert state.status in _OPEN
        assert _received(state) == {}

    def test_another_day_and_number_are_told(self):
        provider, notice, handle = _announce(self, _CAPABILITY.INBOUND_UPDATE)
        later = replace(notice, eta=notice.eta + timedelta(days=9), tracking="TRACK9")
        for _ in range(2):
            (booking,) = provider.update_inbounds([InboundUpdate(later, handle.external_id)])
            assert (booking.reference, booking.accepted) == (notice.reference, True)
        assert self.expected(notice.reference) == (later.eta, "TRACK9")
        assert self.booked(_CAPABILITY.INBOUND) == 1

    def test_goods_that_arrived_are_not_changed(self):
        provider, notice, handle = _announce(self, _CAPABILITY.INBOUND_UPDATE)
        self.receive(notice.reference, {sorted(notice.units)[0]: (1, 0)}, finished=False)
        later = replace(notice, eta=notice.eta + timedelta(days=9))
        (booking,) = provider.update_inbounds([InboundUpdate(later, handle.external_id)])
        assert not booking.accepted
        assert booking.message
        assert self.expected(notice.reference)[0] == notice.eta

    def test_counts_grow_with_each_part(self):
        provider, notice, handle = _announce(self)
        first, second = sorted(notice.units)[:2]
        self.receive(notice.reference, {first: (3, 0)}, finished=False)
        (state,) = provider.fetch_inbounds([handle])
        assert state.status is InboundStatus.RECEIVING
        assert _received(state) == {first: (3, 0)}
        self.receive(notice.reference, {first: (2, 0), second: (4, 0)}, finished=True)
        (state,) = provider.fetch_inbounds([handle])
        assert state.status is InboundStatus.RECEIVED
        assert _received(state) == {first: (5, 0), second: (4, 0)}

    def test_a_count_stands_once(self):
        provider, notice, handle = _announce(self)
        self.receive(notice.reference, {sku: (units, 0) for sku, units in notice.units.items()}, finished=True)
        (state,) = provider.fetch_inbounds([handle])
        keys = [(line.sku, line.carton) for line in state.received]
        assert len(set(keys)) == len(keys)
        assert all(line.at is None or is_utc(line.at) for line in state.received)
        assert state == self.make_provider().fetch_inbounds([handle])[0]

    def test_labels_can_be_printed(self):
        provider = provider_with(self, _CAPABILITY.INBOUND_LABELS)
        _notice, handle = book(self, provider, _CAPABILITY.INBOUND)
        labels = provider.fetch_inbound_labels(handle)
        assert labels
        for label in labels:
            assert isinstance(label, Label)
            assert label.content
            assert "/" in label.content_type

    def test_a_withdrawn_notice_is_cancelled(self):
        provider = provider_with(self, _CAPABILITY.INBOUND_CANCEL)
        notice, handle = book(self, provider, _CAPABILITY.INBOUND)
        for _ in range(2):
            (result,) = provider.cancel_inbounds([handle])
            assert (result.reference, result.accepted) == (notice.reference, True)
        states = provider.fetch_inbounds([handle])
        assert [state.status for state in states] in ([], [InboundStatus.CANCELLED])

    def test_a_notice_of_which_goods_arrived_is_not_withdrawn(self):
        provider = provider_with(self, _CAPABILITY.INBOUND_CANCEL)
        notice, handle = book(self, provider, _CAPABILITY.INBOUND)
        self.receive(notice.reference, {sorted(notice.units)[0]: (1, 0)}, finished=False)
        (result,) = provider.cancel_inbounds([handle])
        assert not result.accepted
        assert result.message


def _announce(kit, *capabilities):
    provider = provider_with(kit, _CAPABILITY.INBOUND, *capabilities)
    return provider, *book(kit, provider, _CAPABILITY.INBOUND)


def _received(state):
    """``{sku: (sellable, damaged)}`` without what is not there yet."""
    found = {}
    for line in state.received:
        sellable, damaged = found.get(line.sku, (0, 0))
        found[line.sku] = (sellable + line.sellable, damaged + line.damaged)
    return {sku: counts for sku, counts in found.items() if counts != (0, 0)}
