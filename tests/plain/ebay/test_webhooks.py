"""Notifications: challenge, keys, topics, subscriptions."""

import hashlib
import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes

from addons.marketplace.contract import AuthenticationFailed, NoticeKind, RateLimited, WebhookRequest
from addons.marketplace.transport import MemoryTokenStore, Tokens
from addons.marketplace_ebay.connector import verification_token
from tests.plain.ebay import ebay, notices
from tests.plain.ebay.ebay import CREDENTIALS, Ebay, connect

DELETION = "MARKETPLACE_ACCOUNT_DELETION"


def key_calls(server):
    return [request for request in server.requests if "/public_key/" in request.url]


def read(connector, topic, data):
    return connector.read_webhook(notices.signed(notices.notification(topic, data)))


# === ENDPOINT === #


def test_the_challenge_is_answered():
    """sha256 of code, token and endpoint, as hexadecimal JSON."""
    token = verification_token(CREDENTIALS.client_secret)
    request = WebhookRequest("GET", notices.URL, {}, {"challenge_code": "a1b2"}, b"", 0.0)
    webhook = connect(Ebay()).read_webhook(request)
    wanted = hashlib.sha256(f"a1b2{token}{notices.URL}".encode()).hexdigest()
    assert json.loads(webhook.reply) == {"challengeResponse": wanted}
    assert webhook.reply_type == "application/json"
    assert webhook.notices == ()


def test_the_token_has_the_form_that_ebay_wants():
    token = verification_token(CREDENTIALS.client_secret)
    assert 32 <= len(token) <= 80
    assert token.isalnum()
    assert token != verification_token("another secret")


def test_a_get_without_challenge_is_refused():
    with pytest.raises(AuthenticationFailed):
        connect(Ebay()).read_webhook(WebhookRequest("GET", notices.URL, {}, {}, b"", 0.0))


# === KEYS === #


def test_a_key_is_fetched_once_an_hour():
    server = Ebay()
    connector = connect(server)
    for _ in range(3):
        read(connector, DELETION, {"username": "u", "userId": "i"})
    assert len(key_calls(server)) == 1
    server.time.now += 3601
    read(connector, DELETION, {"username": "u", "userId": "i"})
    assert len(key_calls(server)) == 2


def test_invented_key_ids_do_not_use_up_our_calls():
    server = Ebay()
    connector = connect(server)
    body = notices.notification(DELETION, {})
    refused = 0
    for number in range(15):
        with pytest.raises((AuthenticationFailed, RateLimited)):
            connector.read_webhook(notices.signed(body, kid=f"0000-{number}"))
        refused += 1
    assert refused == 15
    assert len(key_calls(server)) < 15
    assert sum(server.time.waits) < 2  # whoever calls us waits for our answer


def test_a_key_serves_on_while_ebay_cannot_be_asked():
    server = Ebay()
    connector = connect(server)
    read(connector, DELETION, {"userId": "i"})
    server.time.now += 3601
    server.before = lambda request: ebay.errors(30500, "down", 503) if "/public_key/" in request.url else None
    assert read(connector, DELETION, {"userId": "i"}).notices


def test_a_key_id_that_is_none_is_not_asked_for():
    server = Ebay()
    with pytest.raises(AuthenticationFailed):
        connect(server).read_webhook(notices.signed(notices.notification(DELETION, {}), kid="../destination"))
    assert key_calls(server) == []


def test_another_hash_than_the_keys_is_refused():
    request = notices.signed(notices.notification(DELETION, {"userId": "i"}), digest=hashes.SHA256())
    with pytest.raises(AuthenticationFailed, match="does not fit"):
        connect(Ebay()).read_webhook(request)


# === TOPICS === #


def test_a_buyer_who_leaves_is_erased_under_both_names():
    webhook = read(connect(Ebay()), DELETION, {"username": "buyer_1", "userId": "ma8vp1jySJC", "eiasToken": "nY+s"})
    assert {notice.kind for notice in webhook.notices} == {NoticeKind.CUSTOMER_ERASURE}
    assert {notice.details["customer_id"] for notice in webhook.notices} == {"buyer_1", "ma8vp1jySJC"}


def test_a_parcel_that_was_marked_as_shipped():
    data = {"item": [{"orderLineItemId": "1-2", "order": {"orderId": "06-1-1"}}]}
    (notice,) = read(connect(Ebay()), "ITEM_MARKED_SHIPPED", data).notices
    assert (notice.kind, notice.external_id) == (NoticeKind.ORDER, "06-1-1")


@pytest.mark.parametrize(
    ("user", "kind"), [("U-1", NoticeKind.DEAUTHORISED), ("U-2", NoticeKind.OTHER), ("", NoticeKind.DEAUTHORISED)]
)
def test_only_our_own_seller_takes_access_back(user, kind):
    store = MemoryTokenStore(Tokens(access="a", access_ends_at=0, refresh="r", details={"user_id": "U-1"}))
    (notice,) = read(connect(Ebay(), token_store=store), "AUTHORIZATION_REVOCATION", {"userId": user}).notices
    assert notice.kind is kind


def test_other_topics_are_kept():
    webhook = read(connect(Ebay()), "ITEM_PRICE_REVISION", {"itemId": "1"})
    assert (webhook.topic, webhook.notices[0].kind) == ("ITEM_PRICE_REVISION", NoticeKind.OTHER)


# === SUBSCRIPTIONS === #


def test_topics_are_subscribed_to_by_whom_they_belong_to():
    server = Ebay()
    connector = connect(server, replace(CREDENTIALS, alert_email="alerts@example.com"))
    server.before = lambda request: ebay.answer(None, 204) if request.url.endswith("/config") else None
    connector.subscribe_webhooks(notices.URL)
    assert {(owner, entry["topicId"]) for owner, entry in server.subscriptions.values()} == {
        ("user", "ORDER_CONFIRMATION"),
        ("application", DELETION),
        ("application", "AUTHORIZATION_REVOCATION"),
    }
    (config,) = [request for request in server.requests if request.url.endswith("/config")]
    assert json.loads(config.body) == {"alertEmail": "alerts@example.com"}
    (destination,) = server.destinations.values()
    assert destination["deliveryConfig"] == {
        "endpoint": notices.URL,
        "verificationToken": verification_token(CREDENTIALS.client_secret),
    }


def test_what_was_switched_off_is_switched_on():
    server = Ebay()
    connector = connect(server)
    connector.subscribe_webhooks(notices.URL)
    (destination,) = server.destinations.values()
    destination["status"] = "MARKED_DOWN"
    entries = [entry for _owner, entry in server.subscriptions.values()]
    entries[0]["status"], entries[1]["destinationId"] = "DISABLED", "elsewhere"
    connector.subscribe_webhooks(notices.URL)
    assert destination["status"] == "ENABLED"
    assert {entry["status"] for entry in entries} == {"ENABLED"}
    assert {entry["destinationId"] for entry in entries} == {destination["destinationId"]}
    assert len(server.subscriptions) == 3


def test_a_new_address_is_a_new_destination():
    server = Ebay()
    connector = connect(server)
    connector.subscribe_webhooks(notices.URL)
    connector.subscribe_webhooks(f"{notices.URL}/new")
    assert len(server.destinations) == 2
    assert {entry["destinationId"] for _owner, entry in server.subscriptions.values()} == {"d-1"}
