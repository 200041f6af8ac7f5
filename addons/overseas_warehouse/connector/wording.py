"""Errors told apart by their words, for operators whose documents name no codes."""

import re
from dataclasses import dataclass

from ...marketplace.contract import AuthenticationFailed, RateLimited, Rejected, Unavailable

#: Words for too many calls in a row.
LIMIT = r"too (many|frequent)|rate.?limit|frequen(t|cy)|限流|频繁|频率|超过.*次"


@dataclass(frozen=True)
class Wording:
    """Regular expressions of an operator's words, whatever their case.

    :param str authentication: credentials that are wrong or may not do this
    :param str outage: the operator's system does not work
    :param str absent: there is no such thing
    :param str limit: too many calls
    """

    authentication: str
    outage: str
    absent: str = r"(?!)"
    limit: str = LIMIT

    def judge(self, words, text, code="", wait=0.0):
        """The typed error that an answer states; what names none of them is a refusal.

        :param str words: what the operator says
        :param str text: for people, without secrets
        :param str code: the operator's, kept with a refusal
        :param float wait: seconds until a call that was one too many is worth repeating
        """
        if _has(self.authentication, words):
            return AuthenticationFailed(text)
        if _has(self.limit, words):
            return RateLimited(text, wait)
        if _has(self.outage, words):
            return Unavailable(text)
        return Rejected(text, code)

    def is_absent(self, refusal):
        """Whether a :class:`Rejected` only says that there is no such thing."""
        return _has(self.absent, refusal.reason)


def _has(pattern, words):
    return re.search(pattern, words, re.IGNORECASE) is not None
