"""What a check found wrong with an order."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """A reason to hold an order.

    :param int order_id: id of the sale order
    :param str kind: kind of hold, e.g. ``address_check``
    :param str note: what is wrong, in a sentence that a clerk understands
    :param tuple evidence: ``((label, value), …)`` of texts: what the decision needs to be seen
    :param str fingerprint: the same for the same evidence. What a person has released is not raised again for it;
        empty: raised again whenever it is found.
    """

    order_id: int
    kind: str
    note: str
    evidence: tuple[tuple[str, str], ...] = ()
    fingerprint: str = ""
