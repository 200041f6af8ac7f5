"""What eBay's error answers mean. Error ids: ``x-response-codes`` of the OpenAPI documents; 215xxx are signatures."""

from ...marketplace.contract import AuthenticationFailed, Rejected
from ...marketplace.transport import redact

_MOST_TEXT = 500
_REMEDY = "a signing key is needed: choose Create Signing Key in the account"
_SIGNATURE_ERRORS = range(215000, 216000)
# Statuses that mean the same everywhere; the transport reads them.
_COMMON = frozenset({401, 403, 408, 429})


class SignatureNeeded(AuthenticationFailed):
    """A call that has to be signed is not, or not with a key that eBay knows.

    :param str code: eBay's error id
    """

    def __init__(self, message, code):
        super().__init__(message)
        self.code = code


def judge(operation, response, body):
    """Typed error of an answer that states eBay's own error id; ``None`` leaves it to the HTTP status.

    A missing or wrong digital signature is 403 like a missing permission, but needs another remedy.
    """
    status = response.status_code
    error = first_error(body)
    if status < 400 or error is None:
        return None
    code = error.get("errorId")
    text = redact(f"{operation}: HTTP {status} {code} {message_of(error)}")[:_MOST_TEXT]
    if code in _SIGNATURE_ERRORS:
        return SignatureNeeded(f"{text} ({_REMEDY})", str(code))
    if status in _COMMON or status >= 500:
        return None
    return Rejected(text, str(code))


def first_error(body):
    """First entry of ``errors`` (``error`` in the Post-Order API); ``None`` where there is none."""
    if not isinstance(body, dict):
        return None
    for key in ("errors", "error"):
        entries = body.get(key)
        if isinstance(entries, list) and entries and isinstance(entries[0], dict):
            return entries[0]
    return None


def message_of(error):
    """The longer of eBay's two messages."""
    return str(error.get("longMessage") or error.get("message") or "")
