"""Validate exchanges against Walmart's OpenAPI documents beside the checkout."""

import copy
import json
import re
from functools import lru_cache

from referencing import Registry
from referencing.jsonschema import DRAFT4

from tests.plain.spec_models import SpecMismatch, schema_errors, shared_specs

# The documents of the operations that we call; the first that knows a path is asked.
DOCUMENTS = (
    "authentication",
    "order-management",
    "returns-management",
    "inventory-management",
    "item-management",
    "feed-management",
    "notifications-management",
    "settings-management",
    "payment-reports",
)
_METHODS = ("get", "put", "post", "delete")


class Document:
    """One document; properties that a schema does not name are refused."""

    def __init__(self, name):
        path = shared_specs() / "walmart" / f"{name}.openapi.json"
        self.content = json.loads(path.read_text(encoding="utf-8"))
        closed = copy.deepcopy(self.content)
        _close(closed)
        self._uri = f"urn:walmart:{name}"
        self._registry = Registry().with_resource(self._uri, DRAFT4.create_resource(closed))
        self.operations = [
            (method.upper(), path, re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path)) + "$"), operation)
            for path, item in closed["paths"].items()
            for method, operation in item.items()
            if method in _METHODS
        ]

    def resolve(self, node):
        """What a local reference stands for."""
        while "$ref" in node:
            target = self.content
            for key in node["$ref"].removeprefix("#/").split("/"):
                target = target[key]
            node = target
        return node

    def errors(self, schema, instance):
        """What is wrong with an instance."""
        return schema_errors(_absolute(schema, self._uri), instance, self._registry)


@lru_cache
def documents():
    """All documents; empty where they are absent."""
    return tuple(Document(name) for name in DOCUMENTS) if shared_specs() else ()


def find(method, path):
    """``(document, operation)`` of a path, those without parameters first.

    :raise KeyError: there is none
    """
    found = [
        (len(pattern.pattern.split("[^/]+")), document, operation)
        for document in documents()
        for verb, _path, pattern, operation in document.operations
        if verb == method and pattern.match(path)
    ]
    if not found:
        raise KeyError(f"no operation {method} {path}")
    _count, document, operation = min(found, key=lambda entry: entry[0])
    return document, operation


def check_request(method, path, query, body):
    """:raise SpecMismatch: Walmart's document does not allow the request"""
    if not documents():
        return
    if "reportVersion" in query:  # each version of a report is an operation of its own
        path, query = f"{path}?reportVersion={query['reportVersion']}", {**query}
        del query["reportVersion"]
    document, operation = find(method, path)
    parameters = [document.resolve(parameter) for parameter in operation.get("parameters", [])]
    known = {parameter["name"]: parameter for parameter in parameters}
    errors = [f"query {name}: unknown" for name in query if name not in known]
    errors += [
        f"query {name}: {query[name]!r} is not in {parameter['schema']['enum']}"
        for name, parameter in known.items()
        if parameter["in"] == "query" and name in query and "enum" in parameter["schema"]
        if query[name] not in parameter["schema"]["enum"]
    ]
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content and body is not None:
        errors += document.errors(content["application/json"]["schema"], body)
    if errors:
        raise SpecMismatch(f"request {method} {path}", errors)


def check_answer(method, path, body):
    """:raise SpecMismatch: Walmart's document does not allow this success

    Its document of one order has no ``order`` around it and a date as text; its example is like an order of the list.
    Either is allowed.
    """
    if not documents():
        return
    document, operation = find(method, path)
    content = next(response for status, response in operation["responses"].items() if status.startswith("2"))
    schema = content.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return
    errors = document.errors(schema, body)
    if errors and method == "GET" and set(body or {}) == {"order"}:
        listed = {"list": {"meta": {}, "elements": {"order": [body["order"]]}}}
        check_answer("GET", path.rpartition("/")[0], listed)
    elif errors:
        raise SpecMismatch(f"answer to {method} {path}", errors)


def _close(node):
    """Forbid properties that a schema does not name; examples are left alone."""
    if isinstance(node, list):
        for child in node:
            _close(child)
    elif isinstance(node, dict):
        if isinstance(node.get("properties"), dict) and not {"allOf", "additionalProperties"} & set(node):
            node["additionalProperties"] = False
        for key, child in node.items():
            if key not in ("example", "examples"):
                _close(child)


def _absolute(node, uri):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str) and node["$ref"].startswith("#"):
            return {"$ref": uri + node["$ref"]}
        return {key: _absolute(value, uri) for key, value in node.items()}
    return [_absolute(value, uri) for value in node] if isinstance(node, list) else node
