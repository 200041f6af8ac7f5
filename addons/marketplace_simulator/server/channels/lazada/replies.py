"""How the platform writes answers, times and amounts."""

import uuid
from datetime import timedelta, timezone
from decimal import Decimal

from ...clock import from_text

LOCAL = timezone(timedelta(hours=8))


def reply(**fields):
    """Return the body of a successful answer."""
    return {"code": "0", "request_id": uuid.uuid4().hex, **fields}


def result(data):
    """Return the body of a successful answer of the fulfilment operations."""
    return reply(result={"success": True, "error_code": "", "error_msg": "", "data": data})


def local(text):
    """Return a time text as the platform writes it: whole seconds with offset."""
    return from_text(text).astimezone(LOCAL).strftime("%Y-%m-%d %H:%M:%S %z")


def epoch(text):
    """Return a time text as epoch milliseconds."""
    return int(from_text(text).timestamp() * 1000)


def number(amount):
    """Return an amount as a JSON number; binary fractions of this size show the very digits."""
    amount = Decimal(amount)
    return int(amount) if amount == amount.to_integral_value() else float(amount)
