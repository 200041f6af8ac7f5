"""What an HTTP answer that is not a success means."""

import json
from email.utils import parsedate_to_datetime

from ..contract import AuthenticationFailed, RateLimited, Rejected, Unavailable
from .redaction import redact

_MOST_TEXT = 500


def error_of(response, operation, now):
    """The typed error of an answer, ``None`` if it is a success.

    :param response: ``requests.Response``
    :param str operation: for the message
    :param float now: epoch seconds
    """
    status = response.status_code
    if status < 300:
        return None
    code, reason = _stated_reason(response)
    text = redact(f"{operation}: HTTP {status} {code} {reason}".rstrip())[:_MOST_TEXT]
    if status in (401, 403):
        return AuthenticationFailed(text)
    if status == 429:
        return RateLimited(text, retry_after_of(response.headers, now))
    if status >= 500 or status == 408:
        return Unavailable(text)
    return Rejected(text, code)


def retry_after_of(headers, now):
    """Seconds of the ``Retry-After`` header (RFC 9110 §10.2.3: seconds or a date); 0 if there is none that is valid."""
    value = headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except ValueError:
        return 0.0


def _stated_reason(response):
    """``(code, message)`` of the usual JSON error bodies; other bodies are not quoted."""
    try:
        body = json.loads(response.content)
    except ValueError:
        return "", response.reason or ""
    if isinstance(body, dict) and isinstance(body.get("errors"), list) and body["errors"]:
        body = body["errors"][0]
    if not isinstance(body, dict):
        return "", ""
    code = body.get("code") or body.get("error") or ""
    message = body.get("message") or body.get("error_description") or ""
    details = body.get("details") or ""
    return str(code), " ".join(str(part) for part in (message, details) if part)
