"""What Shopee's error codes mean. Source: the lists ``error_list`` and ``common_error_list`` of the documents.

Errors are in the body (``error``, ``message``), with HTTP 200 as well as 403. A code may have the module before it:
``common.error_auth``, ``logistics.error_param``.
"""

from ...marketplace.contract import AuthenticationFailed, RateLimited, Rejected, Unavailable
from ...marketplace.transport import redact

_AUTHENTICATION = frozenset({
    "error_auth", "error_sign", "error_kyc_auth", "error_partner_key_expired", "error_shop_refresh_token",
    "error_merchant_refresh_token", "invalid_partner_id", "invalid_access_token", "invalid_acceess_token",
    "invalid_code", "invalid_shop_id", "invalid_main_acount_id", "partner_shop_no_link", "shop_no_linked",
    "merchant_no_linked", "shop_access_expired", "merchant_access_expired", "refresh_token_expired", "shop_banned",
    "source_ip_undeclared", "error_api_call_restricted",
})  # fmt: skip
_OUTAGE = frozenset({
    "error_server", "error_network", "error_inner", "error_unknown", "error_system_busy", "order_unsplit_failed",
})  # fmt: skip
#: What the app may not do although its authorisation is valid.
PERMISSION = frozenset({"error_api_permission", "error_permission", "error_ashop_api_permission"})
#: Nothing of a batch was done: the reasons are with its parts.
ALL_FAILED = "batch_api_all_failed"
NOT_FOUND = frozenset({"error_not_found", "error_not_exist", "order_not_exist"})

_DAY, _EIGHT_HOURS = 86_400, 8 * 3_600


def judge(operation, response, body, now):
    """The typed error that an answer states, ``None`` if it states none.

    :param float now: the platform's epoch seconds, for limits that end at midnight
    """
    stated = stated_error(body)
    if not stated:
        return None
    code, message = stated.rpartition(".")[2].lower(), str(body.get("message") or body.get("msg") or "")
    if code == ALL_FAILED and isinstance(body.get("response"), dict):
        return None
    text = redact(f"{operation}: {stated}: {message}")[:500]
    if code in ("error_rate_limit", "error_limit"):
        return RateLimited(text, _until_midnight(now) if code == "error_limit" else _retry_after(response))
    if code in _OUTAGE or "system error" in message.lower():
        return Unavailable(text)
    if "no permission to current api" in message.lower():
        return Rejected(text, "error_api_permission")
    if code in _AUTHENTICATION or "timestamp is expired" in message.lower() or "invalid timestamp" in message.lower():
        return AuthenticationFailed(text)
    return Rejected(text, code) if response.status_code < 500 else Unavailable(text)


def stated_error(body):
    """The error code in a body; samples of the documents state a dash or a blank where there is none."""
    error = body.get("error") if isinstance(body, dict) else ""
    return error.strip().strip("-") if isinstance(error, str) else ""


def _retry_after(response):
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdigit() else 0.0


def _until_midnight(now):
    """Seconds until 00:00 UTC+8, when the daily number of calls starts again."""
    return _DAY - (now + _EIGHT_HOURS) % _DAY
