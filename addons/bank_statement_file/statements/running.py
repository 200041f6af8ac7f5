"""Balances that stand in each row."""

from collections import Counter

from ...marketplace.contract import InvalidPayload


def opening_and_closing(transactions):
    """``(opening, closing)`` balance of rows with a balance after each, in whatever order they stand.

    Each row leads from the balance before it to the one after it. All together they are one chain: one balance is
    only left, one only reached. Where rows are missing there are several.

    :return: ``(None, None)`` if not every row has a balance
    :raise InvalidPayload: a row is missing, or a balance is wrong
    """
    if not transactions or any(transaction.balance is None for transaction in transactions):
        return None, None
    before = Counter(transaction.balance - transaction.amount for transaction in transactions)
    after = Counter(transaction.balance for transaction in transactions)
    left, reached = list((before - after).elements()), list((after - before).elements())
    if not left:
        first = min(_ends(transactions), key=lambda transaction: transaction.day)
        return (first.balance - first.amount,) * 2
    if len(left) > 1:
        raise InvalidPayload(_break(transactions, left, after), "the balance does not follow from the row before it")
    return left[0], reached[0]


def _ends(transactions):
    return transactions[0], transactions[-1]


def _break(transactions, left, after):
    """Where the first gap is; the row at one of the file's ends has nothing before it by right."""
    inner = transactions[1:] if transactions[0].day <= transactions[-1].day else transactions[:-1]
    gaps = [transaction for transaction in inner if transaction.balance - transaction.amount in left]
    return (gaps or inner)[0].place
