"""Records of the contract as plain JSON, to be kept as evidence."""

import json
from dataclasses import asdict
from enum import Enum


def to_json(record):
    """What a record states, without what is empty; amounts, days and times are text."""
    return json.loads(json.dumps(asdict(record, dict_factory=_drop_empty), default=_to_text))


def _drop_empty(pairs):
    return {name: value for name, value in pairs if value not in (None, "", ())}


def _to_text(value):
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
