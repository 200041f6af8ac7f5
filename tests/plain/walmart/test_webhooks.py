"""Webhooks and what is declared."""

import base64
import hashlib
import hmac
import json

import pytest

from addons.marketplace.contract import (
    AuthenticationFailed,
    Capability,
    InvalidPayload,
)
from tests.plain.fake_http import answer
from tests.plain.walmart.play import (
    TYPES,
    hook,
)
from tests.plain.walmart.walmart import (
    CREDENTIALS,
    SHOP,
    start,
)


def test_subscribing_again_changes_nothing_and_moving_takes_the_old_ones_away():
    known = {}

    def create(_query, body):
        for entry in body["events"]:
            number = f"id{len(known)}"
            known[number] = {**entry, "subscriptionId": number}
        return answer({"events": list(known.values())})

    def delete(_query, _body, number):
        known.pop(number)
        return answer({})

    walmart, connector = start(
        webhooks_types=lambda *_a: answer(TYPES),
        webhooks_list=lambda *_a: answer({"events": [{"event": list(known.values())}]}),
        webhooks_create=create,
        webhooks_delete=delete,
    )
    for url in ("https://a.example/hook", "https://a.example/hook", "https://b.example/hook"):
        connector.subscribe_webhooks(url)
    assert {(entry["eventType"], entry["eventUrl"]) for entry in known.values()} == {
        ("PO_CREATED", "https://b.example/hook"),
        ("INTENT_TO_CANCEL", "https://b.example/hook"),
    }
    assert walmart.count()["webhooks.create"] == 2
    assert all(entry["authDetails"]["authMethod"] == "HMAC" for entry in known.values())


def test_both_ways_of_writing_the_signature_are_taken():
    body = json.dumps(
        {"source": {"eventType": "PO_CREATED", "eventId": "e1"}, "payload": {"partnerId": SHOP, "purchaseOrderId": "5"}}
    ).encode()
    digest = hmac.new(CREDENTIALS.webhook_secret.encode(), body, hashlib.sha256).digest()
    _walmart, connector = start()
    for written in (digest.hex(), base64.b64encode(digest).decode()):
        told = connector.read_webhook(hook(body, written))
        assert (told.topic, told.delivery_id) == ("PO_CREATED", "e1")
        assert [(notice.kind.value, notice.external_id) for notice in told.notices] == [("order", "5")]
    with pytest.raises(AuthenticationFailed):
        connector.read_webhook(hook(body, digest.hex()[:-1] + "x"))


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"source":{"eventType":"PO_CREATED"},"payload":{}}'])
def test_signed_but_unreadable(body):
    _walmart, connector = start()
    with pytest.raises(InvalidPayload):
        connector.read_webhook(hook(body))


def test_other_events_are_kept():
    _walmart, connector = start()
    told = connector.read_webhook(hook(b'{"source":{"eventType":"BUY_BOX_CHANGED"},"payload":{"x":1}}'))
    assert told.notices[0].kind.value == "other"


def test_capabilities():
    _walmart, connector = start()
    assert Capability.AUTHORISATION not in connector.capabilities  # keys of the seller's own, no page to agree on
    assert Capability.LABELS not in connector.capabilities
