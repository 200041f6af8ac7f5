"""What Winit's answers say went wrong.

``{"code": …, "msg": …, "data": …}`` with HTTP 200, the code of a success being ``0`` (fields.json,
``winit.WinitResponse``). The codes are not published with the operations: credentials, limits, outages and unknown
numbers are told by the words of the message, everything else is a refusal.
"""

from ...marketplace.transport import redact
from ...overseas_warehouse.connector.wording import Wording

WORDING = Wording(
    authentication=(
        r"\b(client_)?sign(ature)?\b|app_?key|client_?id|\btoken\b|unauthori[sz]ed|permission|签名|授权|权限|令牌"
    ),
    outage=r"system (error|exception|busy)|internal|time.?out|系统(异常|错误|繁忙)|超时",
    absent=r"not (exist|found)|no such|no data|不存在|查无|未找到|没有找到",
)


def judge(operation, response, body):
    """The typed error that an answer states, ``None`` if it states none."""
    if not isinstance(body, dict) or str(body.get("code", "0")) == "0":
        return None
    code, message = str(body["code"]), str(body.get("msg") or "no reason given")
    text = redact(f"{operation}: {code} {message}")[:500]
    return WORDING.judge(message, text, code)
