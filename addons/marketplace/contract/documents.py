"""Settlements of marketplaces that state them as JSON: one document of all pages, each page as it was received."""

import json

from .errors import InvalidPayload
from .settlements import SettlementDocument


def pack_document(name, parts):
    """What was received, as :class:`~.settlements.SettlementDocument`.

    :param str name: of the settlement, without extension
    :param dict parts: received objects and pages
    """
    return SettlementDocument(f"{name}.json", json.dumps(parts, ensure_ascii=False, indent=1).encode())


def unpack_document(document):
    """The JSON object that a document holds; fractions are text, every digit kept.

    :raise InvalidPayload: it is none, or breaks off; the path is the document's name
    """
    try:
        parts = json.loads(document.content.decode("utf-8-sig"), parse_float=str)
    except (UnicodeDecodeError, RecursionError) as error:
        raise InvalidPayload(document.name, f"no JSON: {error}") from None
    except json.JSONDecodeError as error:
        raise InvalidPayload(document.name, f"no JSON from line {error.lineno}: {error.msg}") from None
    if not isinstance(parts, dict):
        raise InvalidPayload(document.name, f"an object was expected, not {type(parts).__name__}")
    return parts
