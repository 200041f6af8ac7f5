"""The plan of a settlement's journal entries: exact cases, and what must hold for all settlements."""

from collections import Counter as Tally
from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.marketplace_settlement.engine import (
    ROLES,
    TYPES,
    AccountBook,
    AccountRow,
    Amount,
    Counter,
    Header,
    MissingAccount,
    Posting,
    Purpose,
    Split,
    TaxPart,
    Unbalanced,
    UnknownKind,
    get_role,
    plan,
    spread,
)

CENT = Decimal("0.01")
UNITS = {"USD": CENT, "EUR": CENT, "JPY": Decimal(1), "KWD": Decimal("0.001"), "BHD": Decimal("0.001")}
MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
# Code, group and nature of what a settlement holds: sales, refunds in part, fees given back, money that is held back,
# deferred and reversed, tax that is collected and withheld, a negative settlement before this one.
KINDS = [
    ("principal", "sales", "profit"),
    ("seller_voucher", "promotions", "profit"),
    ("marketplace_voucher", "subsidies", "profit"),
    ("income_refund", "refunds", "profit"),
    ("commission", "selling", "profit"),
    ("commission_refund", "refunds", "profit"),
    ("storage", "storage", "profit"),
    ("reimbursement_lost", "reimbursements", "profit"),
    ("clawback", "reimbursements", "profit"),
    ("own_other", "own", "profit"),
    ("tax_collected", "tax", "tax"),
    ("tax_withheld", "tax", "tax"),
    ("tax_refund", "tax", "tax"),
    ("tax_on_fees", "tax", "tax"),
    ("tds", "tax", "tax"),
    ("reserve_current", "money", "money"),
    ("reserve_previous", "money", "money"),
    ("deferred", "money", "money"),
    ("loan_repayment", "money", "money"),
    ("card_charge", "money", "money"),
    ("transfer", "money", "money"),
    ("opening_balance", "money", "money"),
]
BOOK = AccountBook([AccountRow(role, "", "", Posting(role)) for role in ROLES])


def split_at(unit):
    """Taxes are percentages contained in the price."""

    def split(account, taxes, amount):
        tax = spread([amount * sum(taxes) / (100 + sum(taxes))], unit)[0]
        return Split(amount - tax, (TaxPart("vat", tax, amount - tax, taxes),), "base")

    return split


def header_of(amounts, unit=CENT, company_unit=CENT, rate="1"):
    total = sum((amount.value for amount in amounts), Decimal(0))
    return Header(total, unit, company_unit, Decimal(rate), date(2026, 7, 14))


def plan_simply(*amounts, **values):
    header = header_of(amounts, **values)
    return plan(header, amounts, BOOK, split_at(header.unit))


def amount(key, kind, value, month=JULY, **values):
    group, nature = next((group, nature) for code, group, nature in KINDS if code == kind)
    return Amount(key, month, kind, group, nature, Decimal(value), **values)


def sums_of(entries, name="amount"):
    sums = defaultdict(Decimal)
    for entry in entries:
        for line in entry.lines:
            sums[line.account] += getattr(line, name)
    return {account: total for account, total in sums.items() if total}


# === EXACT CASES === #


def test_one_month():
    (entry,) = plan_simply(
        amount(1, "principal", "120.00", taxes=(20,), country="GB", category="Mugs"),
        amount(2, "commission", "-18.00"),
        amount(3, "reserve_current", "-12.00"),
    )
    assert (entry.month, entry.day) == (JULY, date(2026, 7, 14))
    assert sums_of([entry]) == {
        "sales": Decimal("-100.00"),
        "vat": Decimal("-20.00"),
        "selling": Decimal("18.00"),
        "reserve": Decimal("12.00"),
        "clearing": Decimal("90.00"),
    }
    (tax,) = [line for line in entry.lines if line.purpose is Purpose.TAX]
    assert (tax.tax_base, tax.details) == (Decimal("-100.00"), (20,))


