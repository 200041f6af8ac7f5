"""Whether a parcel can be addressed, by the rules of each country."""

import pytest

from addons.marketplace_review.checks.address import AddressFacts, find_faults

GOOD = [
    AddressFacts("GB", city="Leeds", postcode="LS1 4AP", street="12 Mill Lane", phone="+441132960000"),
    AddressFacts("DE", city="Köln", postcode="50667", street="Domkloster 4", phone="0221 12345678"),
    AddressFacts("US", "California", "CA", "US", "Cupertino", "95014", "1 Infinite Loop", phone="+1 650-253-0000"),
    AddressFacts("US", "California", "CA", "US", "Cupertino", "95014-2083", "1 Infinite Loop"),
    AddressFacts("JP", "Tokyo", "13", "JP", "Chiyoda", "1000001", "1-1 Chiyoda"),
    AddressFacts("BR", "São Paulo", "SP", "BR", "São Paulo", "01310-100", "Av. Paulista 1578"),
    AddressFacts("HK", city="Kowloon", street="18 Salisbury Road"),
    AddressFacts("IE", city="Dublin", street="1 O'Connell Street", postcode="d01f5p2"),
    AddressFacts("PL", city="Warszawa", postcode="00950", street="Plac Defilad 1"),
    AddressFacts("AE", city="Dubai", street="Sheikh Zayed Road 5"),
    AddressFacts("SE", city="Stockholm", postcode="11129", street="Drottninggatan 5"),
]


@pytest.mark.parametrize("facts", GOOD, ids=lambda facts: f"{facts.country}-{facts.city}")
def test_good_addresses_have_no_fault(facts):
    assert find_faults(facts) == []


@pytest.mark.parametrize(
    ("facts", "field", "code", "expected"),
    [
        (AddressFacts(""), "country", "missing", ""),
        (AddressFacts("QQ"), "country", "unknown", ""),
        (AddressFacts("DE", city="Köln", postcode="50667"), "street", "missing", ""),
        (AddressFacts("DE", postcode="50667", street="Domkloster 4"), "city", "missing", ""),
        (AddressFacts("DE", city="Köln", street="Domkloster 4"), "postcode", "missing", "26133"),
        (AddressFacts("DE", city="Köln", postcode="5066", street="Domkloster 4"), "postcode", "pattern", "26133"),
        (AddressFacts("GB", city="Leeds", postcode="12345", street="1 Mill Lane"), "postcode", "pattern", "EC1Y 8SY"),
        (
            AddressFacts("GB", city="Leeds", postcode="LS1 4AP Leeds", street="1 Mill Lane"),
            "postcode",
            "pattern",
            "EC1Y 8SY",
        ),
        (AddressFacts("DE", city="Köln", postcode="50667", street="12345"), "street", "only_digits", ""),
        (AddressFacts("DE", city="Köln", postcode="50667", street="---"), "street", "placeholder", ""),
        (AddressFacts("DE", city="N/A", postcode="50667", street="Domkloster 4"), "city", "placeholder", ""),
        (AddressFacts("US", city="Cupertino", postcode="95014", street="1 Loop"), "state", "missing", "AL"),
        (
            AddressFacts("US", "Bavaria", "BY", "DE", "Cupertino", "95014", "1 Loop"),
            "state",
            "foreign",
            "AL",
        ),
        (
            AddressFacts("US", "New York", "NY", "US", "Albany", "95014", "1 State Street"),
            "postcode",
            "other_state",
            "10000",
        ),
    ],
)
def test_a_fault_names_field_reason_and_what_would_be_right(facts, field, code, expected):
    faults = {fault.field: fault for fault in find_faults(facts)}
    assert faults[field].code == code
    assert expected in faults[field].expected
    assert not faults[field].warning


def test_a_state_in_another_line_counts():
    facts = AddressFacts("US", city="Cupertino, CA", postcode="95014", street="1 Infinite Loop")
    assert find_faults(facts) == []


def test_a_state_of_the_country_that_the_rules_do_not_know_is_trusted():
    facts = AddressFacts("RU", "Altai Krai", "ALT", "RU", "Barnaul", "656000", "ul. Lenina 1")
    assert find_faults(facts) == []


def test_a_city_that_the_list_of_its_state_does_not_know_is_a_warning():
    facts = AddressFacts("CN", "浙江省", "ZJ", "CN", "Atlantis", "310000", "1 West Lake Road")
    [fault] = find_faults(facts)
    assert (fault.field, fault.code, fault.warning) == ("city", "unknown", True)
    assert "杭州市" in fault.expected


def test_a_line_too_long_for_the_carriers_is_a_warning():
    facts = AddressFacts("DE", city="Köln", postcode="50667", street="Domkloster 4", street2="x" * 36)
    [fault] = find_faults(facts, line_length=35)
    assert (fault.field, fault.code, fault.expected, fault.warning) == ("street2", "too_long", "35", True)
    assert find_faults(facts) == []


@pytest.mark.parametrize(
    ("phone", "code", "warning"),
    [("0000000", "invalid", False), ("ask my wife", "invalid", False), ("+33 6 12 34 56 78", "foreign", True)],
)
def test_phones_that_nobody_can_ring(phone, code, warning):
    facts = AddressFacts("DE", city="Köln", postcode="50667", street="Domkloster 4", phone=phone)
    [fault] = find_faults(facts)
    assert (fault.field, fault.code, fault.warning) == ("phone", code, warning)
    assert fault.expected.startswith("+49")
    assert find_faults(facts, check_phone=False) == []


def test_a_phone_is_missing_only_where_the_carrier_wants_one():
    facts = AddressFacts("DE", city="Köln", postcode="50667", street="Domkloster 4")
    [fault] = find_faults(facts, phone_required=True)
    assert (fault.field, fault.code) == ("phone", "missing")
    assert find_faults(facts) == []
