"""ECCANG's services and the fields of their requests as a published SDK names them, beside the checkout."""

import json
import re
from functools import lru_cache

from tests.plain.spec_models import SpecMismatch, shared_specs

#: Services whose request the SDK writes down as single values, not as a class.
_SINGLE = {"getOrderByCode": {"order_code"}, "getOrderByRefCode": {"reference_no"}}


@lru_cache
def services():
    """``{service: {field}}`` of all services; empty where the specification is absent."""
    if shared_specs() is None:
        return {}
    folder = shared_specs() / "eccang"
    fields = json.loads((folder / "fields.json").read_text(encoding="utf-8"))
    by_class = {name.removeprefix("orm."): {field["name"] for field in found} for name, found in fields.items()}
    entries = json.loads((folder / "services.json").read_text(encoding="utf-8"))
    names = [re.search(r'apiMethod = "(\w+)"', entry["annotation"])[1] for entry in entries]
    names.append("modifyAsn")  # Only its fields are among them; published clients name it.
    return {name: by_class.get(name[0].upper() + name[1:], set()) | _SINGLE.get(name, set()) for name in names}


def item_fields(service):
    """Fields of an item of a request."""
    fields = json.loads((shared_specs() / "eccang" / "fields.json").read_text(encoding="utf-8"))
    name = "orm.CreateOrderItems" if service == "createOrder" else "orm.AsnItemsDTOParam"
    return {field["name"] for field in fields[name]}


def check_request(service, params):
    """:raise SpecMismatch: the service or one of the fields is unknown"""
    if not services():
        return
    if service not in services():
        raise SpecMismatch(service, ["no such service"])
    unknown = set(params) - services()[service]
    for item in params.get("items", ()):
        unknown |= set(item) - item_fields(service)
    if unknown:
        raise SpecMismatch(service, [f"{name}: unknown" for name in sorted(unknown)])
