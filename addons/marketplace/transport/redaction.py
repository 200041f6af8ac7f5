"""Keeps secrets and personal data out of logs and error messages, wherever they are written from."""

import logging
import re
import threading
from collections import deque

HIDDEN = "[hidden]"

_SECRET_KEYS = (
    "access_token",
    "accesstoken",
    "api_key",
    "app_secret",
    "auth_code",
    "authorization",
    "aws_secret_key",
    "client_secret",
    "credential",
    "password",
    "refresh_token",
    "restricteddatatoken",
    "secret",
    "security-token",
    "sign",
    "signature",
    "wm_sec.access_token",
    "x-amz-access-token",
    "x-amz-credential",
    "x-amz-security-token",
    "x-amz-signature",
    "x-shopify-access-token",
    "x-tts-access-token",
)
_PERSONAL_KEYS = (
    "address1",
    "address2",
    "address_detail",
    "address_line1",
    "address_line2",
    "addressline1",
    "addressline2",
    "addressline3",
    "buyeremail",
    "buyername",
    "city",
    "companyname",
    "email",
    "full_address",
    "phone",
    "phone_number",
    "postal_code",
    "postalcode",
    "recipientname",
)
_KEYS = "|".join(sorted(map(re.escape, _SECRET_KEYS + _PERSONAL_KEYS), key=len, reverse=True))
_QUOTED = r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"""
_BARE = r"""(?:Bearer\s+)?[^\s,;&"'<>)}\]]+"""
_KEYED = re.compile(rf"""(?P<key>["']?\b(?:{_KEYS})["']?\s*[:=]\s*)(?!\[hidden])(?:{_QUOTED}|{_BARE})""", re.IGNORECASE)
_SHAPES = re.compile(
    r"Atz[\w.]*\|[\w\-./+=|]+"  # Login with Amazon: access, refresh and restricted tokens
    r"|amzn1\.oa2-cs\.v1\.\w+"  # Login with Amazon: client secret
    r"|Bearer\s+[\w\-.=+/]+"
    r"|[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+"  # e-mail addresses
)

# Tokens change by the hour and a server runs for months: the oldest are forgotten.
_known_secrets = deque(maxlen=1000)
_lock = threading.Lock()


def remember_secret(value):
    """Hide this exact text from now on; short values are ignored since hiding them would hide ordinary words."""
    if value and len(value) >= 8:
        with _lock:
            if value not in _known_secrets:
                _known_secrets.append(value)


def redact(text):
    """``text`` without secrets, tokens, e-mail addresses and the values of personal fields."""
    with _lock:
        known = sorted(_known_secrets, key=len, reverse=True)
    for secret in known:
        text = text.replace(secret, HIDDEN)
    text = _KEYED.sub(lambda match: match["key"] + HIDDEN, text)
    return _SHAPES.sub(HIDDEN, text)


class RedactingFilter(logging.Filter):
    """Rewrites every record of a logger, its traceback included."""

    def filter(self, record):
        record.msg = redact(record.getMessage())
        record.args = None
        if record.exc_info:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
        return True


_FILTER = RedactingFilter()


def get_logger(name):
    """A logger that cannot tell secrets. Connectors and transport use no other."""
    logger = logging.getLogger(name)
    logger.addFilter(_FILTER)
    return logger


# urllib3 logs request lines, and with them the signatures of presigned URLs, at debug level.
get_logger("urllib3.connectionpool")
