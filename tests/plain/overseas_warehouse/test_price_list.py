"""What operators charge by a price list."""

from datetime import date
from decimal import Decimal as D

from addons.overseas_warehouse.fees import Layer, Measures, Price, PriceList

JANUARY, MARCH = date(2026, 1, 1), date(2026, 3, 1)
STORAGE = [
    Price("m3_day", D("0"), JANUARY),
    Price("m3_day", D("0.60"), JANUARY, age_from=30),
    Price("m3_day", D("1.20"), JANUARY, age_from=90),
]


def test_all_prices_of_taking_in_count():
    prices = PriceList([Price("unit", D("0.10"), JANUARY), Price("carton", D("0.50"), JANUARY)])
    assert prices.quote(Measures(units=23, cartons=2), MARCH) == D("3.30")


def test_an_order_is_charged_once_and_by_its_units():
    prices = PriceList([Price("order", D("1.20"), JANUARY), Price("unit", D("0.15"), JANUARY)])
    assert prices.quote(Measures(units=3, orders=1), MARCH) == D("1.65")


def test_measures_that_nobody_took_give_no_quote():
    prices = PriceList([Price("m3", D("12"), JANUARY), Price("kg", D("0.2"), JANUARY)])
    assert prices.quote(Measures(1, 1, kg=D(9)), MARCH) is None
    assert prices.quote(Measures(1, 1, kg=D(9), m3=D("0.06")), MARCH) == D("2.52")


def test_a_price_holds_from_its_first_to_its_last_day():
    prices = PriceList([Price("unit", D(1), JANUARY, date(2026, 1, 31)), Price("unit", D(2), date(2026, 2, 1))])
    assert prices.quote(Measures(1, 1), date(2026, 1, 31)) == 1
    assert prices.quote(Measures(1, 1), date(2026, 2, 1)) == 2
    assert prices.quote(Measures(1, 1), date(2025, 12, 31)) is None


def test_storage_is_priced_by_the_age_of_each_day():
    # In store since 1 January: 29 days of age on the 30th, 30 on the 31st.
    layers = [Layer(10, JANUARY)]
    prices = PriceList(STORAGE)
    assert prices.quote_storage(layers, D("0.01"), date(2026, 1, 30), date(2026, 1, 30)) == 0
    assert prices.quote_storage(layers, D("0.01"), date(2026, 1, 30), date(2026, 2, 1)) == D("0.12")


def test_units_of_several_ages_add_up():
    layers = [Layer(10, JANUARY), Layer(4, date(2026, 3, 20))]
    # On 1 April the first are 90 days old, the others 12.
    assert PriceList(STORAGE).quote_storage(layers, D("0.5"), date(2026, 4, 1), date(2026, 4, 1)) == D("6")


def test_a_day_without_a_price_gives_no_quote():
    prices = PriceList([Price("m3_day", D("0.6"), MARCH)])
    assert prices.quote_storage([Layer(1, JANUARY)], D(1), date(2026, 2, 28), MARCH) is None
    assert prices.quote_storage([Layer(1, JANUARY)], D(1), MARCH, MARCH) == D("0.6")
    assert PriceList([]).quote_storage([Layer(1, JANUARY)], D(1), MARCH, MARCH) is None
