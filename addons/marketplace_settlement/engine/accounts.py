from dataclasses import dataclass

from .errors import MissingAccount


@dataclass(frozen=True, slots=True)
class Posting:
    """Where an amount goes.

    :param account: anything that names an account
    :param taxes: names of taxes, where nothing else says which are due
    """

    account: object
    taxes: tuple = ()


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One statement of where amounts go.

    :param role: of :data:`~.roles.ROLES`
    :param kind: code of a kind; empty: all kinds of the role
    :param country: code; empty: all countries
    """

    role: str
    kind: str
    country: str
    posting: Posting


class AccountBook:
    """Finds where an amount goes: a row of its kind before one of its role, one of its country before one of all.

    :param rows: of :class:`AccountRow`
    """

    def __init__(self, rows):
        self._rows = {(row.role, row.kind, row.country): row.posting for row in rows}

    def find(self, role, kind="", country=""):
        """
        :return: :class:`Posting`
        :raise MissingAccount: no row states one
        """
        for key in ((role, kind, country), (role, kind, ""), (role, "", country), (role, "", "")):
            if key in self._rows:
                return self._rows[key]
        raise MissingAccount(role, kind, country)
