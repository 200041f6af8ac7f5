from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.marketplace_routing.freight import (
    Currency,
    Destination,
    FreightError,
    Limits,
    NoQuote,
    Parcel,
    Rate,
    RateBook,
    RateTable,
    Surcharge,
    Zone,
    find_band_faults,
    parse_postcodes,
)

EUR, USD, JPY, CHF = Currency("EUR"), Currency("USD"), Currency("JPY", Decimal(1)), Currency("CHF", Decimal("0.05"))
HOME = Destination("DE", "BE", "10115")


def D(text):
    return Decimal(text)


def zone(*rates, name="Z", **vals):
    return Zone(name, frozenset({"DE"}), rates=rates, **vals)


def table(*rates, carrier_id=1, currency=EUR, **vals):
    return RateTable(carrier_id, [zone(*rates, days_min=2, days_max=4)], currency, **vals)


def amount(rate, weight):
    return table(rate).quote(1, HOME, Parcel(weight)).amount


def test_a_fixed_price_holds_for_the_band():
    prices = table(Rate(D("0"), D("2"), D("4.20")), Rate(D("2"), D("5"), D("6")))
    assert [prices.quote(1, HOME, Parcel(weight)).amount for weight in ("0.1", "2", "2.001", "5")] == [
        D("4.20"),
        D("4.20"),
        D("6.00"),
        D("6.00"),
    ]


def test_registration_fee_and_price_per_kilogram():
    rate = Rate(D("0"), D("30"), D("2.50"), D("11.90"), D("0.1"))
    assert amount(rate, "0.25") == D("2.50") + 3 * D("11.90")


def test_first_weight_then_every_further_step():
    rate = Rate(D("0"), D("20"), D("30"), D("8"), D("0.5"), included_kg=D("0.5"))
    assert [amount(rate, weight) for weight in ("0.3", "0.5", "0.51", "1", "1.01")] == [30, 30, 38, 38, 46]


def test_binary_floats_do_not_start_another_step():
    rate = Rate(D("0"), D("20"), D("0"), D("1"), D("0.1"))
    assert amount(rate, 0.1 + 0.2) == 3
    assert amount(rate, 1.1) == 11


def test_minimum():
    rate = Rate(D("0"), D("20"), step_price=D("1"), minimum=D("5"))
    assert (amount(rate, 2), amount(rate, 6)) == (5, 6)


def test_chargeable_weight_is_the_greater_one_rounded_up():
    prices = table(Rate(D("0"), D("99"), D("1")), divisor=D("5000"), step_kg=D("0.5"))
    assert prices.chargeable(Parcel(1, length_cm=40, width_cm=30, height_cm=20)) == 5
    assert prices.chargeable(Parcel("1.2", D("0.001"))) == D("1.5")
    assert prices.chargeable(Parcel(1, D("0.0126"))) == 3
    assert table(Rate(D("0"), D("99"), D("1"))).chargeable(Parcel("1.2", D("0.1"))) == D("1.2")


def reason(prices, parcel, destination=HOME):
    answer = prices.quote(1, destination, parcel)
    assert isinstance(answer, NoQuote)
    assert answer.reason
    return answer.code, answer.values


def test_every_refusal_says_why():
    limits = Limits(D("31.5"), D("0.5"), D("120"), D("300"), frozenset({"DE", "FR"}))
    prices = table(Rate(D("1"), D("10"), D("4")), Rate(D("12"), D("20"), D("9")), limits=limits)
    assert reason(prices, Parcel(0)) == ("no_weight", {})
    assert reason(prices, Parcel("0.5")) == ("no_rate", {"weight": "0.5", "zone": "Z"})
    assert reason(prices, Parcel(11)) == ("no_rate", {"weight": "11", "zone": "Z"})
    assert reason(prices, Parcel("20.5")) == ("too_heavy", {"weight": "20.5", "zone": "Z", "limit": "20"})
    assert reason(prices, Parcel(32)) == ("over_weight", {"weight": "32", "limit": "31.5"})
    assert reason(prices, Parcel(2, 1)) == ("too_large", {"volume": "1", "limit": "0.5"})
    assert reason(prices, Parcel(2, 0, 130, 1, 1)) == ("too_long", {"length": "130", "limit": "120"})
    assert reason(prices, Parcel(2, 0, 100, 60, 50)) == ("too_thick", {"girth": "320", "limit": "300"})
    assert reason(prices, Parcel(2), Destination("FR", "", "75001")) == ("no_zone", {"place": "FR 75001"})
    assert reason(prices, Parcel(2), Destination("US"))[0] == "no_zone"


SURCHARGES = (
    Surcharge("Fuel", percent=D("12.5")),
    Surcharge("Remote", D("15"), condition="remote", countries=frozenset({"DE"}), postcodes=parse_postcodes("25*")),
    Surcharge("Heavy", D("4"), condition="over_weight", limit=D("5")),
    Surcharge("Long", D("9"), condition="over_length", limit=D("100")),
    Surcharge("Bulky", D("7"), condition="over_girth", limit=D("200")),
    Surcharge("Brexit", D("3"), condition="country", countries=frozenset({"GB"})),
)


@pytest.mark.parametrize(
    ("parcel", "destination", "labels"),
    [
        (Parcel(1), HOME, ["Freight", "Fuel"]),
        (Parcel(1), Destination("DE", "SH", "25980"), ["Freight", "Fuel", "Remote"]),
        (Parcel(1), Destination("GB", "", "25"), ["Freight", "Fuel", "Brexit"]),
        (Parcel("5.1"), HOME, ["Freight", "Fuel", "Heavy"]),
        (Parcel(5, 0, 10, 101, 10), HOME, ["Freight", "Fuel", "Long"]),
        (Parcel(5, 0, 99, 40, 11), HOME, ["Freight", "Fuel", "Bulky"]),
    ],
)
def test_surcharges_by_condition(parcel, destination, labels):
    places = Zone("Z", frozenset({"DE", "GB"}), rates=(Rate(D("0"), D("99"), D("10.10")),))
    quote = RateTable(1, [places], EUR, SURCHARGES).quote(1, destination, parcel)
    assert [label for label, _amount in quote.parts] == labels
    assert dict(quote.parts)["Fuel"] == D("1.26")


