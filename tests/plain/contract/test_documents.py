"""Settlements that travel as JSON."""

import pytest

from addons.marketplace.contract import InvalidPayload, SettlementDocument, pack_document, unpack_document


def test_what_is_packed_is_unpacked_with_every_digit():
    document = pack_document("payout-1", {"pages": [{"amount": "1.10", "memo": "Zürich 深圳"}], "count": 2})
    assert document.name == "payout-1.json"
    assert unpack_document(document) == {"pages": [{"amount": "1.10", "memo": "Zürich 深圳"}], "count": 2}
    assert unpack_document(SettlementDocument("f.json", b'\xef\xbb\xbf{"amount": 0.10}')) == {"amount": "0.10"}


@pytest.mark.parametrize("content", [b"", b"[]", b"7", b"\xff\xfe\x00", b'{"a": 1', b"[" * 100_000])
def test_what_is_no_object_is_refused_with_the_name(content):
    with pytest.raises(InvalidPayload) as caught:
        unpack_document(SettlementDocument("payout-1.json", content))
    assert caught.value.path == "payout-1.json"
