"""What Amazon owes, and what it has paid of it."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.marketplace.contract import Money
from addons.overseas_warehouse_fba.connector.compensation import Reimbursement
from addons.overseas_warehouse_fba.engine.claims import (
    ClaimKind,
    lost_and_damaged,
    settle,
    shortages,
)
from addons.overseas_warehouse_fba.engine.missing import (
    RefundedUnits,
    RemovedUnits,
    SentParcel,
    missing_removals,
    missing_returns,
    paid_back_whole,
)
from addons.overseas_warehouse_fba.engine.movements import Attribute, Kind, Movement
from addons.overseas_warehouse_fba.engine.receipts import ReceiptIssue, compare

DAY = date(2026, 5, 1)


def movement(key, kind, units, day=DAY, reason="", document="", msku="TEAPOT", attribute=Attribute.AVAILABLE):
    return Movement(key, kind, attribute, units, day, f"X-{msku}", msku, reason=reason, document=document, event=key)


def paid(number, units, amount, reason="Lost_Warehouse", days=5, stock=0, original="", msku="TEAPOT"):
    money = Money.parse(amount, "GBP", "")
    approved = datetime(2026, 5, 1, tzinfo=timezone.utc) + timedelta(days=days)
    return Reimbursement(
        number, approved, "", "", reason, msku, f"X-{msku}", "NewItem", units, stock, money, None, original
    )


def test_a_loss_is_owed_until_units_are_found_or_paid():
    movements = [
        movement("l1", Kind.LOST, -3, reason="M"),
        movement("l2", Kind.LOST, -2, DAY + timedelta(days=1), "M"),
        movement("f1", Kind.FOUND, 1, DAY + timedelta(days=2), "F"),
    ]
    claims = lost_and_damaged(movements)
    assert [(claim.units, claim.deadline) for claim in claims] == [(2, date(2026, 6, 30)), (2, date(2026, 7, 1))]
    found = settle(claims, [paid("R1", 3, "21.00")], {"X-TEAPOT": Decimal("7.50")})
    first, second = found.claims
    assert (first.open_units, first.paid, first.expected) == (0, Decimal("14.00"), Decimal(0))
    assert (second.open_units, second.paid, second.expected) == (1, Decimal("7.00"), Decimal("7.50"))
    assert not first.is_due(DAY) and second.is_due(DAY + timedelta(days=1)) and not second.is_due(date(2026, 7, 2))
    assert second.evidence == ("l2",) and second.reimbursements == ("R1",) and not found.unmatched


def test_only_damage_in_amazons_hands_is_owed():
    movements = [movement("e", Kind.DAMAGED, -1, reason="E"), movement("h", Kind.DAMAGED, -1, reason="H")]
    assert [claim.evidence for claim in lost_and_damaged(movements)] == [("e",)]


def test_without_a_value_no_money_is_made_up():
    (claim,) = settle(lost_and_damaged([movement("l", Kind.LOST, -1)]), []).claims
    assert claim.expected is None and claim.open_units == 1


def test_a_reversal_opens_the_claim_again():
    claims = lost_and_damaged([movement("l", Kind.LOST, -2)])
    payments = [paid("R1", 2, "14.00"), paid("R2", 1, "-7.00", "Reimbursement_Reversal", 9, original="R1")]
    (claim,) = settle(claims, payments).claims
    assert (claim.open_units, claim.paid) == (1, Decimal("7.00"))


def test_a_reversal_of_a_payment_that_is_not_known_is_shown():
    found = settle([], [paid("R2", 1, "-7.00", "Reimbursement_Reversal", original="R1")])
    assert [(left.reimbursement.reimbursement_id, left.units, left.amount) for left in found.unmatched] == [
        ("R2", 1, Decimal("-7.00"))
    ]


def test_units_given_back_settle_like_money():
    (claim,) = settle(lost_and_damaged([movement("l", Kind.LOST, -2)]), [paid("R", 0, "0.00", stock=2)]).claims
    assert (claim.open_units, claim.paid) == (0, Decimal(0))


def test_payments_for_something_else_wait_visibly():
    claims = lost_and_damaged([movement("l", Kind.LOST, -1)])
    payments = [paid("A", 2, "14.00"), paid("B", 1, "7.00", "Goodwill"), paid("C", 1, "7.00", msku="CUP")]
    found = settle(claims, payments)
    assert {(left.reimbursement.reimbursement_id, left.amount, left.why) for left in found.unmatched} == {
        ("A", Decimal("7.00"), "no such claim is open"),
        ("B", Decimal("7.00"), "reason Goodwill is not known"),
        ("C", Decimal("7.00"), "no such claim is open"),
    }


def test_a_reason_that_a_person_knows_settles():
    claims = lost_and_damaged([movement("l", Kind.LOST, -1)])
    found = settle(claims, [paid("B", 1, "7.00", "Goodwill")], reasons={"Goodwill": ClaimKind.LOST})
    assert found.claims[0].open_units == 0 and not found.unmatched


def test_receipts_differ_by_shortage_excess_damage_and_what_was_not_sent():
    def received(key, msku, units, attribute=Attribute.AVAILABLE):
        return movement(key, Kind.RECEIPT, units, document="FBA1", msku=msku, attribute=attribute)

    movements = [
        received("a", "TEAPOT", 7),
        received("b", "TEAPOT", 2, Attribute.DEFECTIVE),
        received("c", "CUP", 6),
        received("d", "SPOON", 1),
        movement("other", Kind.RECEIPT, 50, document="FBA2"),
    ]
    found = compare("FBA1", {"TEAPOT": 10, "CUP": 5, "BOWL": 4}, movements)
    assert [(entry.issue, entry.msku, entry.units) for entry in found] == [
        (ReceiptIssue.SHORTAGE, "BOWL", 4),
        (ReceiptIssue.EXCESS, "CUP", 1),
        (ReceiptIssue.NOT_SENT, "SPOON", 1),
        (ReceiptIssue.SHORTAGE, "TEAPOT", 1),
        (ReceiptIssue.DAMAGE, "TEAPOT", 2),
    ]
    assert shortages(found, {}) == []
    claims = shortages(found, {"FBA1": DAY})
    assert [(claim.msku, claim.units, claim.document) for claim in claims] == [
        ("BOWL", 4, "FBA1"),
        ("TEAPOT", 1, "FBA1"),
    ]
    assert claims[1].evidence == ("FBA1", "a", "b")


def test_removals_that_never_came_are_owed():
    sent = SentParcel("REM", "1Z", "X1", "TEAPOT", DAY, 5, arrived=3)
    (claim,) = missing_removals([], [sent])
    assert (claim.kind, claim.units, claim.opens_on) == (ClaimKind.REMOVAL, 2, DAY + timedelta(days=15))
    assert claim.evidence == ("1Z", "REM")
    assert missing_removals([], [replace(sent, arrived=5)]) == []


def test_removed_units_in_no_parcel_are_owed():
    removed = RemovedUnits("REM", "X1", "TEAPOT", DAY, gone=10, accounted=9)
    (claim,) = missing_removals([removed], [])
    assert (claim.units, claim.document, claim.evidence) == (1, "REM", ("REM",))
    assert missing_removals([replace(removed, accounted=10)], []) == []
    assert missing_removals([replace(removed, accounted=11)], []) == []


def test_refunded_units_that_never_came_back_are_owed():
    refunds = [
        RefundedUnits("202-1", "X-TEAPOT", "TEAPOT", DAY, 2),
        RefundedUnits("202-1", "X-TEAPOT", "TEAPOT", DAY, 1),
        RefundedUnits("202-2", "X-TEAPOT", "TEAPOT", DAY, 1),
    ]
    claims = missing_returns(refunds, {("202-1", "TEAPOT"): 2, ("202-2", "CUP"): 1})
    assert [(claim.document, claim.units) for claim in claims] == [("202-1", 1), ("202-2", 1)]
    assert claims[0].opens_on == DAY + timedelta(days=60)


@pytest.mark.parametrize(
    ("refunds", "units"),
    [
        ([(1, "3.00")], [0]),  # a part of the price, for a flaw: the goods stay with the buyer
        ([(1, "10.00")], [1]),
        ([(1, "6.00"), (1, "4.00")], [0, 1]),
        ([(1, "3.00"), (2, "20.00"), (1, "3.00")], [0, 2, 0]),
        ([(1, None), (1, "4.00")], [1, 0]),  # the money is not stated: the statement counts
        ([(0, None)], [0]),
        ([(0, "20.00")], [2]),
        ([(0, "90.00")], [3]),  # no more than were sold
        ([(1, "20.00")], [1]),
    ],
)
def test_a_unit_is_owed_when_its_whole_price_was_paid_back(refunds, units):
    stated = [
        RefundedUnits("202-1", "X-TEAPOT", "TEAPOT", DAY, count, money and Decimal(money)) for count, money in refunds
    ]
    found = paid_back_whole(stated, {("202-1", "TEAPOT"): (3, Decimal("10.00"))})
    assert [refund.units for refund in found] == units
    assert paid_back_whole(stated, {}) == stated


@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(0, 9)), max_size=12),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9999), st.integers(0, 12)), max_size=12),
)
def test_every_unit_and_cent_paid_is_in_a_claim_or_left_over(losses, payments):
    movements = [
        movement(f"l{number}", Kind.LOST, -units, DAY + timedelta(days=days))
        for number, (units, days) in enumerate(losses)
    ]
    entries = [
        paid(f"R{number}", units, f"{Decimal(cents) / 100:.2f}", days=days)
        for number, (units, cents, days) in enumerate(payments)
    ]
    found = settle(lost_and_damaged(movements), entries)
    units_left, money_left = (sum(getattr(left, name) for left in found.unmatched) for name in ("units", "amount"))
    assert sum(claim.settled for claim in found.claims) + units_left == sum(entry.units for entry in entries)
    assert sum(claim.paid for claim in found.claims) + money_left == sum(entry.amount.amount for entry in entries)
    assert all(0 <= claim.settled <= claim.units for claim in found.claims)