def test_quotes_come_in_the_currency_of_the_book():
    prices = table(
        Rate(D("0"), D("9"), D("10.00")), surcharges=SURCHARGES[:1], quote_currency=JPY, exchange_rate=D("163.37")
    )
    quote = prices.quote(1, HOME, Parcel(1))
    assert (quote.currency, quote.amount, quote.parts) == ("JPY", 1838, (("Freight", 1634), ("Fuel", 204)))
    assert CHF.round(D("1.025")) == D("1.05")


def test_the_book_sorts_offers_and_keeps_refusals():
    slow = table(Rate(D("0"), D("9"), D("5")), carrier_id=1)
    fast = RateTable(2, [zone(Rate(D("0"), D("9"), D("5")), days_min=1, days_max=1)], EUR)
    dear = table(Rate(D("0"), D("9"), D("8")), carrier_id=3)
    small = table(Rate(D("0"), D("1"), D("1")), carrier_id=4)
    book = RateBook([slow, dear, fast, small])
    quotes, refusals = book.quotes(1, HOME, Parcel(2))
    assert [quote.carrier_id for quote in quotes] == [2, 1, 3]
    assert [(refusal.carrier_id, refusal.code) for refusal in refusals] == [(4, "too_heavy")]
    assert book.quotes(1, HOME, Parcel(2), carrier_ids=[3, 99]) == ([dear.quote(1, HOME, Parcel(2))], [])


def test_bad_rates_and_parcels():
    bad = [
        ("weight_upside_down", lambda: Rate(D("2"), D("2"))),
        ("weight_upside_down", lambda: Rate(D("-1"), D("2"))),
        ("step", lambda: Rate(D("0"), D("2"), step_kg=D("0"))),
        ("negative_price", lambda: Rate(D("0"), D("2"), D("-1"))),
        ("sides", lambda: Parcel(1, 0, 10, 20)),
        ("negative", lambda: Parcel(-1)),
    ]
    for code, make in bad:
        with pytest.raises(FreightError) as error:
            make()
        assert error.value.code == code


def test_faults_between_bands():
    a, b, c, d = Rate(D("0"), D("2")), Rate(D("2"), D("5")), Rate(D("4"), D("6")), Rate(D("7"), D("9"))
    assert find_band_faults([d, a, c, b]) == [("overlap", b, c), ("gap", c, d)]
    assert find_band_faults([b, a]) == []
    assert find_band_faults([]) == []
    wide, within, last = Rate(D("0"), D("9")), Rate(D("1"), D("2")), Rate(D("3"), D("10"))
    assert find_band_faults([wide, within, last]) == [("overlap", wide, within), ("overlap", wide, last)]


prices_st = st.decimals(0, 500, places=4)
weights_st = st.decimals("0.001", "29.9", places=3)


@st.composite
def tables(draw):
    """Tables of any kind: bands without gaps, steps, surcharges, volumetric weight, foreign currency."""
    ends = sorted({D("30"), *draw(st.lists(st.decimals("0.1", "29", places=1), max_size=5))})
    rates = [
        Rate(low, high, draw(prices_st), draw(prices_st), draw(st.sampled_from([D("0.1"), D("0.5"), D("1")])))
        for low, high in zip([D("0"), *ends], ends, strict=False)
    ]
    surcharges = [Surcharge("Fuel", percent=draw(st.decimals(0, 60, places=2))), Surcharge("Fee", draw(prices_st))]
    return table(
        *rates,
        surcharges=surcharges,
        divisor=draw(st.sampled_from([D("0"), D("5000"), D("6000")])),
        step_kg=draw(st.sampled_from([D("0"), D("0.1"), D("0.5")])),
        quote_currency=draw(st.sampled_from([EUR, USD, JPY, CHF])),
        exchange_rate=draw(st.decimals("0.01", "200", places=5)),
    )


@given(tables(), weights_st, st.decimals(0, "0.1", places=6))
def test_parts_are_the_amount_in_units_of_the_currency(prices, weight, volume):
    answer = prices.quote(1, HOME, Parcel(weight, volume))
    if isinstance(answer, NoQuote):
        assert answer.code == "too_heavy"
        return
    assert answer.amount == sum(part for _label, part in answer.parts)
    unit = prices.quote_currency.unit
    assert all(part % unit == 0 for _label, part in answer.parts)
    assert answer.chargeable_kg >= Parcel(weight).weight_kg


@given(
    st.lists(st.tuples(st.decimals("0.1", 10, places=1), prices_st), min_size=1, max_size=8),
    st.decimals(0, 20, places=2),
    weights_st,
    weights_st,
)
def test_heavier_is_never_cheaper_in_a_table_that_rises(bands, per_kg, first, second):
    low, price, rates = D("0"), D("0"), []
    for width, rise in bands:
        price += rise
        rates.append(Rate(low, low + width, price, per_kg))
        low += width
    light, heavy = sorted((first, second))
    prices = table(*rates, surcharges=[Surcharge("Fuel", percent=D("12.5"))], step_kg=D("0.1"))
    answers = [prices.quote(1, HOME, Parcel(weight)) for weight in (light, heavy)]
    if isinstance(answers[1], NoQuote):
        assert answers[1].code == "too_heavy"
    else:
        assert answers[0].amount <= answers[1].amount
