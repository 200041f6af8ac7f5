"""How the platform writes answers, times and amounts."""

import uuid
from decimal import Decimal

from ...clock import from_text


def reply(response=None, **fields):
    """Return the body of a successful answer."""
    body = {"error": "", "message": "", "request_id": uuid.uuid4().hex}
    return {**body, **({} if response is None else {"response": response}), **fields}


def epoch(text):
    """Return a time text as epoch seconds."""
    return int(from_text(text).timestamp())


def number(amount):
    """Return an amount as a JSON number; binary fractions of this size show the very digits."""
    amount = Decimal(amount)
    return int(amount) if amount == amount.to_integral_value() else float(amount)
