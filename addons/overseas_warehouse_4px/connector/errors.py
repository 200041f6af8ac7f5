"""What 4PX's answers say went wrong.

``{"result": "0", "msg": …, "errors": [{"error_code": …, "error_msg": …}]}`` with HTTP 200 (fields.json, ``fop.FopResp``
and ``fop.Error``). The codes are not published with the operations: credentials, limits and outages are told by the
words of code and message, everything else is a refusal.
"""

from ...marketplace.transport import redact
from ...overseas_warehouse.connector.wording import Wording

WORDING = Wording(
    authentication=(r"\bsign(ature)?\b|app_?key|access_?token|unauthori[sz]ed|permission|签名|授权|权限|令牌|appkey"),
    outage=r"system (error|exception|busy)|internal|time.?out|ApiException|系统(异常|错误|繁忙)|超时",
)


def judge(operation, response, body):
    """The typed error that an answer states, ``None`` if it states none."""
    if not isinstance(body, dict) or str(body.get("result", "1")) == "1":
        return None
    code, message = _stated(body)
    text = redact(f"{operation}: {code} {message}".strip())[:500]
    return WORDING.judge(f"{code} {message}", text, code)


def _stated(body):
    errors = [error for error in body.get("errors") or [] if isinstance(error, dict)]
    if not errors:
        return "", str(body.get("msg") or "no reason given")
    message = "; ".join(str(error.get("error_msg") or error.get("error_code") or "") for error in errors)
    return str(errors[0].get("error_code") or ""), message
