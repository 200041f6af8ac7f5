"""The conformance kit finds mistakes: a sound connector, spoiled in one place, fails the test that is meant for it."""

import dataclasses
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from addons.marketplace.contract import (
    AuthenticationFailed,
    Capability,
    InvalidPayload,
    OrderStatus,
    Page,
    PushResult,
)
from addons.marketplace_amazon.connector import auth as amazon_auth
from addons.marketplace_woocommerce.connector import actions, api, connector, orders, products, returns, webhooks
from tests.plain.amazon import test_conformance as amazon
from tests.plain.woocommerce import test_conformance as woocommerce

SHIPMENT, REFUND, STOCK = Capability.SHIPMENT_CONFIRMATION, Capability.REFUND, Capability.STOCK_PUSH


def then(function, change):
    """The function, with its result changed."""
    return lambda *args, **options: change(function(*args, **options))


def replacing(**changes):
    """Change fields of a record; each change gets the old value."""

    def change(record):
        return dataclasses.replace(record, **{name: new(getattr(record, name)) for name, new in changes.items()})

    return change


def as_float(money):
    """An amount that has been a float on its way."""
    return dataclasses.replace(money, amount=Decimal(repr(float(money.amount))))


def two_decimals(money):
    """An amount in cents, whatever the currency."""
    return dataclasses.replace(money, amount=round(money.amount, 2))


def drop_a_record(page):
    """A page without its first record."""
    return dataclasses.replace(page, records=page.records[1:])


def end_early(page):
    """A fetch that forgets to go on."""
    return Page(page.records, complete_until=page.complete_until or datetime(2026, 5, 1, tzinfo=timezone.utc))


def refuse_unknown(order):
    """Unknown states as errors."""
    if order.status is OrderStatus.UNKNOWN:
        raise InvalidPayload("status", f"unknown value {order.status_text!r}")
    return order


def fail_as_a_whole(page):
    """One broken order stops its page."""
    if page.broken:
        raise InvalidPayload(*page.broken[0][:2])
    return page


def believe(request, secret):
    """A webhook that is believed whatever its signature says."""
    signature = woocommerce.sign_webhook(request.body)
    signed = dataclasses.replace(request, headers={**request.headers, "x-wc-webhook-signature": signature})
    return _read(signed, secret)


_read = webhooks.read

