"""Documents of interfaces that state a settlement in several answers: all of them in one JSON document, unchanged."""

import json

from .errors import InvalidPayload
from .settlements import SettlementDocument


def bundle(name, content):
    """Answers as document.

    :param str name: of the document, without its extension
    :param dict content: the answers as the client gave them, beside what tells them apart
    """
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return SettlementDocument(f"{name}.json", text.encode())


def unbundle(document):
    """The object in a document, numbers with a fraction as text.

    :raise InvalidPayload: no JSON object
    """
    try:
        content = json.loads(document.content, parse_float=str)
    except ValueError as error:
        raise InvalidPayload("document", f"not readable as JSON: {type(error).__name__}") from None
    if not isinstance(content, dict):
        raise InvalidPayload("document", f"an object was expected, not {type(content).__name__}")
    return content
