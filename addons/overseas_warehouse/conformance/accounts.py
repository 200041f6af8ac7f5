"""Bills, quotes and returns."""

from decimal import Decimal

from ..contract import FeeKind, Grade, ProviderCapability, ReturnStatus
from .hooks import Hooks, book, is_utc, provider_with, read_pages

_CAPABILITY = ProviderCapability


class AccountTests(Hooks):
    """What a warehouse charges, and what came back to it."""

    def test_a_shipped_order_is_charged(self):
        provider, order, handle = _shipped(self, _CAPABILITY.BILLS)
        charges = [line for line in _bills(self, provider) if line.document in (order.reference, handle.external_id)]
        assert charges
        assert all(charge.amount.amount for charge in charges)

    def test_charges_are_exact_and_the_same_when_fetched_again(self):
        provider, _order, _handle = _shipped(self, _CAPABILITY.BILLS)
        lines = _bills(self, provider)
        assert lines == _bills(self, self.make_provider())
        assert len({line.external_id for line in lines}) == len(lines)
        for line in lines:
            assert isinstance(line.kind, FeeKind)
            assert abs(Decimal(line.amount.text)) == abs(line.amount.amount)
            assert is_utc(line.charged_at)
            assert line.period is None or line.period[0] <= line.period[1]

    def test_a_quote_is_in_one_currency(self):
        provider = provider_with(self, _CAPABILITY.QUOTES)
        order, _bad = self.writes()[_CAPABILITY.OUTBOUND]
        (quote,) = provider.quote_fees([order])
        assert (quote.reference, quote.service) == (order.reference, order.service)
        assert quote.fees
        assert len({amount.currency for _kind, amount in quote.fees}) == 1
        assert all(isinstance(kind, FeeKind) and amount.amount >= 0 for kind, amount in quote.fees)

    def test_a_return_names_what_came_back(self):
        provider, order, handle = _shipped(self, _CAPABILITY.RETURNS)
        self.bring_back(order.reference)
        returns = _returns(self, provider)
        numbers = (order.reference, handle.external_id) if self.names_returned_orders else ("",)
        (found,) = [record for record in returns if record.outbound in numbers]
        assert found.outbound or found.tracking
        assert found.status is ReturnStatus.FINISHED
        assert {(line.sku, line.units, line.grade) for line in found.lines} == {
            (line.sku, line.units, Grade.SELLABLE) for line in order.lines
        }
        assert is_utc(found.updated_at)
        assert returns == _returns(self, self.make_provider())


def _shipped(kit, capability):
    provider = provider_with(kit, _CAPABILITY.OUTBOUND, capability)
    order, handle = book(kit, provider, _CAPABILITY.OUTBOUND)
    kit.ship(order.reference)
    return provider, order, handle


def _bills(kit, provider):
    return read_pages(lambda token: provider.fetch_bills(kit.since, kit.until, token=token))[0]


def _returns(kit, provider):
    return read_pages(lambda token: provider.fetch_returns([kit.warehouse], kit.since, token=token))[0]
