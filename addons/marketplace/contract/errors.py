"""Typed errors of every connector. The type says what the caller must do next."""


class ConnectorError(Exception):
    """Base of all errors that a connector may raise on purpose."""


class RateLimited(ConnectorError):
    """The marketplace, or our own limiter before it, refuses more calls for now: try again later.

    :param float retry_after: seconds to wait before the next attempt
    """

    def __init__(self, message, retry_after):
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(ConnectorError):
    """The marketplace does not answer, answers 5xx or timed out: the same call may succeed later."""


class AuthenticationFailed(ConnectorError):
    """Credentials are missing, wrong, expired or revoked: a person has to reconnect the account."""


class Rejected(ConnectorError):
    """The marketplace understood the request and refuses it; repeating it unchanged is pointless.

    :param str code: the marketplace's own error code
    """

    def __init__(self, reason, code=""):
        super().__init__(reason)
        self.reason = reason
        self.code = code


class InvalidPayload(ConnectorError):
    """An answer cannot be turned into a record without guessing.

    :param str path: where the bad field is, e.g. ``orderItems[0].proceeds.proceedsTotal``
    """

    def __init__(self, path, reason):
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class NotReady(ConnectorError):
    """A report or feed that the marketplace prepares by itself is not finished.

    Call the same verb again with ``handle`` after ``retry_after`` seconds; the handle is plain JSON.
    """

    def __init__(self, handle, retry_after):
        super().__init__(f"not ready, ask again in {retry_after:g} s")
        self.handle = handle
        self.retry_after = retry_after
