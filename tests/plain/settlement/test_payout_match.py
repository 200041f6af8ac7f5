"""Which payouts a transfer on a bank account is."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from addons.marketplace_settlement.engine.payout_match import (
    Limits,
    Market,
    Payout,
    Reason,
    Transfer,
    explain,
    propose,
)

DAY = date(2026, 5, 10)
MARKET = Market({DAY + timedelta(days): {"USD": Decimal(1), "CNY": Decimal("7.2")} for days in range(-9, 10)})


def transfer(amount, text="", key="T", days=0, currency="USD", **values):
    return Transfer(key, DAY + timedelta(days), Decimal(amount), currency, text, **values)


def payout(key, amount, days=-1, currency="USD", references=(), names=("Amazon",)):
    return Payout(key, DAY + timedelta(days), Decimal(amount), currency, references or (f"S-{key}-77",), names)


def keys(proposal):
    return [found.key for found, _amount in proposal.parts]


def one(*args, **values):
    return propose([args[0]], args[1:], MARKET, **values).get("T")


def test_the_exact_amount():
    found = one(transfer("100.00"), payout("A", "100.00"), payout("B", "100.01"))
    assert (keys(found), found.fee, found.margin, found.reasons) == (["A"], 0, 0, (Reason.EXACT,))


def test_of_equal_amounts_the_one_that_the_text_names():
    found = one(transfer("100.00", "AMZN S B 77 payout"), payout("A", "100.00"), payout("B", "100.00", -9))
    assert (keys(found), found.reasons) == (["B"], (Reason.EXACT, Reason.REFERENCE))


def test_the_fee_of_a_wallet():
    found = one(transfer("99.00", "amazon payments"), payout("A", "100.00"))
    assert (found.fee, found.reasons) == (Decimal("1.00"), (Reason.FEE, Reason.NAME))
    stated = one(transfer("95.00", fee=Decimal("5.00")), payout("A", "100.00"))
    assert (stated.fee, stated.reasons) == (Decimal("5.00"), (Reason.STATED_FEE,))
    assert one(transfer("95.00"), payout("A", "100.00")) is None
    assert one(transfer("101.00"), payout("A", "100.00")) is None


def test_an_exchange_has_a_margin():
    found = one(transfer("712.00", currency="CNY", fee=Decimal("3.00")), payout("A", "100.00"))
    assert (found.fee, found.margin) == (Decimal("3.00"), Decimal("5.00"))
    assert found.reasons == (Reason.STATED_FEE, Reason.EXCHANGE)
    assert one(transfer("600.00", currency="CNY"), payout("A", "100.00")) is None
    assert one(transfer("600.00", currency="JPY"), payout("A", "100.00")) is None


def test_the_banks_own_exchange_tells_which_payout_it_is():
    line = transfer("712.00", currency="CNY", foreign=("USD", Decimal("100.00")))
    found = one(line, payout("A", "99.90"), payout("B", "100.00", -9))
    assert (keys(found), found.margin, found.reasons) == (["B"], Decimal("8.00"), (Reason.EXACT, Reason.EXCHANGE))


def test_one_transfer_of_several_payouts():
    payouts = [payout(name, amount) for name, amount in zip("ABCD", ("10.00", "20.00", "33.00", "41.00"), strict=True)]
    found = one(transfer("51.00"), *payouts)
    assert (sorted(keys(found)), found.reasons) == (["A", "D"], (Reason.EXACT, Reason.SEVERAL))
    assert one(transfer("50.50"), *payouts) is None
    named = one(transfer("52.50", "S-B-77, S-C-77"), *payouts)
    assert (sorted(keys(named)), named.fee) == (["B", "C"], Decimal("0.50"))


def test_one_payout_in_several_transfers():
    lines = [transfer("60.00", key="T1"), transfer("40.00", key="T2", days=1)]
    found = propose(lines, [payout("A", "100.00")], MARKET)
    assert {key: [amount for _payout, amount in item.parts] for key, item in found.items()} == {
        "T1": [Decimal("60.00")],
        "T2": [Decimal("40.00")],
    }
    assert found["T1"].reasons == (Reason.PART, Reason.TOGETHER)
    first = one(transfer("60.00", "S-A-77"), payout("A", "100.00"))
    assert (first.parts[0][1], first.reasons) == (Decimal("60.00"), (Reason.PART, Reason.REFERENCE))


def test_no_payout_is_used_twice():
    lines = [transfer("100.00", key="T1"), transfer("100.00", key="T2")]
    assert list(propose(lines, [payout("A", "100.00")], MARKET)) == ["T1"]


def test_only_near_days_and_the_same_direction():
    assert one(transfer("100.00"), payout("A", "100.00", -30)) is None
    assert one(transfer("100.00"), payout("A", "100.00", 5)) is None
    assert one(transfer("-100.00"), payout("A", "100.00")) is None
    assert keys(one(transfer("-100.00"), payout("A", "-100.00"))) == ["A"]
    assert one(transfer("100.00"), payout("A", "100.00", -30), limits=Limits(days_after=40)).fee == 0


def test_what_a_person_chooses_has_no_limits():
    chosen = [payout("A", "100.00", -60), payout("B", "50.00", -60)]
    assert explain(transfer("120.00"), chosen, MARKET).fee == Decimal("30.00")
    part = explain(transfer("120.00"), chosen, MARKET, partly=True)
    assert [amount for _payout, amount in part.parts] == [Decimal("100.00"), Decimal("20.00")]
    assert explain(transfer("90.00"), chosen, MARKET, partly=True) is None
    assert explain(transfer("160.00"), chosen, MARKET) is None
    assert explain(transfer("120.00"), [chosen[0], payout("C", "20.00", currency="CNY")], MARKET) is None


CENTS = st.integers(1, 30_000).map(lambda cents: Decimal(cents) / 100)
DAYS = st.integers(-5, 5)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(CENTS, DAYS, st.sampled_from(["USD", "CNY"]), CENTS), max_size=6),
    st.lists(st.tuples(CENTS, DAYS, st.sampled_from(["USD", "CNY"])), max_size=6),
)
def test_every_proposal_explains_its_transfer_to_the_cent(lines, owed):
    payouts = [payout(str(number), amount, day, currency) for number, (amount, day, currency) in enumerate(owed)]
    # A part of the transfers are payouts less a fee, so that there is something to find.
    transfers = [
        transfer(
            max(payouts[number].amount - fee / 100, Decimal("0.01")) if number < len(payouts) else amount,
            key=str(number),
            days=day,
            currency=currency,
        )
        for number, (amount, day, currency, fee) in enumerate(lines)
    ]
    used = dict.fromkeys((item.key for item in payouts), Decimal(0))
    for proposal in propose(transfers, payouts, MARKET).values():
        source = proposal.parts[0][0].currency
        total = sum(amount for _payout, amount in proposal.parts)
        wanted = MARKET.convert(total, source, proposal.transfer.currency, proposal.transfer.day)
        assert proposal.transfer.amount + proposal.fee + proposal.margin == wanted
        assert proposal.fee >= 0
        for found, amount in proposal.parts:
            used[found.key] += amount
    assert all(used[item.key] <= item.amount for item in payouts)
