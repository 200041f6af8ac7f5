"""Webhooks: what each topic says, and the privacy requests that Shopify makes mandatory."""

import pytest

from addons.marketplace.contract import AuthenticationFailed, InvalidPayload, Notice, NoticeKind, Rejected
from addons.marketplace_shopify.connector.webhooks import TOPICS, read_webhook
from tests.plain.fake_http import FakeTime
from tests.plain.shopify.shop import CREDENTIALS, DOMAIN, connect, data, page, sent, webhook

NOW = 1_780_000_000
CUSTOMER = {"id": 191167, "email": "john@example.com", "phone": "555-625-1199"}


def read(body, topic, **options):
    return read_webhook(webhook(body, topic, NOW, **options), CREDENTIALS)


def notices(body, topic):
    return [(notice.kind, notice.external_id) for notice in read(body, topic).notices]


@pytest.mark.parametrize(
    "topic", ["orders/create", "orders/updated", "orders/cancelled", "orders/paid", "orders/delete"]
)
def test_orders(topic):
    assert notices({"id": 820982911946154508}, topic) == [(NoticeKind.ORDER, "820982911946154508")]


def test_the_global_id_is_exact():
    body = {"id": 820982911946154500, "admin_graphql_api_id": "gid://shopify/Order/820982911946154508"}
    assert notices(body, "orders/updated") == [(NoticeKind.ORDER, "820982911946154508")]


def test_edits_risks_and_parcels_name_the_order():
    assert notices({"order_edit": {"id": 1, "order_id": 42}}, "orders/edited") == [(NoticeKind.ORDER, "42")]
    risk = {"risk_level": "high", "order_id": 42, "admin_graphql_api_order_id": "gid://shopify/Order/42"}
    assert notices(risk, "orders/risk_assessment_changed") == [(NoticeKind.ORDER, "42")]
    assert notices({"id": 7, "order_id": 42}, "fulfillments/create") == [(NoticeKind.ORDER, "42")]


def test_refunds_and_returns():
    body = {"id": 7, "order_id": 42, "return": None}
    assert notices(body, "refunds/create") == [(NoticeKind.ORDER, "42"), (NoticeKind.RETURN, "Refund/7")]
    settled = {**body, "return": {"id": 5}}
    assert notices(settled, "refunds/create")[1] == (NoticeKind.RETURN, "Return/5")
    assert notices({"id": 5}, "returns/approve") == [(NoticeKind.RETURN, "Return/5")]


def test_products_and_levels():
    assert notices({"id": 8}, "products/update") == [(NoticeKind.LISTING, "8")]
    assert notices({"inventory_item_id": 9, "available": 3}, "inventory_levels/update") == [(NoticeKind.LISTING, "9")]


def test_an_uninstalled_app_has_no_access():
    assert notices({"id": 1, "plan_name": "basic"}, "app/uninstalled") == [(NoticeKind.DEAUTHORISED, "")]
    # The topic is not signed: an order under this topic disconnects nobody.
    with pytest.raises(InvalidPayload, match="plan_name"):
        read({"id": 1}, "app/uninstalled")


def test_unknown_topics_are_kept():
    assert notices({"id": 1}, "themes/publish") == [(NoticeKind.OTHER, "")]


# === PRIVACY === #


@pytest.mark.parametrize(
    ("topic", "key", "kind"),
    [
        ("customers/data_request", "orders_requested", NoticeKind.CUSTOMER_EXPORT),
        ("customers/redact", "orders_to_redact", NoticeKind.CUSTOMER_ERASURE),
    ],
)
def test_requests_about_a_customer(topic, key, kind):
    body = {"shop_id": 954889, "shop_domain": DOMAIN, "customer": CUSTOMER, key: [299938, 280263]}
    details = {
        "orders": ["299938", "280263"],
        "email": "john@example.com",
        "phone": "555-625-1199",
        "customer_id": "191167",
    }
    assert read(body, topic).notices == (Notice(kind, DOMAIN, "191167", details),)
    without_orders = {**body, key: None, "customer": {"id": 191167}}
    assert read(without_orders, topic).notices[0].details == {
        "orders": [],
        "email": "",
        "phone": "",
        "customer_id": "191167",
    }
    with pytest.raises(InvalidPayload, match="shop_domain"):
        read({**body, "shop_domain": None}, topic)
    with pytest.raises(InvalidPayload, match=r"customer\.id"):
        read({**body, "customer": None}, topic)
    with pytest.raises(InvalidPayload, match=key):
        read({**body, key: "299938"}, topic)


def test_erasing_a_shop():
    body = {"shop_id": 954889, "shop_domain": DOMAIN}
    assert read(body, "shop/redact").notices == (Notice(NoticeKind.SHOP_ERASURE, DOMAIN),)


@pytest.mark.parametrize("topic", ["customers/data_request", "customers/redact", "shop/redact"])
def test_unsigned_privacy_requests_erase_nothing(topic):
    body = {"shop_domain": DOMAIN, "customer": CUSTOMER}
    with pytest.raises(AuthenticationFailed):
        read(body, topic, secret="guessed")


# === SIGNATURE === #


def test_a_delivery_is_known_again():
    first, other = read({"id": 1}, "orders/updated"), read({"id": 1}, "orders/updated", delivery="another")
    assert first.delivery_id == read({"id": 1}, "orders/updated").delivery_id != other.delivery_id
    # The number of a delivery is not signed: with another content it is another delivery.
    assert first.delivery_id != read({"id": 2}, "orders/updated").delivery_id


def test_signed_but_unreadable():
    for body in (b"<xml/>", b"[]", b"7"):
        with pytest.raises(InvalidPayload):
            read(body, "orders/updated")


def test_an_app_without_secret_believes_nobody():
    request = webhook({"id": 1}, "orders/updated", NOW, secret="")
    with pytest.raises(AuthenticationFailed):
        read_webhook(request, type(CREDENTIALS)(DOMAIN, access_token="shpat_1"))


# === SUBSCRIBING === #


def test_only_missing_topics_are_subscribed():
    url, made = "https://odoo.example/webhook/1", []

    def handle(request):
        name, variables = sent(request)
        if name == "Subscriptions":
            nodes = [{"id": topic, "topic": topic, "uri": url} for topic in TOPICS[:-2]]
            return data(webhookSubscriptions=page([*nodes, {"id": "x", "topic": TOPICS[-1], "uri": "https://other"}]))
        made.append((variables["topic"], variables["subscription"]))
        return data(webhookSubscriptionCreate={"userErrors": errors})

    errors = []
    connect(handle, FakeTime()).subscribe_webhooks(url)
    assert made == [(topic, {"uri": url, "format": "JSON"}) for topic in TOPICS[-2:]]
    errors.append({"field": None, "message": "Address for this topic has already been taken"})
    connect(handle, FakeTime()).subscribe_webhooks(url)
    errors[0] = {"field": None, "message": "Address is not allowed"}
    with pytest.raises(Rejected, match="not allowed"):
        connect(handle, FakeTime()).subscribe_webhooks(url)
