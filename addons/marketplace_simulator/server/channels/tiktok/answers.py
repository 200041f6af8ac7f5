"""TikTok's frame around every answer."""

import uuid

from ...http import ApiError


def frame(code, message, content):
    """Return an answer's body."""
    return {"code": code, "message": message, "request_id": uuid.uuid4().hex.upper(), "data": content}


def data(content=None):
    """Return a successful answer's body."""
    return frame(0, "Success", content or {})


def invalid(message):
    """Return the error of a request that breaks a rule of the documents."""
    return ApiError(200, 98001004, message)
