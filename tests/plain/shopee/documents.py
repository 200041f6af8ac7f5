"""The official documents of the Open Platform as checks of requests and answers."""

import json
import re
from functools import lru_cache

from tests.plain.spec_models import shared_specs

_METHODS = {1: "POST", 2: "GET"}
# Its table says GET; its error list speaks of the JSON body, which only a POST has.
_REALLY_POST = "/api/v2/payment/get_escrow_detail_batch"
# Names a field of its own formula in its table only where the document of one order does.
_TOLD_BY = {"/api/v2/payment/get_escrow_detail_batch": "/api/v2/payment/get_escrow_detail"}
_TYPES = {"boolean": bool, "object": dict, "string": (str,)}


@lru_cache
def documents():
    """``{path: document}``; empty where the specifications are absent."""
    specs = shared_specs()
    files = sorted((specs / "shopee").glob("*.json")) if specs else []
    return {document["path"]: document for document in map(_load, files)}


def _load(file):
    return json.loads(file.read_text())


def samples(path, kind):
    """Samples of a document as texts: ``request_sample`` or ``response_sample``."""
    values = [sample["value"] for sample in documents()[path].get(kind) or []]
    return [value if isinstance(value, str) else json.dumps(value) for value in values]


def check_request(method, path, query, body):
    """Assert that a call has every required parameter of its document and none that it does not know."""
    document = documents().get(path)
    if document is None:
        assert not documents(), f"no document of {path}"
        return
    assert method == ("POST" if path == _REALLY_POST else _METHODS[document["method"]]), path
    common = {"partner_id", "timestamp", "sign"}
    if document["api_type"] == "Shop":
        common |= {"access_token", "shop_id"}
    assert common <= set(query), (path, common - set(query))
    params = document["params"]["request_params"]
    given = body if method == "POST" else {name: value for name, value in query.items() if name not in common}
    _check_object(given or {}, params, path, required=True, typed=method == "POST")


def check_answer(path, body):
    """Assert that an answer has no field that neither table nor sample of its document has, and the right types."""
    if not documents() or body is None or body.get("error"):
        return
    _check_object(body, documents()[path]["params"]["response_params"], path, required=False, typed=True)


@lru_cache
def _sampled_fields(path):
    """Names of fields in the samples of a document: some tables have a field at another place, or not at all."""
    path = _TOLD_BY.get(path, path)
    return frozenset(re.findall(r'"(\w+)":', " ".join(samples(path, "response_sample"))))


def _check_object(value, params, where, required, typed):
    known = {param["name"]: param for param in params or []}
    unknown = set(value) - set(known) - {"request_id", "error", "message", "warning"}
    if not required:
        unknown -= _sampled_fields(where.partition(".")[0])
    assert not unknown, f"{where}: unknown {sorted(unknown)}"
    if required:
        missing = [name for name, param in known.items() if str(param.get("required")) == "True" and name not in value]
        missing = [name for name in missing if name != "cursor"]  # empty at the first page, which a query leaves out
        assert not missing, f"{where}: missing {missing}"
    for name, item in value.items():
        if name in known and item is not None:
            _check_value(item, known[name], f"{where}.{name}", required, typed)


def _check_value(value, param, where, required, typed):
    kind, children = param["type"], param.get("children") or []
    if kind == "object" and isinstance(value, list) and not required:
        kind = "object[]"  # as in the document's own sample
    if kind.endswith("[]") and typed:
        assert isinstance(value, list), f"{where}: {kind} is {value!r}"
        for item in value:
            _check_value(item, {**param, "type": kind[:-2]}, f"{where}[]", required, typed)
    elif kind in ("object", "file") and children:
        assert isinstance(value, dict), f"{where}: {kind} is {value!r}"
        _check_object(value, children, where, required, typed)
    elif typed and kind in _TYPES:
        assert isinstance(value, _TYPES[kind]), f"{where}: {kind} is {value!r}"
    elif typed and kind != "file":
        assert isinstance(value, int | float) and not isinstance(value, bool), f"{where}: {kind} is {value!r}"
