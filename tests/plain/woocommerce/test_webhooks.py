"""Subscriptions, and what of a webhook is believed."""

from dataclasses import replace

import pytest

from addons.marketplace.contract import AuthenticationFailed, InvalidPayload, NoticeKind, WebhookRequest
from tests.plain.woocommerce.shop import CREDENTIALS, Shop, sign_webhook

HOOK = "https://odoo.example/hook"


def test_subscriptions():
    shop = Shop()
    shop.connect().subscribe_webhooks(HOOK)
    made = list(shop.webhooks.values())
    assert [entry["topic"] for entry in made] == ["order.created", "order.updated", "order.deleted"]
    assert {(entry["delivery_url"], entry["status"], entry["secret"]) for entry in made} == {
        (HOOK, "active", CREDENTIALS.webhook_secret)
    }


def test_a_webhook_that_the_shop_gave_up_on_is_active_again():
    shop = Shop()
    shop.connect().subscribe_webhooks(HOOK)
    first = next(iter(shop.webhooks))
    shop.webhooks[first]["status"] = "disabled"
    shop.requests.clear()
    shop.connect().subscribe_webhooks(HOOK)
    assert [(method, path) for method, path, _body in shop.written()] == [("PUT", f"/webhooks/{first}")]
    assert shop.webhooks[first]["status"] == "active"


def test_webhooks_of_other_keys_get_the_new_secret():
    shop = Shop()
    shop.connect().subscribe_webhooks(HOOK)
    for entry in shop.webhooks.values():
        entry.update(secret="old", name="Odoo order.created 00000000")
    shop.connect().subscribe_webhooks(HOOK)
    assert {entry["secret"] for entry in shop.webhooks.values()} == {CREDENTIALS.webhook_secret}
    assert len(shop.webhooks) == 3


def signed(body, topic="order.updated"):
    headers = {"x-wc-webhook-topic": topic, "x-wc-webhook-signature": sign_webhook(body)}
    return WebhookRequest("POST", HOOK, headers, {}, body, 0.0)


def test_the_ping_of_a_new_webhook_says_nothing():
    webhook = Shop().connect().read_webhook(WebhookRequest("POST", HOOK, {}, {}, b"webhook_id=17", 0.0))
    assert (webhook.topic, webhook.notices) == ("ping", ())
    with pytest.raises(AuthenticationFailed):
        Shop().connect().read_webhook(WebhookRequest("POST", HOOK, {}, {}, b"webhook_id=17&id=701", 0.0))


def test_other_topics_are_kept():
    (notice,) = Shop().connect().read_webhook(signed(b'{"id": 91}', "product.updated")).notices
    assert (notice.kind, notice.external_id) == (NoticeKind.OTHER, "")


def test_a_replay_under_another_delivery_id_is_known():
    request = signed(b'{"id": 701}')
    replayed = replace(request, headers={**request.headers, "x-wc-webhook-delivery-id": "other"})
    connector = Shop().connect()
    assert connector.read_webhook(request).delivery_id == connector.read_webhook(replayed).delivery_id


@pytest.mark.parametrize("body", [b"no json", b'"text"', b"[]", b"{}"])
def test_signed_nonsense_names_the_path(body):
    with pytest.raises(InvalidPayload) as caught:
        Shop().connect().read_webhook(signed(body))
    assert caught.value.path
