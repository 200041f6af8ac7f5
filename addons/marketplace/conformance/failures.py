"""Failures: typed, bounded, and silent about secrets."""

import pytest

from ..contract import RateLimited
from .hooks import FAILURES, Hooks
from .kit import secrets_in


class FailureTests(Hooks):
    """Whatever a marketplace does wrong becomes an error that says what to do next."""

    @pytest.mark.parametrize("failure", list(FAILURES))
    def test_failures_are_typed_and_bounded(self, failure):
        connector = self.make_connector(failure)
        with pytest.raises(FAILURES[failure]) as caught:
            connector.fetch_orders([self.shop_id], self.since)
        assert self.waited() <= 30
        assert not secrets_in(self, f"{caught.value} {caught.value!r} {caught.value.__cause__!r} {connector!r}")

    @pytest.mark.parametrize(("failure", "least"), [("rate limited", 600), ("throttled", 0.1)])
    def test_a_refusal_says_when_to_come_back(self, failure, least):
        with pytest.raises(RateLimited) as caught:
            self.make_connector(failure).fetch_orders([self.shop_id], self.since)
        assert caught.value.retry_after >= least

    def test_refused_credentials_are_not_tried_again_and_again(self):
        with pytest.raises(FAILURES["bad credentials"]):
            self.make_connector("bad credentials").fetch_orders([self.shop_id], self.since)
        assert self.waited() == 0
