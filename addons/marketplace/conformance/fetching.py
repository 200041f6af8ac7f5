"""Fetching orders: every one once, up to a moment that the marketplace has reached."""

import json
from datetime import datetime, timedelta, timezone

import pytest

from ..contract import RateLimited, RawRecord, Unavailable
from .hooks import SKEW, Hooks, fetch_all, sample_ids


class FetchingTests(Hooks):
    """Pages, revisions, and the moment up to which nothing was missed."""

    def test_pages_lead_to_every_order_once(self):
        records, pages = fetch_all(self)
        assert len(pages) >= len(self.raw_orders())
        assert all(isinstance(record, RawRecord) and record.kind == "order" for record in records)
        assert sorted(record.external_id for record in records) == sample_ids(self)

    def test_only_the_last_page_is_complete(self):
        _records, pages = fetch_all(self)
        assert [page.complete_until is None for page in pages] == [True] * (len(pages) - 1) + [False]
        assert pages[-1].complete_until.utcoffset() == timedelta(0)
        assert pages[-1].complete_until.timestamp() <= self.now()

    def test_nothing_is_complete_beyond_the_clock_of_the_marketplace(self):
        _records, pages = fetch_all(self, self.make_connector("clock ahead"))
        assert pages[-1].complete_until.timestamp() <= self.now() - SKEW

    def test_a_range_that_has_not_begun_is_answered(self):
        since = datetime.fromtimestamp(self.now() + SKEW, timezone.utc)
        page = self.make_connector().fetch_orders([self.shop_id], since)
        assert page.next_token or page.complete_until

    def test_fetching_again_brings_the_same_revisions(self):
        first, _pages = fetch_all(self)
        second, _pages = fetch_all(self)
        assert [_key(record) for record in first] == [_key(record) for record in second]
        assert all(record.updated_at.utcoffset() == timedelta(0) for record in first)

    def test_an_order_asked_for_is_the_revision_of_the_page(self):
        connector = self.make_connector()
        for record in fetch_all(self, connector)[0]:
            assert _key(connector.fetch_order(record.external_id)) == _key(record)

    def test_filed_payloads_parse_to_the_same_order(self):
        connector = self.make_connector()
        for record in fetch_all(self)[0]:
            order = connector.parse_order(json.loads(json.dumps(record.payload)))
            assert (order.shop_id, order.external_id, order.revision) == _key(record)
            assert order.updated_at == record.updated_at

    def test_revisions_are_in_the_order_of_the_changes(self):
        before, after = map(self.make_connector().parse_order, self.revised_order())
        assert before.external_id == after.external_id
        assert before.revision != after.revision
        assert before.updated_at < after.updated_at

    def test_a_silent_change_is_another_revision(self):
        connector = self.make_connector()
        for payload in self.raw_orders():
            changed = {**payload, "fieldOfTomorrow": {"a": [1]}}
            assert connector.parse_order(changed).revision != connector.parse_order(payload).revision

    def test_a_broken_order_is_set_aside_with_its_path(self):
        records, pages = fetch_all(self, self.make_connector("broken order"))
        assert sorted(record.external_id for record in records) == sample_ids(self)
        ((path, reason, _payload),) = [entry for page in pages for entry in page.broken]
        assert path
        assert reason

    @pytest.mark.parametrize("failure", ["throttled once", "server error once"])
    def test_what_fails_once_is_asked_for_again(self, failure):
        connector, came_back = self.make_connector(failure), False
        try:
            records, _pages = fetch_all(self, connector)
        except (RateLimited, Unavailable):  # more than a call may wait for: the job comes back
            came_back = True
            records, _pages = fetch_all(self)
        assert sorted(record.external_id for record in records) == sample_ids(self)
        assert came_back or 0 < self.waited() <= 30


def _key(record):
    return record.shop_id, record.external_id, record.revision
