"""Hold exchanges against ShipBob's OpenAPI document beside the checkout."""

import json
import re
from functools import lru_cache
from urllib.parse import parse_qsl

from tests.plain.spec_models import SpecMismatch, schema_errors, shared_specs


class Document:
    """The document; what it calls nullable may be null, and parts of a schema are put together."""

    def __init__(self, path):
        self.content = json.loads(path.read_text(encoding="utf-8"))
        self.schemas = self.content["components"]["schemas"]
        self.operations = [
            (method.upper(), re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/:]+", re.escape(template)) + "$"), operation)
            for template, item in self.content["paths"].items()
            for method, operation in item.items()
            if isinstance(operation, dict)
        ]
        self.operations.sort(key=lambda entry: entry[1].pattern.count("[^/:]+"))  # fixed paths before templates

    def find(self, method, path):
        """:raise SpecMismatch: there is no such operation"""
        for verb, pattern, operation in self.operations:
            if verb == method and pattern.match(path):
                return operation
        raise SpecMismatch(f"{method} {path}", ["no such operation"])

    def errors(self, schema, instance):
        """What is wrong with an instance."""
        return schema_errors(self.expand(schema), instance)

    def expand(self, node):
        """A schema without references, closed as the document has it."""
        if "$ref" in node:
            return self._expanded(node["$ref"].rpartition("/")[2], node.get("nullable"))
        expanded = {key: node[key] for key in ("required", "enum", "minItems", "maxLength") if key in node}
        if "enum" in expanded and node.get("nullable"):
            expanded["enum"] = [*expanded["enum"], None]
        if "type" in node:
            expanded["type"] = [node["type"], "null"] if node.get("nullable") else node["type"]
        if "items" in node:
            expanded["items"] = self.expand(node["items"])
        for word in ("oneOf", "anyOf"):
            if word in node:  # alternatives that differ in nothing but their name all match
                expanded["anyOf"] = [self.expand(part) for part in node[word]]
        properties = dict(node.get("properties", {}))
        for part in node.get("allOf", ()):
            inner = self.schemas[part["$ref"].rpartition("/")[2]] if "$ref" in part else part
            properties |= inner.get("properties", {})
            expanded["required"] = [*expanded.get("required", ()), *inner.get("required", ())]
        if properties:
            expanded["properties"] = {name: self.expand(child) for name, child in properties.items()}
            if node.get("additionalProperties") is False:
                expanded["additionalProperties"] = False
        if not expanded.get("required", True):
            del expanded["required"]
        return expanded

    @lru_cache  # noqa: B019 (one document, for the whole run)
    def _expanded(self, name, nullable):
        return self.expand({**self.schemas[name], **({"nullable": True} if nullable else {})})


@lru_cache
def document(name="openapi-2026-01"):
    """A document, ``None`` where it is absent."""
    return Document(shared_specs() / "shipbob" / f"{name}.json") if shared_specs() else None


def check(method, path, query, body, status, answer):
    """:raise SpecMismatch: the document does not allow the exchange"""
    if document() is None:
        return
    operation = document().find(method, path)
    names = {parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "query"}
    names |= {"offset"}  # of the links that the simulator gives
    errors = [f"query {name}: unknown" for name, _value in parse_qsl(query) if name not in names]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content and body:
        errors += [f"request {error}" for error in document().errors(content["schema"], json.loads(body))]
    said = operation["responses"].get(str(status), {}).get("content", {}).get("application/json")
    if str(status) not in operation["responses"]:
        errors.append(f"no answer {status}")
    if said:
        errors += [f"answer {error}" for error in document().errors(said["schema"], answer)]
    if errors:
        raise SpecMismatch(f"{method} {path}", errors)
