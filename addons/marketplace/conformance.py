"""What every connector must do, as tests: subclass :class:`ConnectorConformance` and fill in the hooks.

    class TestAmazon(ConnectorConformance):
        def make_connector(self, failure=None): ...

Plain pytest style, without Odoo and without network.
"""

import copy
import json
import logging
from dataclasses import FrozenInstanceError
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from .contract import (
    AuthenticationFailed,
    Capability,
    Connector,
    InvalidPayload,
    Order,
    RateLimited,
    RawRecord,
    Rejected,
    Unavailable,
)

#: Failures that :meth:`ConnectorConformance.make_connector` must be able to play, and what they mean.
FAILURES = {
    "rate limited": RateLimited,  # the marketplace refuses and says: in ten minutes
    "server error": Unavailable,  # every attempt ends in 5xx
    "no connection": Unavailable,
    "truncated": Unavailable,  # every answer breaks off in the middle
    "bad credentials": AuthenticationFailed,
    "bad request": Rejected,
}

_VERBS = {
    Capability.ORDERS: ("fetch_orders", "fetch_order", "parse_order"),
    Capability.LISTINGS: ("fetch_listings",),
    Capability.STOCK_PUSH: ("push_stock",),
    Capability.STOCK_READ: ("fetch_stock",),
    Capability.SHIPMENT_CONFIRMATION: ("confirm_shipments",),
    Capability.MARKETPLACE_FULFILMENT: ("fetch_fulfilment_stock",),
    Capability.NOTIFICATIONS: ("receive_notifications",),
    Capability.AUTHORISATION: ("authorization_url", "authorize"),
    Capability.ACKNOWLEDGEMENT: ("acknowledge_orders",),
    Capability.CANCELLATION: ("cancel_orders",),
    Capability.RETURNS: ("fetch_returns", "fetch_return", "parse_return"),
    Capability.REFUND: ("refund_orders",),
    Capability.LABELS: ("arrange_shipments", "fetch_labels"),
    Capability.WEBHOOKS: ("subscribe_webhooks", "read_webhook"),
}
_ARGUMENTS = {
    "fetch_orders": (["shop"], datetime(2026, 1, 1, tzinfo=timezone.utc)),
    "fetch_order": ("1",),
    "parse_order": ({},),
    "fetch_listings": ("shop",),
    "push_stock": ("shop", []),
    "fetch_stock": ("shop", []),
    "confirm_shipments": ([],),
    "fetch_fulfilment_stock": ("shop",),
    "receive_notifications": (),
    "authorization_url": ("state", "https://shop.example/callback", "challenge"),
    "authorize": ({}, "https://shop.example/callback", "verifier"),
    "acknowledge_orders": ("shop", []),
    "cancel_orders": ([],),
    "fetch_returns": (["shop"], datetime(2026, 1, 1, tzinfo=timezone.utc)),
    "fetch_return": ("shop", "1"),
    "parse_return": ({},),
    "refund_orders": ([],),
    "arrange_shipments": ([],),
    "fetch_labels": ([],),
    "subscribe_webhooks": ("https://shop.example/webhook",),
    "read_webhook": (None,),
}