#: ``(what is wrong, module, name, what takes its place, test that must fail, its arguments)``.
MISTAKES = [
    (
        "forgets orders",
        orders,
        "fetch_page",
        lambda old: then(old, drop_a_record),
        "pages_lead_to_every_order_once",
        (),
    ),
    ("stops early", orders, "fetch_page", lambda old: then(old, end_early), "pages_lead_to_every_order_once", ()),
    (
        "completes in the future",
        api.WooApi,
        "complete_until",
        lambda old: then(old, lambda end: end + timedelta(minutes=2)),
        "only_the_last_page_is_complete",
        (),
    ),
    (
        "trusts its own clock",
        api.WooApi,
        "complete_until",
        lambda old: lambda self, answer: datetime.fromtimestamp(self.client.clock(), timezone.utc),
        "nothing_is_complete_beyond_the_clock_of_the_marketplace",
        (),
    ),
    (
        "revisions by chance",
        orders,
        "revision_of",
        lambda old: lambda payload, updated_at: str(id(payload)),
        "fetching_again_brings_the_same_revisions",
        (),
    ),
    (
        "revisions by time alone",
        orders,
        "revision_of",
        lambda old: lambda payload, updated_at: str(updated_at),
        "a_silent_change_is_another_revision",
        (),
    ),
    (
        "one broken order stops all",
        orders,
        "fetch_page",
        lambda old: then(old, fail_as_a_whole),
        "a_broken_order_is_set_aside_with_its_path",
        (),
    ),
    (
        "crashes on unknown states",
        orders,
        "parse_order",
        lambda old: then(old, refuse_unknown),
        "a_status_that_nobody_knows_is_kept",
        (),
    ),
    (
        "amounts by float",
        orders,
        "parse_order",
        lambda old: then(old, replacing(total=as_float)),
        "money_is_exact_to_the_last_digit",
        ("123456789012345.678", "KWD"),
    ),
    (
        "two decimals for all",
        orders,
        "parse_order",
        lambda old: then(old, replacing(total=two_decimals)),
        "money_is_exact_to_the_last_digit",
        ("1234.567", "KWD"),
    ),
    (
        "loses a charge",
        orders,
        "parse_order",
        lambda old: then(old, replacing(charges=lambda charges: ())),
        "charges_add_up_to_the_total",
        (),
    ),
    (
        "pays twice",
        actions,
        "is_refund_of",
        lambda old: lambda *_: False,
        "the_same_reference_again_changes_nothing",
        (REFUND,),
    ),
    (
        "pays blindly again",
        actions,
        "is_refund_of",
        lambda old: lambda *_: False,
        "a_write_whose_answer_is_lost_is_not_repeated_blindly",
        (REFUND,),
    ),
    (
        "ships twice",
        actions,
        "read_parcels",
        lambda old: lambda order: {},
        "the_same_reference_again_changes_nothing",
        (SHIPMENT,),
    ),
    (
        "forgets what was refused",
        connector,
        "each",
        lambda old: then(old, lambda results: [result for result in results if result.accepted]),
        "a_refusal_stops_no_other",
        (SHIPMENT,),
    ),
    (
        "repeats what was refused",
        connector,
        "each",
        lambda old: then(old, lambda found: [dataclasses.replace(one, retry_after=1.0) for one in found]),
        "a_refusal_stops_no_other",
        (SHIPMENT,),
    ),
    (
        "claims to have pushed",
        products,
        "push_stock",
        lambda old: lambda api, levels: [PushResult(level.sku, True) for level in levels],
        "a_write_is_carried_out_and_told",
        (STOCK,),
    ),
    ("believes anybody", webhooks, "read", lambda old: believe, "one_changed_byte_breaks_the_signature", (0.5,)),
    ("believes the unsigned", webhooks, "read", lambda old: believe, "a_wrong_or_missing_signature_is_refused", ()),
    (
        "each repetition is new",
        webhooks,
        "read",
        lambda old: lambda request, secret: dataclasses.replace(
            old(request, secret), delivery_id=str(request.received_at)
        ),
        "a_repetition_has_the_same_delivery_id",
        (),
    ),
    (
        "subscribes again and again",
        webhooks,
        "_ensure",
        lambda old: lambda api, url, topic, entry: old(api, url, topic, None),
        "subscribing_again_changes_nothing",
        (),
    ),
    (
        "returns change by themselves",
        returns,
        "revision_of",
        lambda old: lambda payload, created_at: str(id(payload)),
        "filed_returns_parse_to_the_same_return",
        (),
    ),
]


@pytest.mark.parametrize(
    ("module", "name", "spoil", "test", "arguments"), [pytest.param(*row[1:], id=row[0]) for row in MISTAKES]
)
def test_a_mistake_is_found(module, name, spoil, test, arguments, monkeypatch):
    run(woocommerce.TestWooCommerce, test, arguments)
    monkeypatch.setattr(module, name, spoil(getattr(module, name)))
    with pytest.raises((AssertionError, InvalidPayload, pytest.fail.Exception)):
        run(woocommerce.TestWooCommerce, test, arguments)


def test_a_token_that_is_not_renewed_is_found(monkeypatch):
    run(amazon.TestAmazon, "a_token_that_ends_between_pages_is_renewed_once", ())
    monkeypatch.setattr(amazon_auth.LwaAuth, "renew", lambda self, failure: False)
    with pytest.raises(AuthenticationFailed):
        run(amazon.TestAmazon, "a_token_that_ends_between_pages_is_renewed_once", ())


def test_secrets_in_errors_are_found(monkeypatch):
    kit = woocommerce.TestWooCommerce()
    kit.setup_method()
    monkeypatch.setattr(kit, "secrets", lambda: ["ConnectionError"])
    with pytest.raises(AssertionError):
        kit.test_failures_are_typed_and_bounded("no connection")


def run(kit, test, arguments):
    """One test of the kit, as pytest runs it."""
    tested = kit()
    tested.setup_method()
    getattr(tested, f"test_{test}")(*arguments)
