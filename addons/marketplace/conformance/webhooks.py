"""Webhooks: nothing is believed before the signature was checked on the raw body."""

from dataclasses import replace

import pytest

from ..contract import AuthenticationFailed, Capability, InvalidPayload, NoticeKind
from .hooks import Hooks, connector_with
from .kit import secrets_in

_URL = "https://odoo.example/marketplace/webhook/1"


class WebhookTests(Hooks):
    """Verified calls say where to look."""

    def test_a_webhook_names_the_order_to_fetch(self):
        connector = connector_with(self, Capability.WEBHOOKS)
        webhook = connector.read_webhook(self.webhook("order"))
        (notice,) = webhook.notices
        assert notice.kind is NoticeKind.ORDER
        assert notice.external_id == connector.parse_order(self.raw_orders()[0]).external_id
        assert connector.fetch_order(notice.external_id).external_id == notice.external_id
        assert webhook.topic

    @pytest.mark.parametrize("position", [0, 0.5, 1])
    def test_one_changed_byte_breaks_the_signature(self, position):
        connector = connector_with(self, Capability.WEBHOOKS)
        request = self.webhook("order")
        body = bytearray(request.body)
        body[round(position * (len(body) - 1))] ^= 1
        _refuse(self, connector, replace(request, body=bytes(body)))
        _refuse(self, connector, replace(request, body=b""))

    def test_a_wrong_or_missing_signature_is_refused(self):
        connector = connector_with(self, Capability.WEBHOOKS)
        request = self.webhook("order")
        assert self.webhook_signature in request.headers
        signature = request.headers[self.webhook_signature]
        middle = len(signature) // 2
        other = "B" if signature[middle] in "aA" else "A"
        for wrong in (signature[:middle] + other + signature[middle + 1 :], "", "none", "Ünsigned"):
            _refuse(self, connector, replace(request, headers={**request.headers, self.webhook_signature: wrong}))
        unsigned = {name: value for name, value in request.headers.items() if name != self.webhook_signature}
        _refuse(self, connector, replace(request, headers=unsigned))

    def test_an_old_webhook_is_refused(self):
        connector = connector_with(self, Capability.WEBHOOKS)
        request = self.webhook("order")
        later = replace(request, received_at=request.received_at + (self.webhook_max_age or 86_400) + 1)
        if self.webhook_max_age is None:
            assert connector.read_webhook(later).notices  # nothing in it tells its age
        else:
            _refuse(self, connector, later)

    def test_a_webhook_without_an_id_names_the_path(self):
        connector = connector_with(self, Capability.WEBHOOKS)
        with pytest.raises(InvalidPayload) as caught:
            connector.read_webhook(self.webhook("no id"))
        assert caught.value.path

    def test_a_repetition_has_the_same_delivery_id(self):
        connector = connector_with(self, Capability.WEBHOOKS)
        request = self.webhook("order")
        first = connector.read_webhook(request).delivery_id
        repeated = replace(request, received_at=request.received_at + 1)
        assert first
        assert connector.read_webhook(repeated).delivery_id == first
        assert connector.read_webhook(self.webhook("another order")).delivery_id != first

    def test_subscribing_again_changes_nothing(self):
        connector = connector_with(self, Capability.WEBHOOKS)
        connector.subscribe_webhooks(_URL)
        once = self.booked(Capability.WEBHOOKS)
        connector.subscribe_webhooks(_URL)
        assert once
        assert self.booked(Capability.WEBHOOKS) == once


def _refuse(kit, connector, request):
    with pytest.raises(AuthenticationFailed) as caught:
        connector.read_webhook(request)
    assert not secrets_in(kit, str(caught.value))
