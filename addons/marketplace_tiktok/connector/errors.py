"""What TikTok Shop's answers mean. Errors come as ``code`` (0: success), ``message`` and ``request_id``, with any HTTP
status.
"""

import re

from ...marketplace.contract import AuthenticationFailed, RateLimited, Rejected, Unavailable
from ...marketplace.transport import redact

# Codes come in groups by their first three digits. 105: access token; 106: signature; 360: authorisation code and
# refresh token. 36009003 is an internal error that TikTok asks to repeat.
_TOKEN_REFUSED = "105"
_REFUSED = frozenset({"105", "106", "360"})
_INTERNAL = frozenset({"36009003"})
_TOO_MANY = re.compile(r"too many request|rate limit|qps limit|flow control", re.IGNORECASE)
_MARK = "TikTok Shop "
_MOST_TEXT = 500


def judge(operation, response, body):
    """The typed error in an answer, ``None`` if it states none. Signature: ``HttpClient``'s ``judge``."""
    code = body.get("code") if isinstance(body, dict) else None
    if not code or response.status_code >= 500 or response.status_code == 429:
        return None  # the status says it all
    code, message = str(code), str(body.get("message") or "")
    text = redact(f"{operation}: {_MARK}{code} {message} (request {body.get('request_id') or '-'})")[:_MOST_TEXT]
    if _TOO_MANY.search(message):
        return RateLimited(text, 0.0)
    if code in _INTERNAL:
        return Unavailable(text)
    if code[:3] in _REFUSED or response.status_code in (401, 403):
        return AuthenticationFailed(text)
    return Rejected(text, code)


def is_token_refused(failure):
    """Whether a refusal is about the access token, so that another one may help."""
    return f"{_MARK}{_TOKEN_REFUSED}" in str(failure)