def test_two_months_by_the_carry_over_account():
    first, second = plan_simply(
        amount(1, "principal", "100.00", JUNE), amount(2, "principal", "50.00"), amount(3, "commission", "-30.00")
    )
    assert (first.day, second.day) == (date(2026, 6, 30), date(2026, 7, 14))
    assert sums_of([first]) == {"sales": Decimal("-100.00"), "carry_over": Decimal("100.00")}
    assert sums_of([second])["carry_over"] == Decimal("-100.00")
    assert sums_of([first, second])["clearing"] == Decimal("120.00")


def test_an_owed_settlement_and_the_one_that_takes_it():
    (owed,) = plan_simply(amount(1, "storage", "-40.00"))
    assert sums_of([owed]) == {"storage": Decimal("40.00"), "clearing": Decimal("-40.00")}
    (next_one,) = plan_simply(amount(1, "opening_balance", "-40.00"), amount(2, "principal", "100.00"))
    lines = {line.purpose: line for line in next_one.lines if line.account == "clearing"}
    assert lines[Purpose.AMOUNT].amount == Decimal("40.00")
    assert lines[Purpose.PAYOUT].amount == Decimal("60.00")


def test_tax_that_the_marketplace_pays_leaves_nothing_and_own_tax_is_part_of_the_sale():
    withheld = plan_simply(
        amount(1, "principal", "100.00", taxes=()),
        amount(2, "tax_collected", "20.00", taxes=()),
        amount(3, "tax_withheld", "-20.00", taxes=()),
    )
    assert sums_of(withheld) == {"sales": Decimal("-100.00"), "clearing": Decimal("100.00")}
    own = plan_simply(amount(1, "principal", "100.00", taxes=(20,)), amount(2, "tax_collected", "20.00", taxes=(20,)))
    assert sums_of(own) == {"sales": Decimal("-100.00"), "vat": Decimal("-20.00"), "clearing": Decimal("120.00")}


def test_amounts_of_documents_close_them():
    invoice = Counter("receivable", "Ada", "A-1")
    bill = Counter("payable", "Amazon", "bill")
    (entry,) = plan_simply(
        amount(1, "principal", "100.00", counter=invoice, taxes=(20,)),
        amount(2, "seller_voucher", "-5.00", counter=invoice),
        amount(3, "commission", "-15.00", counter=bill),
    )
    assert [(line.account, line.amount, line.sources) for line in entry.lines] == [
        ("receivable", Decimal("-95.00"), (1, 2)),
        ("payable", Decimal("15.00"), (3,)),
        ("clearing", Decimal("80.00"), ()),
    ]


def test_what_cannot_be_posted():
    with pytest.raises(UnknownKind):
        plan_simply(Amount(1, JULY, "", "", "", Decimal("1.00")))
    with pytest.raises(Unbalanced):
        sold = amount(1, "principal", "10.00")
        plan(replace(header_of([sold]), total=Decimal("10.01")), [sold], BOOK, None)
    with pytest.raises(MissingAccount, match="storage"):
        row = AccountRow("sales", "", "", Posting("sales"))
        fee = amount(1, "storage", "-1.00", country="GB")
        plan(header_of([fee]), [fee], AccountBook([row]), None)
    with pytest.raises(Unbalanced):
        sold = amount(1, "principal", "10.00", taxes=(20,))
        split = lambda account, taxes, gross: Split(gross, (TaxPart("vat", CENT, gross, ()),))  # noqa: E731
        plan(header_of([sold]), [sold], BOOK, split)


def test_fractions_of_coins_add_up():
    (entry,) = plan_simply(
        amount(1, "principal", "10.004"), amount(2, "commission", "-1.502"), amount(3, "storage", "-0.502")
    )
    assert sums_of([entry])["clearing"] == Decimal("8.00")


