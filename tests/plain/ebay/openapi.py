"""Validate HTTP exchanges against eBay's OpenAPI 3 documents beside the checkout."""

import copy
import json
import re
from functools import lru_cache
from urllib.parse import unquote

from referencing import Registry
from referencing.jsonschema import DRAFT4

from tests.plain.spec_models import SpecMismatch, schema_errors, shared_specs

# Base path → document.
DOCUMENTS = {
    "/sell/fulfillment/v1": "sell_fulfillment_v1_oas3",
    "/sell/inventory/v1": "sell_inventory_v1_oas3",
    "/sell/finances/v1": "sell_finances_v1_oas3",
    "/commerce/notification/v1": "commerce_notification_v1_oas3",
    "/commerce/identity/v1": "commerce_identity_v1_oas3",
    "/developer/key_management/v1": "developer_key_management_v1_oas3",
    "/developer/analytics/v1_beta": "developer_analytics_v1_beta_oas3",
    "/post-order/v2/cancellation": "cancellation_oas3",
    "/post-order/v2/return": "return_oas3",
}
_METHODS = ("get", "put", "post", "delete")
# What the documents leave out or state wrongly: eBay's own sample has the first, its prose and the newer reference of
# the Finances API describe the others.
_CORRECTIONS = {
    "sell_fulfillment_v1_oas3": {("Order", "legacyOrderId"): {"type": "string"}},
    "sell_inventory_v1_oas3": {("Product", "aspects"): {"type": "object"}},
    "sell_finances_v1_oas3": {("Transaction", "ebayCollectedTaxAmount"): {"$ref": "#/components/schemas/Amount"}},
    "commerce_notification_v1_oas3": {
        ("Destination", "deliveryConfig"): {"$ref": "#/components/schemas/DeliveryConfig"}
    },
}


class OpenApi:
    """One document; properties that a schema does not name are refused."""

    def __init__(self, name):
        self.document = json.loads((shared_specs() / "ebay" / f"{name}.json").read_text(encoding="utf-8"))
        base = self.document["servers"][0]["variables"]["basePath"]["default"]
        for (schema, field), corrected in _CORRECTIONS.get(name, {}).items():
            self.document["components"]["schemas"][schema]["properties"][field] = corrected
        closed = copy.deepcopy(self.document)
        for schema in closed.get("components", {}).get("schemas", {}).values():
            _close(schema)
        self._uri = f"urn:ebay:{name}"
        self._registry = Registry().with_resource(self._uri, DRAFT4.create_resource(closed))
        self._operations = [
            (method.upper(), re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(base + path)) + "$"), operation)
            for path, item in sorted(self.document["paths"].items())
            for method, operation in item.items()
            if method in _METHODS
        ]

    def operation(self, method, path):
        """The operation that serves a path, those without parameters first.

        :raise KeyError: there is none
        """
        found = [entry for entry in self._operations if entry[0] == method and entry[1].match(path)]
        if not found:
            raise KeyError(f"no operation {method} {path}")
        return min(found, key=lambda entry: len(entry[1].pattern.split("[^/]+")))[2]

    def check_request(self, method, path, query, body):
        """:raise SpecMismatch: the document does not allow the request"""
        operation = self.operation(method, path)
        errors = []
        declared = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "query"}
        if "components" in self.document:  # the documents of the Post-Order API name no queries and bodies
            errors += [f"query {name}: unknown" for name in query if name not in declared]
            wanted = operation.get("requestBody")
            if wanted:
                errors += self._errors(wanted["content"]["application/json"]["schema"], body)
            elif body is not None:
                errors.append("body: the document has none")
        if errors:
            raise SpecMismatch(f"request {method} {path}", errors)

    def check_response(self, method, path, status, body):
        """:raise SpecMismatch: the document does not allow the answer"""
        operation = self.operation(method, path)
        response = operation["responses"].get(str(status))
        if status >= 400 or "components" not in self.document:
            return
        if response is None:
            raise SpecMismatch(f"response {status} of {method} {path}", ["the document has no such status"])
        content = response.get("content")
        errors = self._errors(content["application/json"]["schema"], body or {}) if content else []
        if errors:
            raise SpecMismatch(f"response {status} of {method} {path}", errors)

    def _errors(self, schema, instance):
        return schema_errors(_absolute(schema, self._uri), instance, self._registry)


@lru_cache
def document_of(path):
    """The document that owns a path; ``None`` where documents are absent or the path is none of theirs."""
    for base, name in DOCUMENTS.items():
        if shared_specs() and unquote(path).startswith(base):
            return load(name)
    return None


@lru_cache
def load(name):
    """A document by name."""
    return OpenApi(name)


def _close(schema):
    if not isinstance(schema, dict):
        return
    if "properties" in schema:
        schema["additionalProperties"] = False
    for child in [*schema.get("properties", {}).values(), schema.get("items")]:
        _close(child)


def _absolute(schema, uri):
    if isinstance(schema, dict):
        return {key: uri + value if key == "$ref" else _absolute(value, uri) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_absolute(item, uri) for item in schema]
    return schema
