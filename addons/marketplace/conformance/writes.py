"""Writes: one result per record, and nothing done twice."""

import pytest

from ..contract import Capability, NotReady, Parcel, RateLimited, Unavailable
from .hooks import Hooks, connector_with

_WRITES = (
    Capability.SHIPMENT_CONFIRMATION,
    Capability.CANCELLATION,
    Capability.REFUND,
    Capability.LABELS,
    Capability.STOCK_PUSH,
    Capability.ACKNOWLEDGEMENT,
)
# Doing these again changes nothing.
_HARMLESS = frozenset({Capability.STOCK_PUSH, Capability.ACKNOWLEDGEMENT})
_PATIENCE = 5


class WriteTests(Hooks):
    """Shipments, cancellations, refunds, bookings of carriers, stock and acknowledgements."""

    @pytest.mark.parametrize("capability", _WRITES)
    def test_a_write_is_carried_out_and_told(self, capability):
        connector, good, _bad = _write(self, capability)
        (result,) = _do(self, connector, capability, [good])
        assert (_reference(result), result.accepted) == (_reference(good), True)
        assert self.booked(capability) == 1

    @pytest.mark.parametrize("capability", _WRITES)
    def test_a_refusal_stops_no_other(self, capability):
        connector, good, bad = _write(self, capability)
        results = {_reference(result): result for result in _do(self, connector, capability, [bad, good])}
        assert set(results) == {_reference(good), _reference(bad)}
        assert results[_reference(good)].accepted
        refused = results[_reference(bad)]
        assert not refused.accepted
        assert refused.message
        assert getattr(refused, "retry_after", None) is None
        assert self.booked(capability) == 1

    @pytest.mark.parametrize("capability", _WRITES)
    def test_a_write_whose_answer_is_lost_is_not_repeated_blindly(self, capability):
        _connector, good, _bad = _write(self, capability)
        connector = self.make_connector("lost answer")
        for _ in range(_PATIENCE):
            if _is_accepted(self, connector, capability, good):
                break
            connector = self.make_connector()  # the job comes back, in another process
        else:
            pytest.fail("never accepted")
        assert self.booked(capability) >= 1
        assert self.booked(capability) == 1 or capability in _HARMLESS

    @pytest.mark.parametrize("capability", _WRITES)
    def test_the_same_reference_again_changes_nothing(self, capability):
        connector, good, _bad = _write(self, capability)
        _do(self, connector, capability, [good])
        (again,) = _do(self, self.make_connector(), capability, [good])
        assert again.accepted
        assert self.booked(capability) == 1 or capability in _HARMLESS

    def test_an_arranged_parcel_has_a_label(self):
        connector, good, _bad = _write(self, Capability.LABELS)
        (arranged,) = connector.arrange_shipments([good])
        assert arranged.package_id
        parcel = Parcel(good.reference, good.shop_id, good.order_id, arranged.package_id, arranged.tracking)
        (label,) = _follow(lambda handle: connector.fetch_labels([parcel], handle=handle))
        assert label.reference == good.reference
        assert label.content
        assert "/" in label.content_type


def _write(kit, capability):
    """``(connector, what the marketplace takes, what it refuses)``."""
    connector = connector_with(kit, capability)
    return connector, *kit.writes()[capability]


def _do(kit, connector, capability, items):
    if capability is Capability.STOCK_PUSH:
        return _follow(lambda handle: connector.push_stock(kit.shop_id, items, handle=handle))
    if capability is Capability.ACKNOWLEDGEMENT:
        return connector.acknowledge_orders(kit.shop_id, items)
    verb = {
        Capability.SHIPMENT_CONFIRMATION: connector.confirm_shipments,
        Capability.CANCELLATION: connector.cancel_orders,
        Capability.REFUND: connector.refund_orders,
        Capability.LABELS: connector.arrange_shipments,
    }[capability]
    return verb(items)


def _is_accepted(kit, connector, capability, item):
    """Whether it is done; what is not done must say that it may be tried again."""
    try:
        (result,) = _do(kit, connector, capability, [item])
    except (RateLimited, Unavailable):
        return False
    assert result.accepted or capability in _HARMLESS or result.retry_after is not None, result.message
    return result.accepted


def _follow(verb):
    """Call as a job does: again with the handle as long as the marketplace is not ready."""
    handle = None
    for _ in range(_PATIENCE):
        try:
            return verb(handle)
        except NotReady as error:
            handle = error.handle
    pytest.fail(f"not ready after {_PATIENCE} times")


def _reference(item):
    if isinstance(item, str):
        return item
    return getattr(item, "reference", None) or item.sku
