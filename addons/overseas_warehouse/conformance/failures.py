"""Failures: typed, bounded, and silent about secrets."""

import pytest

from ...marketplace.conformance.kit import secrets_in
from ...marketplace.contract import RateLimited
from .hooks import FAILURES, Hooks


class FailureTests(Hooks):
    """Whatever a warehouse does wrong becomes an error that says what to do next."""

    @pytest.mark.parametrize("failure", list(FAILURES))
    def test_failures_are_typed_and_bounded(self, failure):
        provider = self.make_provider(failure)
        with pytest.raises(FAILURES[failure]) as caught:
            provider.fetch_warehouses()
        assert self.waited() <= 30
        assert not secrets_in(self, f"{caught.value} {caught.value!r} {caught.value.__cause__!r} {provider!r}")

    def test_a_refusal_says_when_to_come_back(self):
        with pytest.raises(RateLimited) as caught:
            self.make_provider("rate limited").fetch_warehouses()
        assert caught.value.retry_after > 0

    def test_refused_credentials_are_not_tried_again_and_again(self):
        with pytest.raises(FAILURES["bad credentials"]):
            self.make_provider("bad credentials").fetch_warehouses()
        assert self.waited() == 0
