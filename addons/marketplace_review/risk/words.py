"""What marketplaces and couriers call an order that went bad, found in the reason of a return or refund."""

import re

# In the order in which they are tried: a chargeback may also tell of goods that came back.
WORDS = (
    ("chargeback", (r"charge[\s_-]*back", r"payment[\s_-]*dispute", "拒付")),
    (
        "refused",
        (
            r"refus(?!e[\s_-]*to[\s_-]*refund)",
            r"reject(?:ed)?[\s_-]*(?:by[\s_-]*)?(?:buyer|customer|recipient)",
            "拒收",
            "拒签",
        ),
    ),
    (
        "returned_to_sender",
        (
            "undeliver",
            r"return(?:ed)?[\s_-]*to[\s_-]*(?:sender|shipper|seller)",
            "unclaimed",
            r"fail(?:ed|ure)[\s_-]*(?:to[\s_-]*)?deliver",
            r"delivery[\s_-]*fail",
            r"insufficient[\s_-]*address",
            "退回寄件",
            "无法投递",
            "派送失败",
            "无人签收",
        ),
    ),
)
_PATTERNS = tuple((outcome, re.compile("|".join(patterns), re.IGNORECASE)) for outcome, patterns in WORDS)


def outcome_of(*texts: str | None) -> str:
    """``chargeback``, ``refused`` or ``returned_to_sender`` as the texts say, else an empty text."""
    joined = "\n".join(text for text in texts if text)
    return next((outcome for outcome, pattern in _PATTERNS if pattern.search(joined)), "")
