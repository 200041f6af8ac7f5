"""GoodCang's operations and payloads as a published SDK names them, beside the checkout."""

import json
import re
from functools import lru_cache

from tests.plain.spec_models import SpecMismatch, shared_specs

#: What the SDK passes as single parameters, in the words of the wire (``fields.json``: the payload of one code).
_SINGLE = {"warehouseCode": "warehouseCode", "receivingCode": "receiving_code", "orderCode": "order_code",
           "referenceNo": "reference_no", "wisCode": "wis_code"}  # fmt: skip
_PAGES = {"page", "pageSize", "page_size"}


@lru_cache
def operations():
    """``{path: names of the fields that its request may have}``; empty where the specification is absent."""
    if shared_specs() is None:
        return {}
    folder = shared_specs() / "goodcang"
    fields = json.loads((folder / "fields.json").read_text(encoding="utf-8"))
    by_class = {name.partition(".")[2]: {field["name"] for field in found} for name, found in fields.items()}
    known = {}
    for entry in json.loads((folder / "operations.json").read_text(encoding="utf-8")):
        payload = re.search(r"(\w+Payload)(<\w+>)? payload", entry["params"])
        single = re.fullmatch(r"(?:\w|[<>])+ (\w+)", entry["params"])
        names = by_class.get(payload[1], set()) if payload else set()
        if single and not payload:
            names = {_SINGLE.get(single[1], single[1])}
        known[entry["operation"]] = names | _PAGES
    return known


def check_request(path, body):
    """:raise SpecMismatch: the operation or one of the fields is unknown"""
    if not operations():
        return
    operation = path.partition("/public_open")[2]
    if operation not in operations():
        raise SpecMismatch(path, ["no such operation"])
    unknown = sorted(set(body) - operations()[operation])
    if unknown:
        raise SpecMismatch(path, [f"{name}: unknown" for name in unknown])
