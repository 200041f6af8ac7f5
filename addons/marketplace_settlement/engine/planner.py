"""Settlement → journal entries. One balanced entry per month: all but the last hand their sum over to a carry-over
account, the last takes it back, and its counterpart is what is paid out.
"""

from calendar import monthrange
from dataclasses import replace
from decimal import Decimal

from .errors import Unbalanced, UnknownKind
from .records import PlannedEntry, PlannedLine, Purpose
from .roles import CARRY_OVER, CLEARING, FEE_ROLES, FEE_TAX, REVENUE_ROLES, TAX, get_role, is_refund
from .rounding import spread

ZERO = Decimal(0)


def plan(header, amounts, book, split):
    """Plan the entries of a settlement.

    All is converted at the one rate of the settlement and rounded by largest remainder, first the sums of the months,
    then the lines of each: every entry balances, and the payout is the converted total.

    :param header: :class:`~.records.Header`
    :param amounts: :class:`~.records.Amount`, all that the settlement holds
    :param book: :class:`~.accounts.AccountBook`
    :param split: ``split(account, taxes, amount)`` gives the :class:`~.records.Split` of a gross amount (debit
        positive)
    :return: :class:`~.records.PlannedEntry`, by month
    :raise PostingError: the settlement cannot be posted as it is
    """
    amounts = _check_amounts(header, list(amounts))
    if not amounts:
        return ()
    months = sorted({amount.month for amount in amounts})
    of_months = [_plan_lines([row for row in amounts if row.month == month], book, split) for month in months]
    totals = [-sum((line.amount for line in lines), ZERO) for lines in of_months]
    balances = spread([total * header.rate for total in totals], header.company_unit)
    counterparts = _plan_counterparts(months, totals, balances, book)
    return tuple(
        PlannedEntry(
            month,
            _last_day_of(month) if month != months[-1] else min(header.last_day, _last_day_of(month)),
            _check_balanced((*_convert(lines, header, -balance), *counterpart)),
        )
        for month, lines, balance, counterpart in zip(months, of_months, balances, counterparts, strict=True)
    )


def _check_amounts(header, amounts):
    """The amounts in whole coins of the currency: some marketplaces state fractions of them, which add up to coins."""
    if unknown := sum(not amount.kind for amount in amounts):
        raise UnknownKind(unknown)
    found = sum((amount.value for amount in amounts), ZERO)
    if found != header.total:
        raise Unbalanced(found, header.total)
    if found % header.unit:
        raise Unbalanced(found, found - found % header.unit)
    values = spread([amount.value for amount in amounts], header.unit, header.total)
    return [replace(amount, value=value) for amount, value in zip(amounts, values, strict=True)]


def _last_day_of(month):
    return month.replace(day=monthrange(month.year, month.month)[1])


def _plan_lines(amounts, book, split):
    """Lines of one month, without counterpart and not converted yet."""
    drafts = {}
    for amount in amounts:
        key = _get_draft(amount, book)
        drafts.setdefault(key, []).append(amount)
    lines, parts = [], {}
    for draft, rows in drafts.items():
        gross = -sum((row.value for row in rows), ZERO)
        line = replace(draft, amount=gross, sources=tuple(row.key for row in rows))
        if line.taxes and gross:
            line = _split(line, split, parts)
        lines.append(line)
    return lines + [line for line in parts.values() if line.amount or line.tax_base]


def _get_draft(amount, book):
    """The line that an amount belongs to, as yet without amounts; equal drafts are one line."""
    role = get_role(amount.kind, amount.group, amount.nature)
    if amount.counter:
        return PlannedLine(Purpose.SETTLES, amount.counter.account, ZERO, role="", counter=amount.counter)
    if role == TAX and amount.taxes:
        # The buyer's price contains it: it is taken out of the sale by the order's own taxes.
        role = "refunds" if is_refund(role, amount.kind) else "sales"
        posting, taxes = book.find(role, "", amount.country), amount.taxes
    else:
        posting = book.find(role, amount.kind, amount.country)
        taxes = posting.taxes if amount.taxes is None or role not in REVENUE_ROLES else amount.taxes
    if role == FEE_TAX:
        taxes = ()
    values = {"account": posting.account, "amount": ZERO, "role": role}
    if role in REVENUE_ROLES:
        return PlannedLine(Purpose.AMOUNT, country=amount.country, category=amount.category, taxes=taxes, **values)
    return PlannedLine(Purpose.AMOUNT, kind=amount.kind, taxes=taxes if role in FEE_ROLES else (), **values)


def _split(line, split, parts):
    """The line with its net amount; the taxes are added to ``parts``."""
    result = split(line.account, line.taxes, line.amount)
    found = result.net + sum((part.amount for part in result.parts), ZERO)
    if found != line.amount:
        raise Unbalanced(found, line.amount)
    for part in result.parts:
        key = part.account, part.details
        tax = parts.get(key) or PlannedLine(Purpose.TAX, part.account, ZERO, details=part.details)
        parts[key] = replace(tax, amount=tax.amount + part.amount, tax_base=tax.tax_base + part.base)
    return replace(line, amount=result.net, details=result.details)


def _convert(lines, header, total):
    """The lines with balances that add up to ``total``."""
    balances = spread([line.amount * header.rate for line in lines], header.company_unit, total)
    bases = [spread([line.tax_base * header.rate], header.company_unit)[0] for line in lines]
    return [
        replace(line, balance=balance, tax_base=base)
        for line, balance, base in zip(lines, balances, bases, strict=True)
    ]


def _plan_counterparts(months, totals, balances, book):
    """What each month's lines stand against: the carry-over, in the last month what is paid out."""
    carried = []
    for month, total, balance in list(zip(months, totals, balances, strict=True))[:-1]:
        if total:
            account = book.find(CARRY_OVER).account
            carried.append(PlannedLine(Purpose.CARRY_OVER, account, total, balance, role=CARRY_OVER, month=month))
    by_month = {line.month: (line,) for line in carried}
    back = [replace(line, amount=-line.amount, balance=-line.balance) for line in carried]
    if total := sum(totals, ZERO):
        payout = PlannedLine(Purpose.PAYOUT, book.find(CLEARING).account, total, sum(balances, ZERO), role=CLEARING)
        back.append(payout)
    return [by_month.get(month, ()) for month in months[:-1]] + [tuple(back)]


def _check_balanced(lines):
    for name in ("amount", "balance"):
        if found := sum((getattr(line, name) for line in lines), ZERO):
            raise Unbalanced(found, ZERO)
    return lines
