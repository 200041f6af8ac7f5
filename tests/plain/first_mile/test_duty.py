from datetime import date
from decimal import Decimal as D

import pytest

from addons.first_mile.engine import DutyTable, Goods, TariffRow, UnknownHsCode, UnknownVat, assess

DAY = date(2026, 11, 1)
TABLE = DutyTable(
    [
        TariffRow("85", "", "US", "base", D(2)),
        TariffRow("851660", "", "US", "base", D("2.7")),
        TariffRow("8516", "CN", "US", "base", D(9)),
        TariffRow("8516", "CN", "US", "additional", D(25), "Section 301"),
        TariffRow("", "CN", "US", "additional", D(10), "Reciprocal", valid_from=date(2025, 4, 5)),
        TariffRow("8516", "CN", "US", "additional", D(20), "Expired", valid_to=date(2026, 10, 31)),
        TariffRow("8712", "", "GB", "base", D(14)),
        TariffRow("8712", "CN", "GB", "anti_dumping", D("48.5"), "Bicycles"),
        TariffRow("", "", "GB", "vat", D(20)),
        TariffRow("49", "", "GB", "vat", D(0)),
        TariffRow("4901", "", "GB", "base", D(0)),
        TariffRow("0702", "", "GB", "base", D(10), per_kg=D("0.5")),
    ]
)


def goods(code, value="100", origin="CN", kg="0", key=1):
    return Goods(key, code, origin, D(value), D(kg))


def test_the_longest_code_wins_over_a_stated_origin():
    (line,) = assess(TABLE, [goods("8516.60.40")], "US", DAY)
    assert [(row.name, amount) for row, amount in line.parts] == [
        ("", D("2.70")),
        ("Reciprocal", D("10.00")),
        ("Section 301", D("25.00")),
    ]
    assert line.duty == D("37.70")


def test_of_codes_as_long_the_stated_origin_wins():
    assert assess(TABLE, [goods("851631")], "US", DAY)[0].parts[0][0].percent == D(9)
    assert assess(TABLE, [goods("851631", origin="VN")], "US", DAY)[0].duty == D("2.00")


def test_rows_hold_on_their_days_only():
    before = {row.name for row, _amount in assess(TABLE, [goods("8516")], "US", date(2026, 10, 31))[0].parts}
    assert before == {"", "Reciprocal", "Section 301", "Expired"}
    early = {row.name for row, _amount in assess(TABLE, [goods("8516")], "US", date(2025, 4, 4))[0].parts}
    assert early == {"", "Section 301", "Expired"}


def test_the_younger_of_two_like_rows_wins():
    table = DutyTable(
        [
            TariffRow("85", "", "US", "base", D(2)),
            TariffRow("85", "", "US", "base", D(3), valid_from=date(2026, 1, 1)),
        ]
    )
    assert assess(table, [goods("85")], "US", DAY)[0].duty == D("3.00")


def test_dumped_goods_pay_extra_and_vat_on_everything():
    (line,) = assess(TABLE, [goods("871200", "1000")], "GB", DAY, freight=D(150), insurance=D(50))
    assert line.customs_value == D(1200)
    assert line.duty == D("168.00") + D("582.00")
    assert (line.vat_base, line.vat) == (D("1950.00"), D("390.00"))


def test_freight_is_not_part_of_the_value_in_the_united_states():
    (line,) = assess(TABLE, [goods("85", "1000", origin="VN")], "US", DAY, freight=D(200))
    assert (line.customs_value, line.duty, line.vat) == (D(1000), D("20.00"), D("0.00"))


def test_freight_is_shared_by_value():
    lines = assess(TABLE, [goods("8712", "100", "VN"), goods("4901", "200", "VN")], "GB", DAY, freight=D("10.00"))
    assert [line.customs_value for line in lines] == [D("103.33"), D("206.67")]
    assert lines[1].vat == 0


def test_duty_by_weight():
    assert assess(TABLE, [goods("0702", "100", kg="10")], "GB", DAY)[0].duty == D("15.00")


def test_unknown_codes_are_all_named_and_the_message_says_what_to_do():
    with pytest.raises(UnknownHsCode, match="Import tariff rows") as caught:
        assess(TABLE, [goods("9999"), goods("8712"), goods("")], "GB", DAY)
    assert [code for code, *_rest in caught.value.missing] == ["9999", ""]


def test_an_extra_duty_alone_is_no_tariff():
    with pytest.raises(UnknownHsCode, match="9503"):
        assess(TABLE, [goods("9503")], "US", DAY)


def test_an_import_vat_that_is_not_known_is_not_taken_to_be_0():
    rows = [TariffRow("85", "", "DE", "base", D(2)), TariffRow("8516", "", "DE", "vat", D(0))]
    table = DutyTable([*rows, TariffRow("", "", "DE", "vat", D(19), valid_from=date(2026, 12, 1))])
    with pytest.raises(UnknownVat, match="No import VAT .* 8517 from CN to DE on 2026-11-01") as caught:
        assess(table, [goods("8516"), goods("8517")], "DE", DAY)
    assert caught.value.missing == (("8517", "CN", "DE", DAY),)
    assert assess(table, [goods("8516")], "DE", DAY)[0].vat == 0, "a row of 0 % says so"
    assert assess(table, [goods("8517")], "DE", date(2026, 12, 1))[0].vat == D("19.38")


def test_a_declaration_without_goods_pays_nothing():
    assert assess(TABLE, [], "GB", DAY, freight=D(10)) == []
