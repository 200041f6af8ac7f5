"""What Walmart's refusals mean. Its documents know four shapes of them: an error by itself, lists under ``error`` or
``errors``, and a list ``error`` within ``errors``.
"""

from ...marketplace.contract import AuthenticationFailed, RateLimited, Rejected
from ...marketplace.transport import redact
from ...marketplace.transport.failures import retry_after_of

_MOST_TEXT = 500


def judge(operation, response, body):
    """The typed error of an answer, ``None`` if the HTTP status says all. Signature: ``HttpClient``'s ``judge``."""
    status = response.status_code
    if not 400 <= status < 500 or status == 408:
        return None
    code, text = stated(body)
    text = redact(f"{operation}: HTTP {status} {code} {text}".rstrip())[:_MOST_TEXT]
    if status == 429:
        return RateLimited(text, _wait_of(response.headers))
    return AuthenticationFailed(text) if status in (401, 403) else Rejected(text, code)


def stated(body):
    """``(code, text)`` of the first error that a body states; empty texts if it states none."""
    while isinstance(body, dict | list) and body:
        if isinstance(body, list):
            body = body[0]
        elif "code" in body or "description" in body:
            parts = (body.get("description"), body.get("message"), body.get("info"), body.get("field"))
            return str(body.get("code") or ""), " ".join(dict.fromkeys(str(part) for part in parts if part))
        else:
            body = body.get("errors") or body.get("error")
    return "", ""


def _wait_of(headers):
    """Seconds until the bucket has a token again: ``X-Next-Replenishment-Time`` in epoch milliseconds against the
    answer's own date, or ``Retry-After``."""
    stated_at = retry_after_of({"Retry-After": headers.get("Date", "")}, 0.0)  # the date as epoch seconds
    next_time = headers.get("X-Next-Replenishment-Time", "").strip()
    if next_time.isdigit() and stated_at:
        return max(0.0, int(next_time) / 1000 - stated_at)
    return retry_after_of(headers, stated_at)