def test_the_most_specific_account_wins():
    rows = [("", ""), ("", "DE"), ("storage", ""), ("storage", "DE")]
    book = AccountBook([AccountRow("storage", kind, country, Posting((kind, country))) for kind, country in rows])
    assert book.find("storage", "storage", "DE").account == ("storage", "DE")
    assert book.find("storage", "storage", "FR").account == ("storage", "")
    assert book.find("storage", "removal", "DE").account == ("", "DE")
    assert book.find("storage", "removal", "FR").account == ("", "")


def test_every_kind_of_the_tree_has_a_role(fee_kinds):
    roles = {kind["code"]: get_role(kind["code"], kind["group"], kind["nature"]) for kind in fee_kinds}
    assert set(roles.values()) <= set(ROLES)
    assert roles["opening_balance"] == "clearing"
    # Profit, and only profit, is on accounts of income and cost.
    for kind in fee_kinds:
        is_result = TYPES[roles[kind["code"]]].startswith(("income", "expense"))
        assert is_result == (kind["nature"] == "profit"), kind


# === ALL SETTLEMENTS === #

TAXES = st.sampled_from([None, (), (20,), (19,), (Decimal("5.5"), 3)])
ROWS = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.sampled_from([MAY, JUNE, JULY]),
        st.integers(-10_000_000, 10_000_000),
        st.sampled_from(["", "GB", "DE", "JP"]),
        TAXES,
        st.sampled_from([None, Counter("receivable", "Ada", "A-1"), Counter("payable", "Amazon", "bill")]),
    ),
    max_size=40,
)


@settings(max_examples=400)
@given(
    rows=ROWS,
    currency=st.sampled_from(sorted(UNITS)),
    company=st.sampled_from(sorted(UNITS)),
    rate=st.decimals("0.0001", "400", places=6),
)
def test_every_entry_balances_and_explains_every_coin(rows, currency, company, rate):
    unit, company_unit = UNITS[currency], UNITS[company]
    amounts = [
        Amount(key, month, code, group, nature, coins * unit, country, None, taxes, counter)
        for key, ((code, group, nature), month, coins, country, taxes, counter) in enumerate(rows)
    ]
    header = header_of(amounts, unit, company_unit, rate)
    entries = plan(header, amounts, BOOK, split_at(unit))
    for entry in entries:
        assert sum(line.amount for line in entry.lines) == 0
        assert sum(line.balance for line in entry.lines) == 0
        for line in entry.lines:
            assert line.amount % unit == 0 and line.balance % company_unit == 0
            assert line.amount * line.balance >= 0
            assert abs(line.balance - line.amount * rate) < company_unit
    lines = [line for entry in entries for line in entry.lines]
    assert sum(line.amount for line in lines if line.purpose is Purpose.PAYOUT) == header.total
    for name in ("amount", "balance"):
        assert "carry_over" not in sums_of(entries, name)
    paid = sum((line.balance for line in lines if line.purpose is Purpose.PAYOUT), Decimal(0))
    assert abs(paid - header.total * rate) <= company_unit / 2
    # Each amount is in one line; what lines hold, with the taxes in them, are the amounts.
    assert Tally(key for line in lines for key in line.sources) == Tally(range(len(amounts)))
    held = sum((line.amount for line in lines if line.sources or line.purpose is Purpose.TAX), Decimal(0))
    assert held == -header.total
    values = {amount.key: amount.value for amount in amounts}
    for line in lines:
        if line.sources and not line.taxes:
            assert line.amount == -sum(values[key] for key in line.sources)
    kinds = defaultdict(set)
    for line in lines:
        if line.kind:
            kinds[line.kind] |= set(line.sources)
    for code, keys in kinds.items():
        assert {amounts[key].kind for key in keys} == {code}


@settings(max_examples=300)
@given(st.lists(st.decimals("-1000", "1000", places=5), max_size=30), st.sampled_from(sorted(set(UNITS.values()))))
def test_rounding_loses_nothing(exact, unit):
    parts = spread(exact, unit)
    assert all(abs(part - amount) < unit and part * amount >= 0 for part, amount in zip(parts, exact, strict=True))
    assert abs(sum(parts, Decimal(0)) - sum(exact, Decimal(0))) <= unit / 2
