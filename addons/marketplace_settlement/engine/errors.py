"""Why a settlement is not posted. Each error holds what a person needs to know to mend it."""


class PostingError(Exception):
    """Nothing of the settlement is posted."""


class UnknownKind(PostingError):
    """Amounts whose words nobody has given a kind.

    :ivar count: groups of them
    """

    def __init__(self, count):
        super().__init__(f"{count} groups of amounts are of unknown kind")
        self.count = count


class MissingAccount(PostingError):
    """No account is stated for a kind of amount.

    :ivar role: of :data:`~.roles.ROLES`
    :ivar kind: code of the kind, empty for an account that belongs to no kind
    :ivar country: code, or empty
    """

    def __init__(self, role, kind="", country=""):
        super().__init__(f"no account for {role} {kind} {country}".rstrip())
        self.role, self.kind, self.country = role, kind, country


class MissingRate(PostingError):
    """No exchange rate is known.

    :ivar currency: code
    :ivar day: date of the entry
    """

    def __init__(self, currency, day):
        super().__init__(f"no rate of {currency} on {day}")
        self.currency, self.day = currency, day


class Unbalanced(PostingError):
    """Amounts are not what they must add up to.

    :ivar found: their sum
    :ivar wanted: what it must be
    """

    def __init__(self, found, wanted):
        super().__init__(f"the amounts add up to {found}, not to {wanted}")
        self.found, self.wanted = found, wanted


class LockedPeriod(PostingError):
    """The books of a day are closed.

    :ivar day: date of the entry
    :ivar locks: text that names the lock dates
    """

    def __init__(self, day, locks):
        super().__init__(f"{day} is locked: {locks}")
        self.day, self.locks = day, locks
