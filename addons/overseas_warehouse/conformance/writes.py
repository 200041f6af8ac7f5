"""Writes: one result per record, and nothing made twice."""

import pytest

from ...marketplace.contract import RateLimited, Unavailable
from ..contract import ProviderCapability
from .hooks import Hooks, provider_with

_VERBS = {
    ProviderCapability.PRODUCTS: "push_products",
    ProviderCapability.INBOUND: "create_inbounds",
    ProviderCapability.OUTBOUND: "create_outbounds",
}
_NUMBERED = (ProviderCapability.INBOUND, ProviderCapability.OUTBOUND)
_PATIENCE = 5


class WriteTests(Hooks):
    """Products, notices and orders."""

    @pytest.mark.parametrize("capability", _VERBS)
    def test_a_write_is_carried_out_and_told(self, capability):
        provider = provider_with(self, capability)
        good, _bad = self.writes()[capability]
        (booking,) = _write(provider, capability, [good])
        assert (booking.reference, booking.accepted) == (good.reference, True)
        assert booking.external_id or capability not in _NUMBERED
        assert self.booked(capability) == 1

    @pytest.mark.parametrize("capability", _VERBS)
    def test_a_refusal_stops_no_other(self, capability):
        provider = provider_with(self, capability)
        good, bad = self.writes()[capability]
        bookings = {booking.reference: booking for booking in _write(provider, capability, [bad, good])}
        assert set(bookings) == {good.reference, bad.reference}
        assert bookings[good.reference].accepted
        refused = bookings[bad.reference]
        assert not refused.accepted
        assert refused.message
        assert refused.retry_after is None
        assert self.booked(capability) == 1

    @pytest.mark.parametrize("capability", _VERBS)
    def test_the_same_reference_again_changes_nothing(self, capability):
        provider = provider_with(self, capability)
        good, _bad = self.writes()[capability]
        (first,) = _write(provider, capability, [good])
        (again,) = _write(self.make_provider(), capability, [good])
        assert again.accepted
        assert again.external_id == first.external_id
        assert self.booked(capability) == 1

    @pytest.mark.parametrize("capability", _VERBS)
    def test_a_write_whose_answer_is_lost_is_not_repeated_blindly(self, capability):
        provider_with(self, capability)
        good, _bad = self.writes()[capability]
        provider = self.make_provider("lost answer")
        for _ in range(_PATIENCE):
            if _is_accepted(provider, capability, good):
                break
            provider = self.make_provider()  # the job comes back, in another process
        else:
            pytest.fail("never accepted")
        assert self.booked(capability) == 1

    @pytest.mark.parametrize("capability", _VERBS)
    def test_nothing_to_write_is_no_call(self, capability):
        assert _write(provider_with(self, capability), capability, []) == []


def _write(provider, capability, records):
    return getattr(provider, _VERBS[capability])(records)


def _is_accepted(provider, capability, record):
    """Whether it is done; what is not done must say that it may be tried again."""
    try:
        (booking,) = _write(provider, capability, [record])
    except (RateLimited, Unavailable):
        return False
    assert booking.accepted or booking.retry_after is not None, booking.message
    return booking.accepted
