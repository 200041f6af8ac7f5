"""The world of the storm: the same buyers for every run, marketplaces that are late and forgetful."""

import pytest

from scripts.lib.bench._storm_world import CHANNELS, CallFailed, Channel, Marketplace, NotYet, Sale, Wish, World, answer


def wish(at=0.0, changes=((0.0, "unshipped"),), delay=1.0, number=1):
    return Wish(number, at, 0, 0, changes, delay)


def calm(channel) -> Marketplace:
    """A marketplace that makes no mistakes."""
    marketplace = Marketplace(channel, 1)
    marketplace._rng.random = lambda: 0.99
    return marketplace


def get_sales(world):
    return [sale for marketplace in world.marketplaces for sale in marketplace.sales]


def test_buyers_are_the_same_whatever_is_shown():
    one, two = World(3, 200, 20, 40), World(3, 200, 20, 40)
    for marketplace in two.marketplaces:
        marketplace.shown.update(dict.fromkeys(two.skus, 100))
    one.advance(one.length)
    two.advance(two.length)
    assert (one.wanted, two.wanted, len(get_sales(one)), len(get_sales(two))) == (200, 200, 0, 200)
    assert {sale.wish for sale in get_sales(two)} == set(one._wishes)
    assert one.arrivals == two.arrivals


def test_a_shop_sells_what_it_shows_and_counts_it_down():
    marketplace = calm(CHANNELS[0])
    marketplace.shown["A"] = 1
    assert [marketplace.buy(wish(number=number), "A") for number in (1, 2)] == [True, False]
    assert marketplace.shown["A"] == 0


def test_a_number_is_shown_late_and_replaces_what_was_there():
    marketplace = calm(Channel("slow", 1, 60, 100, True, 10))
    with pytest.raises(NotYet) as sent:
        marketplace.push(0, {"A": 5}, None)
    handle, seconds = sent.value.args
    with pytest.raises(NotYet):
        marketplace.push(seconds - 1, {"A": 5}, handle)
    marketplace.apply_feeds(seconds - 1)
    assert marketplace.shown["A"] == 0
    marketplace.shown["A"] = 9
    marketplace.apply_feeds(seconds)
    assert marketplace.shown["A"] == 5
    assert marketplace.push(seconds, {"A": 5}, handle) == ["A"]


def test_numbers_are_processed_one_after_the_other():
    marketplace = calm(Channel("fast", 1, 60, 100, False, 10))
    for units in range(20):
        marketplace.push(units, {"A": units}, None)
    times = [feed.apply_at for feed in marketplace._feeds]
    assert times == sorted(times)


def test_orders_are_listed_late_and_the_marketplace_says_so():
    marketplace = calm(Channel("late", 1, 60, 10, False, 10))
    marketplace.shown["A"] = 1
    marketplace.buy(wish(at=100.0), "A")
    assert marketplace.list_orders(159, 0) == ([], 99)
    rows, complete_until = marketplace.list_orders(160, 0)
    assert (rows, complete_until) == ([("S000001", 1, "unshipped", 100.0, 100.0, 0)], 100)


def test_revisions_follow_and_a_shipped_order_is_not_cancelled():
    channel = Channel("any", 1, 10, 10, False, 10)
    sale = Sale(wish(changes=((0.0, "pending"), (60.0, "unshipped"), (120.0, "cancelled"))))
    assert [sale.revision(now, channel) for now in (9, 10, 70, 130)] == [
        None,
        (1, "pending", 0.0),
        (2, "unshipped", 60.0),
        (3, "cancelled", 120.0),
    ]
    sale.shipped = True
    assert sale.revision(130, channel) == (2, "unshipped", 60.0)


def test_mistakes_happen():
    marketplace = Marketplace(CHANNELS[1], 1)
    failed = 0
    for now in range(500):
        try:
            marketplace.list_orders(now, 0)
        except CallFailed:
            failed += 1
    assert 0 < failed < 50


def test_workers_hear_of_errors_by_name():
    slow = calm(Channel("slow", 1, 60, 100, True, 10))
    kind, (handle, seconds) = answer([slow], 0, "0", "push", {"A": 1}, None)
    assert (kind, handle) == ("not_ready", "0")
    assert answer([slow], seconds, "0", "push", {"A": 1}, handle) == ("ok", ["A"])
    slow._rng.random = lambda: 0.0
    assert answer([slow], 0, "0", "list_orders", 0) == ("unavailable", "no connection")


def test_goods_arrive_once():
    world = World(3, 200, 20, 40)
    first, later = world.arrivals_until(0), world.arrivals_until(world.length)
    assert first and later and not world.arrivals_until(world.length)
    assert {number for _sku, number, _units in first} == {0, 1, 2}
