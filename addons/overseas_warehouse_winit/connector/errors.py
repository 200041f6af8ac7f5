"""What Winit's answers say went wrong.

``{"code": …, "msg": …, "data": …}`` with HTTP 200, the code of a success being ``0`` (fields.json,
``winit.WinitResponse``). The codes are not published with the operations: credentials, limits, outages and unknown
numbers are told by the words of the message, everything else is a refusal.
"""

import re

from ...marketplace.contract import AuthenticationFailed, RateLimited, Rejected, Unavailable
from ...marketplace.transport import redact

_AUTHENTICATION = re.compile(
    r"\b(client_)?sign(ature)?\b|app_?key|client_?id|\btoken\b|unauthori[sz]ed|permission|签名|授权|权限|令牌",
    re.IGNORECASE,
)
_LIMIT = re.compile(r"too (many|frequent)|rate.?limit|frequen(t|cy)|限流|频繁|频率|超过.*次", re.IGNORECASE)
_OUTAGE = re.compile(r"system (error|exception|busy)|internal|time.?out|系统(异常|错误|繁忙)|超时", re.IGNORECASE)
_UNKNOWN = re.compile(r"not (exist|found)|no such|no data|不存在|查无|未找到|没有找到", re.IGNORECASE)


def judge(operation, response, body):
    """The typed error that an answer states, ``None`` if it states none."""
    if not isinstance(body, dict) or str(body.get("code", "0")) == "0":
        return None
    code, message = str(body["code"]), str(body.get("msg") or "no reason given")
    text = redact(f"{operation}: {code} {message}")[:500]
    if _AUTHENTICATION.search(message):
        return AuthenticationFailed(text)
    if _LIMIT.search(message):
        return RateLimited(text, 0.0)
    if _OUTAGE.search(message):
        return Unavailable(text)
    return Rejected(text, code)


def is_unknown(refusal):
    """Whether a :class:`Rejected` only says that Winit does not know a number."""
    return bool(_UNKNOWN.search(refusal.reason))
