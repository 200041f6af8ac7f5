"""What Lazada's error codes mean. Sources: guide "Error messages" and the error codes of the documents.

Errors are in the body with HTTP 200: ``{"code": …, "type": …, "message": …}``; the code of a success is ``"0"``. The
fulfilment operations state theirs in ``result``. Some operations use the same number for different errors.
"""

import re

from ...marketplace.contract import AuthenticationFailed, RateLimited, Rejected, Unavailable
from ...marketplace.transport import redact

_AUTHENTICATION = frozenset({
    "IllegalAccessToken", "InvalidAccessToken", "IllegalRefreshToken", "InvalidCode", "IncompleteSignature",
    "InvalidSignature", "InvalidAppKey", "AppWhiteIpLimit", "IllegalTimestamp", "InvalidTimestamp",
    "SellerNotVerified", "116", "117", "118",
})  # fmt: skip
_LIMITS = frozenset({"ApiCallLimit", "AppCallLimit", "SellerCallLimit", "901"})
_OUTAGES = frozenset({
    "ServiceUnavailable", "ServiceTimeout", "InternalError", "SystemError", "1000", "513", "40011", "700024", "1003",
})  # fmt: skip
_INTERNAL = re.compile(r"internal (application )?error|unexpected internal|SYSTEM_ERROR|remote service error", re.I)
_BAN = re.compile(r"last (\d+) more second", re.I)
NO_ORDER = re.compile(r"no orders? (were )?found|order id.*incorrect|invalid order id|not valid|not found", re.I)


def judge(operation, response, body):
    """The typed error that an answer states, ``None`` if it states none."""
    code, message = _stated(body)
    if not code:
        return None
    text = redact(f"{operation}: {code}: {message}")[:500]
    if code in _LIMITS:
        ban = _BAN.search(message)
        return RateLimited(text, float(ban[1]) if ban else 0.0)
    if code in _AUTHENTICATION and not (code in ("116", "117", "118") and "E0108" in message):
        return AuthenticationFailed(text)
    if code in _OUTAGES or _INTERNAL.search(message) or response.status_code >= 500:
        return Unavailable(text)
    return Rejected(text, code)


def _stated(body):
    """``(code, message)``; the code is empty if all is well."""
    if not isinstance(body, dict):
        return "", ""
    code = str(body.get("code") or "0")
    if code != "0":
        details = body.get("detail")
        return code, f"{body.get('message') or ''} {details_of(details)}".strip()
    result = body.get("result")
    if isinstance(result, dict) and str(result.get("success")).lower() == "false":
        code = result.get("error_code") or result.get("errorCode") or "unknown"
        return str(code), str(result.get("error_msg") or result.get("errorMsg") or "")
    return "", ""


def details_of(details):
    """What an error says about single SKUs, as text."""
    if not isinstance(details, list):
        return ""
    parts = [entry for entry in details if isinstance(entry, dict)]
    return "; ".join(f"{entry.get('seller_sku') or ''} {entry.get('message') or ''}".strip() for entry in parts)
