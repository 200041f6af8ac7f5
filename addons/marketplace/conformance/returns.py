"""Returns and refunds, as far as the connector declares them."""

import copy
import json
from datetime import timedelta

import pytest

from ..contract import Capability, InvalidPayload, Return
from .hooks import Hooks, connector_with, fetch_all


class ReturnTests(Hooks):
    """Returns are fetched, filed and parsed like orders."""

    def test_pages_lead_to_every_return_once(self):
        connector = connector_with(self, Capability.RETURNS)
        records, pages = fetch_all(self, connector, "fetch_returns")
        assert all(record.kind == "return" for record in records)
        expected = sorted(connector.parse_return(payload).external_id for payload in self.raw_returns())
        assert sorted(record.external_id for record in records) == expected
        assert [page.complete_until is None for page in pages] == [True] * (len(pages) - 1) + [False]

    def test_filed_returns_parse_to_the_same_return(self):
        connector = connector_with(self, Capability.RETURNS)
        records, _pages = fetch_all(self, connector, "fetch_returns")
        assert records
        for record in records:
            parsed = connector.parse_return(json.loads(json.dumps(record.payload)))
            assert (parsed.shop_id, parsed.external_id, parsed.revision) == _key(record)
            assert _key(connector.fetch_return(record.shop_id, record.external_id)) == _key(record)

    def test_returns_are_sound(self):
        connector = connector_with(self, Capability.RETURNS)
        assert self.raw_returns()
        for payload in self.raw_returns():
            before = copy.deepcopy(payload)
            parsed = connector.parse_return(payload)
            assert isinstance(parsed, Return)
            assert parsed == connector.parse_return(payload)
            assert payload == before
            assert parsed.order_id
            assert parsed.created_at.utcoffset() == parsed.updated_at.utcoffset() == timedelta(0)
            assert all(line.quantity >= 0 for line in parsed.lines)
            assert len({line.external_id for line in parsed.lines}) == len(parsed.lines)

    @pytest.mark.parametrize("payload", [None, [], "return", 7, {}])
    def test_what_is_no_return_is_refused(self, payload):
        connector = connector_with(self, Capability.RETURNS)
        with pytest.raises(InvalidPayload) as caught:
            connector.parse_return(payload)
        assert caught.value.path


def _key(record):
    return record.shop_id, record.external_id, record.revision
