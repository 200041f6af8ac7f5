"""Reading received JSON: what is taken, what is refused, and the path that an error names."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from addons.marketplace.contract import InvalidPayload, Payload, content_hash, format_time, parse_time, read_each

UTC = timezone.utc


class Lenient(Payload):
    """A marketplace that writes numbers for text, times without zone, empty text for nothing, and commas."""

    __slots__ = ()
    numbers_as_text = True
    zone = UTC

    def get(self, key):
        value = self.data.get(key)
        return None if value == "" else value

    @staticmethod
    def amount_text(text):
        return text.replace(",", "")


def refused(read, *args, **kwargs):
    with pytest.raises(InvalidPayload) as error:
        read(*args, **kwargs)
    return error.value.path, error.value.reason


def test_an_error_names_the_whole_path():
    order = Payload({"lines": [{"item": {"sku": "A"}}, {"item": {"sku": 7}}]}, "orders[3]")
    good, bad = order.nodes("lines")
    assert good.node("item").text("sku") == "A"
    assert refused(bad.node("item").text, "sku") == (
        "orders[3].lines[1].item.sku",
        "text was expected, not int",
    )
    assert bad.path == "orders[3].lines[1]"
    assert Payload({}).where("id") == "id"


def test_only_objects_are_read():
    assert refused(Payload, []) == ("payload", "an object was expected, not list")
    assert refused(Payload, None, "order") == ("order", "an object was expected, not NoneType")
    assert refused(Payload({"a": "text"}).node, "a") == ("a", "an object was expected, not str")
    assert refused(Payload({"a": [{}, 1]}).nodes, "a") == ("a[1]", "an object was expected, not int")


@pytest.mark.parametrize("data", [{}, {"a": None}])
def test_what_is_absent_is_empty(data):
    order = Payload(data)
    assert "a" not in order
    assert order.node("a").node("b").text("c") == ""
    assert (order.nodes("a"), order.array("a"), order.texts("a")) == ([], [], ())
    assert (order.text("a"), order.ident("a"), order.flag("a")) == ("", "", False)
    assert [order.count("a"), order.time("a"), order.epoch("a"), order.money("a", "EUR")] == [None] * 4


@pytest.mark.parametrize("name", ["node", "array", "nodes", "text", "ident", "time", "epoch"])
def test_what_is_required_must_be_there(name):
    order = Payload({"a": None}, "order")
    assert refused(getattr(order, name), "a", required=True) == ("order.a", "missing")


def test_required_figures_and_flags():
    order = Payload({"a": None}, "order")
    assert refused(order.money, "a", "EUR", required=True) == ("order.a", "missing")
    assert refused(order.count, "a", required=True) == ("order.a", "a number of units was expected, not None")
    assert refused(order.flag, "a", required=True) == ("order.a", "true or false was expected, not None")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("array", {}, "an array was expected, not dict"),
        ("nodes", "x", "an array was expected, not str"),
        ("text", 5, "text was expected, not int"),
        ("text", True, "text was expected, not bool"),
        ("texts", ["a", 1], "an array of texts was expected"),
        ("texts", "a", "an array of texts was expected"),
        ("ident", True, "an identifier was expected, not True"),
        ("ident", 1.5, "an identifier was expected, not 1.5"),
        ("count", -1, "a number of units was expected, not -1"),
        ("count", "2", "a number of units was expected, not '2'"),
        ("count", True, "a number of units was expected, not True"),
        ("flag", "true", "true or false was expected, not 'true'"),
        ("flag", 1, "true or false was expected, not 1"),
        ("time", "yesterday", "'yesterday' is not a time"),
        ("time", "2026-02-03T04:05:06", "'2026-02-03T04:05:06' has no time zone"),
        ("epoch", False, "a time since 1970 was expected, not False"),
        ("epoch", -5, "a time since 1970 was expected, not -5"),
        ("epoch", "soon", "a time since 1970 was expected, not 'soon'"),
        ("epoch", 1_770_000_000_000, "a time since 1970 was expected, not 1770000000000"),
    ],
)
def test_what_is_refused(name, value, reason):
    assert refused(getattr(Payload({"a": value}, "order"), name), "a") == ("order.a", reason)


def test_what_is_taken():
    order = Payload(
        {"text": " A ", "texts": ["b", "c"], "id": 42, "word": "x-1", "none": 0, "zero": "0", "count": 0, "yes": True}
    )
    assert order.text("text") == "A"
    assert order.texts("texts") == ("b", "c")
    assert [order.ident(key) for key in ("id", "word", "none", "zero")] == ["42", "x-1", "", ""]
    assert order.count("count") == 0
    assert order.flag("yes") is True
    assert "none" in order


def test_times_are_aware_utc():
    moment = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    order = Payload(
        {"z": "2026-02-03t04:05:06z", "east": "2026-02-03T12:05:06+08:00", "s": 1770091506, "t": " 1770091506 "}
    )
    assert order.time("z") == order.time("east") == order.epoch("s") == order.epoch("t") == moment
    assert order.time("east").tzinfo is UTC
    assert Payload({"ms": 1770091506250}).epoch("ms", units=1000) == moment + timedelta(milliseconds=250)
    assert Payload({"none": "0"}).epoch("none") is None


@pytest.mark.parametrize(
    ("fraction", "microseconds"), [(".5", 500000), (".25", 250000), (".1234567", 123456), (".000001", 1)]
)
def test_fractions_of_any_length(fraction, microseconds):
    read = parse_time(f"2026-02-03T04:05:06{fraction}Z", "at")
    assert read == datetime(2026, 2, 3, 4, 5, 6, microseconds, tzinfo=UTC)


def test_times_as_text_and_back():
    text = "2026-02-03T04:05:06Z"
    assert format_time(parse_time(text, "at")) == text
    assert format_time(datetime(2026, 2, 3, 12, tzinfo=timezone(timedelta(hours=8)))) == "2026-02-03T04:00:00Z"
    assert refused(parse_time, "noon", "token") == ("token", "'noon' is not a time")


def test_amounts_are_exact():
    order = Payload({"a": "12.300", "b": 7, "empty": " ", "float": 1.5, "word": "much", "flag": False})
    money = order.money("a", "KWD")
    assert (money.amount, money.currency, money.text) == (Decimal("12.300"), "KWD", "12.300")
    assert order.money("b", "JPY").amount == 7
    assert order.money("empty", "EUR") is None
    assert refused(order.money, "float", "EUR") == ("float", "amount 1.5 is not exact text")
    assert refused(order.money, "word", "EUR") == ("word", "amount 'much' is not a number")
    assert refused(order.money, "flag", "EUR") == ("flag", "an amount was expected, not False")
    assert refused(order.money, "a", "euro") == ("a", "currency 'euro' is not an ISO 4217 code")


def test_an_amount_that_is_an_object():
    total = Payload({"total": {"value": "5.00", "unit": "usd"}}, "order").node("total")
    money = total.as_money("value", "unit")
    assert (money.amount, money.currency) == (Decimal("5.00"), "USD")
    assert refused(total.as_money, "amount", "unit") == ("order.total", "amount None is not exact text")


def test_a_marketplace_states_only_how_it_differs():
    order = Lenient({"id": 42, "at": "2026-02-03T04:05:06", "name": "", "lines": [{"id": 7}], "buyer": {"id": 8}})
    assert order.text("id") == "42"
    assert order.time("at") == datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert "name" not in order
    assert refused(order.text, "name", required=True) == ("name", "missing")
    assert [line.text("id") for line in order.nodes("lines")] == ["7"]
    assert order.node("buyer").text("id") == "8"
    assert Lenient({"price": "1,234.50"}).money("price", "SGD").amount == Decimal("1234.50")
    assert refused(Lenient({"id": True}).text, "id") == ("id", "text was expected, not bool")


def test_the_hash_is_of_the_content_not_of_its_order():
    assert content_hash({"a": 1, "b": [1, 2]}) == content_hash({"b": [1, 2], "a": 1})
    assert content_hash({"a": 1}) != content_hash({"a": "1"})
    assert content_hash({"b": [1, 2]}) != content_hash({"b": [2, 1]})
    assert content_hash({}) == "44136fa355b3"


def test_a_damaged_entry_is_set_aside():
    entries = [{"id": "A"}, {"id": 5}, {"id": "skip"}, None, {"id": "B"}]

    def read(entry, path):
        text = Payload(entry, path).text("id", required=True)
        return None if text == "skip" else text

    assert read_each(entries, "orders", read) == (
        ["A", "B"],
        [
            ("orders[1].id", "text was expected, not int", {"id": 5}),
            ("orders[3]", "an object was expected, not NoneType", None),
        ],
    )
    assert read_each([], "orders", read) == ([], [])
