"""Orders: shipped once, stopped while they are there."""

from ..contract import Handle, OutboundStatus, ProviderCapability
from .hooks import Hooks, book, is_utc, provider_with

_CAPABILITY = ProviderCapability


class OutboundTests(Hooks):
    """From the order to the parcel."""

    def test_an_order_that_was_taken_is_found(self):
        provider, order, handle = _order(self)
        (state,) = provider.fetch_outbounds([handle, Handle("NO-SUCH-ORDER", "999999999")])
        assert (state.reference, state.external_id) == (order.reference, handle.external_id)
        assert state.status in (OutboundStatus.ACCEPTED, OutboundStatus.PROCESSING)
        assert state.shipped_at is None

    def test_a_shipped_order_has_its_tracking_number(self):
        provider, order, handle = _order(self)
        self.ship(order.reference)
        (state,) = provider.fetch_outbounds([handle])
        assert state.status is OutboundStatus.SHIPPED
        assert state.tracking
        assert state.shipped_at is None or is_utc(state.shipped_at)
        assert not state.lines or dict(state.lines) == {line.sku: line.units for line in order.lines}
        assert state == self.make_provider().fetch_outbounds([handle])[0]

    def test_a_stopped_order_is_cancelled(self):
        provider, order, handle = _order(self, _CAPABILITY.OUTBOUND_CANCEL)
        for _ in range(2):
            (result,) = provider.cancel_outbounds([handle])
            assert (result.reference, result.accepted) == (order.reference, True)
        (state,) = provider.fetch_outbounds([handle])
        assert state.status is OutboundStatus.CANCELLED

    def test_an_order_that_left_is_not_stopped(self):
        provider, order, handle = _order(self, _CAPABILITY.OUTBOUND_CANCEL)
        self.ship(order.reference)
        (result,) = provider.cancel_outbounds([handle])
        assert not result.accepted
        assert result.message
        assert provider.fetch_outbounds([handle])[0].status is OutboundStatus.SHIPPED


def _order(kit, *capabilities):
    provider = provider_with(kit, _CAPABILITY.OUTBOUND, *capabilities)
    return provider, *book(kit, provider, _CAPABILITY.OUTBOUND)
