"""Parsing orders: exact, repeatable, and loud about what it cannot understand."""

import copy
from dataclasses import FrozenInstanceError
from datetime import timedelta
from decimal import Decimal

import pytest

from ..contract import Fulfilment, InvalidPayload, Order, OrderStatus
from .hooks import Hooks

#: Amounts whose last digit a float, two decimals for every currency, or a cent too many would lose.
_AMOUNTS = [
    ("1", "JPY"),
    ("1234567", "JPY"),
    ("1234.567", "KWD"),
    ("123456789012345.678", "KWD"),
    ("0.001", "KWD"),
    ("15000000", "IDR"),
    ("15000000.00", "IDR"),
    ("9007199254740993", "IDR"),
    ("1234.56", "BRL"),
    ("0.10", "BRL"),
]


class ParsingTests(Hooks):
    """From raw orders to records."""

    def test_charges_add_up_to_the_total(self):
        for order in _orders(self):
            if order.total is not None:
                assert sum((charge.total for charge in _charges(order)), Decimal(0)) == order.total.amount
                assert {charge.amount.currency for charge in _charges(order)} <= {order.total.currency}

    @pytest.mark.parametrize(("amount", "currency"), _AMOUNTS)
    def test_money_is_exact_to_the_last_digit(self, amount, currency):
        order = self.make_connector().parse_order(self.order_costing(amount, currency))
        assert (order.total.amount, order.total.currency) == (Decimal(amount), currency)
        assert sum((charge.total for charge in order.lines[0].charges), Decimal(0)) == Decimal(amount)

    def test_amounts_keep_their_text(self):
        for order in _orders(self):
            for line in order.lines:
                assert all(abs(Decimal(charge.amount.text)) == abs(charge.amount.amount) for charge in line.charges)

    def test_records_are_sound(self):
        for order in _orders(self):
            assert isinstance(order, Order)
            assert isinstance(order.status, OrderStatus)
            assert isinstance(order.fulfilment, Fulfilment)
            assert order.lines
            assert len({line.external_id for line in order.lines}) == len(order.lines)
            assert all(0 <= line.quantity_shipped <= line.quantity for line in order.lines)
            assert order.ordered_at.utcoffset() == order.updated_at.utcoffset() == timedelta(0)
            with pytest.raises(FrozenInstanceError):
                order.external_id = "other"

    def test_a_status_that_nobody_knows_is_kept(self):
        payload, word = self.unknown_status()
        order = self.make_connector().parse_order(payload)
        assert (order.status, order.status_text) == (OrderStatus.UNKNOWN, word)
        assert order.lines

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
        with pytest.raises(InvalidPayload) as caught:
            self.make_connector().parse_order(payload)
        assert caught.value.path


def _orders(kit):
    connector = kit.make_connector()
    return [connector.parse_order(payload) for payload in kit.raw_orders()]


def _charges(order):
    return [charge for line in order.lines for charge in line.charges] + list(order.charges)
