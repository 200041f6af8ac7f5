"""One result per item: a refusal concerns one, an outage all that are left."""

from types import SimpleNamespace

import pytest

from addons.marketplace.contract import (
    ActionResult,
    Arrangement,
    AuthenticationFailed,
    InvalidPayload,
    RateLimited,
    Rejected,
    Unavailable,
    each,
)

ITEMS = [SimpleNamespace(reference=reference) for reference in "ABC"]


def writer(**answers):
    """A write that succeeds, or raises what is given for the item."""
    seen = []

    def write(item):
        seen.append(item.reference)
        if item.reference in answers:
            raise answers[item.reference]
        return ActionResult(item.reference, True)

    return write, seen


@pytest.mark.parametrize(
    ("error", "message"),
    [(Rejected("too late", "E1"), "too late"), (InvalidPayload("order.id", "missing"), "order.id: missing")],
)
def test_a_refusal_stops_no_other(error, message):
    write, seen = writer(B=error)
    results = each(ITEMS, write)
    assert results == [ActionResult("A", True), ActionResult("B", False, message), ActionResult("C", True)]
    assert seen == ["A", "B", "C"]


@pytest.mark.parametrize(("error", "wait"), [(RateLimited("slow down", 7.5), 7.5), (Unavailable("no answer"), 60.0)])
def test_an_outage_leaves_the_rest_for_later(error, wait):
    write, seen = writer(B=error)
    late = [ActionResult(reference, False, str(error), wait) for reference in "BC"]
    assert each(ITEMS, write) == [ActionResult("A", True), *late]
    assert seen == ["A", "B"]


def test_results_of_the_class_asked_for():
    write, _seen = writer(A=Rejected("no pickup"), B=RateLimited("wait", 3.0))
    results = each(ITEMS, write, Arrangement)
    assert [type(result) for result in results] == [Arrangement] * 3
    assert [(result.accepted, result.message, result.retry_after) for result in results] == [
        (False, "no pickup", None),
        (False, "wait", 3.0),
        (False, "wait", 3.0),
    ]


def test_lost_access_is_not_a_result():
    write, _seen = writer(A=AuthenticationFailed("revoked"))
    with pytest.raises(AuthenticationFailed):
        each(ITEMS, write)
    assert each([], write) == []
