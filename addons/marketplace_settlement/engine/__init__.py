"""How a settlement becomes journal entries: pure planning, without Odoo.

:func:`~.planner.plan` turns sums of settlement amounts into balanced entries, one per month, or raises one of
:mod:`.errors`, which say what is to be done.
"""

from .accounts import AccountBook, AccountRow, Posting
from .charts import RECONCILED, TYPES, get_chart_accounts
from .errors import LockedPeriod, MissingAccount, MissingRate, PostingError, Unbalanced, UnknownKind
from .planner import plan
from .records import Amount, Counter, Header, PlannedEntry, PlannedLine, Purpose, Split, TaxPart
from .roles import FEE_ROLES, REVENUE_ROLES, ROLES, TAX, get_role, is_refund
from .rounding import spread

__all__ = [
    "FEE_ROLES",
    "RECONCILED",
    "REVENUE_ROLES",
    "ROLES",
    "TAX",
    "TYPES",
    "AccountBook",
    "AccountRow",
    "Amount",
    "Counter",
    "Header",
    "LockedPeriod",
    "MissingAccount",
    "MissingRate",
    "PlannedEntry",
    "PlannedLine",
    "Posting",
    "PostingError",
    "Purpose",
    "Split",
    "TaxPart",
    "Unbalanced",
    "UnknownKind",
    "get_chart_accounts",
    "get_role",
    "is_refund",
    "plan",
    "spread",
]