class ConnectorConformance:
    """Hooks first, tests below. A connector must pass all of them.

    ``tests/plain/amazon/test_conformance.py`` is a complete example.
    """

    #: External id of the shop that the sample orders belong to.
    shop_id = ""
    #: Start of a range of time that holds the sample orders.
    since = datetime(2020, 1, 1, tzinfo=timezone.utc)

    def make_connector(self, failure=None):
        """A connector whose marketplace is a fake without network and without real waiting.

        :param failure: ``None``: serves :meth:`raw_orders` in pages of one, then nothing more; one of
            :data:`FAILURES`: every call of the order operations fails like that
        """
        raise NotImplementedError

    def raw_orders(self):
        """Valid orders as the marketplace sends them: several, with tax, discount, shipping and a cancellation."""
        raise NotImplementedError

    def damaged_orders(self):
        """``[(order that cannot be parsed, text that the path of its error contains)]``."""
        raise NotImplementedError

    def secrets(self):
        """Texts that must never be told: keys, tokens, buyers' data in failures."""
        raise NotImplementedError

    def waited(self):
        """Seconds that connectors of this test have slept in all, by the injected sleep."""
        raise NotImplementedError

    # === CAPABILITIES === #

    def test_declares_its_capabilities(self):
        connector = self.make_connector()
        assert isinstance(connector, Connector)
        assert connector.capabilities
        assert all(isinstance(capability, Capability) for capability in connector.capabilities)

    @pytest.mark.parametrize("capability", list(Capability))
    def test_verbs_follow_the_capabilities(self, capability):
        connector = self.make_connector()
        for verb in _VERBS[capability]:
            if capability in connector.capabilities:
                assert getattr(type(connector), verb) is not getattr(Connector, verb)
            else:
                with pytest.raises(TypeError, match=capability.value):
                    getattr(connector, verb)(*_ARGUMENTS[verb])

    # === FETCHING === #

    def test_pages_lead_to_every_order_once(self):
        records, pages = self._fetch_all()
        assert len(pages) >= len(self.raw_orders())
        assert all(isinstance(record, RawRecord) for record in records)
        keys = [(record.shop_id, record.external_id, record.revision) for record in records]
        assert len(keys) == len(set(keys)) == len(self.raw_orders())

    def test_only_the_last_page_is_complete(self):
        _records, pages = self._fetch_all()
        assert [page.complete_until is None for page in pages] == [True] * (len(pages) - 1) + [False]
        assert pages[-1].complete_until.utcoffset() == timedelta(0)

    def test_revision_follows_the_content(self):
        first, _pages = self._fetch_all()
        second, _pages = self._fetch_all()
        assert [record.revision for record in first] == [record.revision for record in second]
        assert all(record.updated_at.utcoffset() == timedelta(0) for record in first)

    def test_filed_payloads_parse_to_the_same_order(self):
        connector = self.make_connector()
        for record in self._fetch_all()[0]:
            order = connector.parse_order(json.loads(json.dumps(record.payload)))
            assert (order.shop_id, order.external_id, order.revision, order.updated_at) == (
                record.shop_id,
                record.external_id,
                record.revision,
                record.updated_at,
            )

    # === PARSING === #

    def test_charges_add_up_to_the_total(self):
        for order in self._orders():
            if order.total is not None:
                charges = [charge for line in order.lines for charge in line.charges] + list(order.charges)
                assert sum((charge.total for charge in charges), Decimal(0)) == order.total.amount
                assert {charge.amount.currency for charge in charges} <= {order.total.currency}

    def test_records_are_sound(self):
        for order in self._orders():
            assert isinstance(order, Order)
            assert order.lines
            assert len({line.external_id for line in order.lines}) == len(order.lines)
            assert all(0 <= line.quantity_shipped <= line.quantity for line in order.lines)
            assert order.ordered_at.utcoffset() == order.updated_at.utcoffset() == timedelta(0)
            with pytest.raises(FrozenInstanceError):
                order.external_id = "other"

    def test_amounts_keep_their_text(self):
        for order in self._orders():
            for line in order.lines:
                assert all(abs(Decimal(charge.amount.text)) == abs(charge.amount.amount) for charge in line.charges)

    def test_parsing_is_repeatable_and_leaves_the_payload(self):
        connector = self.make_connector()
        for payload in self.raw_orders():
            before = copy.deepcopy(payload)
            assert connector.parse_order(payload) == connector.parse_order(payload)
            assert payload == before

    def test_unknown_fields_are_ignored(self):
        connector = self.make_connector()
        for payload in self.raw_orders():
            extended = connector.parse_order({**payload, "fieldOfTomorrow": {"a": [1]}})
            assert extended.lines == connector.parse_order(payload).lines

    def test_damaged_orders_name_the_field(self):
        connector = self.make_connector()
        assert self.damaged_orders()
        for payload, path in self.damaged_orders():
            with pytest.raises(InvalidPayload) as caught:
                connector.parse_order(payload)
            assert path in caught.value.path

    @pytest.mark.parametrize("payload", [None, [], "order", 7, {}])
    def test_what_is_no_order_is_refused(self, payload):
        with pytest.raises(InvalidPayload):
            self.make_connector().parse_order(payload)

    # === FAILURES === #

    @pytest.mark.parametrize("failure", list(FAILURES))
    def test_failures_are_typed_and_bounded(self, failure, caplog):
        caplog.set_level(logging.DEBUG)
        connector = self.make_connector(failure)
        with pytest.raises(FAILURES[failure]) as caught:
            connector.fetch_orders([self.shop_id], self.since)
        assert self.waited() <= 30
        told = f"{caught.value} {caught.value!r} {caught.value.__cause__!r} {connector!r} {caplog.text}"
        assert not [secret for secret in self.secrets() if secret in told]

    def test_a_refusal_says_when_to_come_back(self):
        with pytest.raises(RateLimited) as caught:
            self.make_connector("rate limited").fetch_orders([self.shop_id], self.since)
        assert caught.value.retry_after >= 600

    def test_fetching_tells_no_secrets(self, caplog):
        caplog.set_level(logging.DEBUG)
        self._fetch_all()
        assert not [secret for secret in self.secrets() if secret in caplog.text]

    # === HELPERS === #

    def _orders(self):
        connector = self.make_connector()
        return [connector.parse_order(payload) for payload in self.raw_orders()]

    def _fetch_all(self):
        connector, pages, token = self.make_connector(), [], ""
        while not pages or token:
            pages.append(connector.fetch_orders([self.shop_id], self.since, token=token))
            token = pages[-1].next_token
            assert len(pages) <= len(self.raw_orders()) + 1
        return [record for page in pages for record in page.records], pages
