"""Validate HTTP exchanges against a Swagger 2.0 model file.

The official marketplace models are read from ``../shared/specs`` beside the checkout (or ``$CROSSBORDER_SHARED/specs``)
and are never copied into the project, so tests call :func:`shared_specs` and skip where it returns ``None``.

    model = SpecModel(shared_specs() / "amazon-sp-api" / "models" / "orders_2026-01-01.json")
    model.validate_request("GET", "/orders/2026-01-01/orders", {"createdAfter": "2026-01-01T00:00:00Z"})
    model.validate_response("GET", "/orders/2026-01-01/orders", 200, response.json())
"""

import copy
import json
import os
import re
from datetime import date, datetime
from pathlib import Path
from urllib.parse import unquote

from jsonschema import Draft4Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT4

CHECKOUT = Path(__file__).resolve().parents[2]
METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
SEPARATORS = {"csv": ",", "ssv": " ", "tsv": "\t", "pipes": "|"}
PARAMETER_KEYS = ("type", "format", "enum", "items", "minimum", "maximum", "minLength", "maxLength", "minItems",
                  "maxItems", "pattern", "uniqueItems")
BOOLEANS = {"true": True, "false": False}

formats = FormatChecker(formats=())


@formats.checks("date-time", raises=ValueError)
def _is_date_time(value):
    """RFC 3339 demands a date, a time and an offset."""
    if not isinstance(value, str):
        return True
    return "T" in value and datetime.fromisoformat(value.replace("Z", "+00:00")).tzinfo is not None


@formats.checks("date", raises=ValueError)
def _is_date(value):
    return not isinstance(value, str) or bool(date.fromisoformat(value))


class SpecMismatch(AssertionError):
    """A request or response that its model does not allow; ``errors`` lists every reason."""

    def __init__(self, subject, errors):
        self.errors = list(errors)
        super().__init__(f"{subject} does not follow its model:\n  " + "\n  ".join(self.errors))


def shared_specs():
    """Return the folder of specifications, or ``None`` where there is none."""
    folder = Path(os.environ.get("CROSSBORDER_SHARED") or CHECKOUT.parent / "shared") / "specs"
    return folder if folder.is_dir() else None


def schema_errors(schema, instance, registry=None):
    """Return what is wrong with ``instance``, one ``path: message`` string each."""
    validator = Draft4Validator(schema, registry=registry or Registry(), format_checker=formats)
    errors = sorted(validator.iter_errors(instance), key=lambda error: str(list(error.absolute_path)))
    return [f"{'/'.join(map(str, error.absolute_path)) or '(root)'}: {error.message[:300]}" for error in errors]


class SpecModel:
    """One Swagger 2.0 document.

    :param path: the JSON file
    :param strict: report properties that the model does not name (schemas that are open by design stay open)
    """

    def __init__(self, path, strict=True):
        self.path = Path(path)
        self.document = json.loads(self.path.read_text(encoding="utf-8"))
        self._uri = f"urn:model:{self.path.stem}"
        document = copy.deepcopy(self.document)
        if strict:
            # A closed part of a composed schema would forbid the other parts' properties.
            parts = {part["$ref"] for part in _composed(document) if "$ref" in part}
            for name, definition in document.get("definitions", {}).items():
                if f"#/definitions/{name}" not in parts:
                    _close(definition)
        self._registry = Registry().with_resource(self._uri, DRAFT4.create_resource(document))
        self._operations = list(self._read_operations())

    def operations(self):
        """Return every ``(method, path template, operation)`` of the model."""
        return [(method, template, operation) for method, template, _pattern, operation in self._operations]

    def operation(self, method, path):
        """Return the operation object that serves ``method`` and the concrete or templated ``path``.

        :raise KeyError: if the model has none
        """
        return self._find(method, path)[1]

    def validate_request(self, method, path, query=None, body=None):
        """Check path, query string and JSON body of a request.

        :param query: mapping of name to text, or to a list where the model takes an array
        :param body: the decoded JSON body, ``None`` if there is none
        :raise SpecMismatch: with every deviation
        """
        template, operation = self._find(method, path)
        parameters = [self._resolve(parameter) for parameter in operation["parameters"]]
        errors = self._query_errors(parameters, dict(query or {}))
        errors += self._path_errors(parameters, template, path)
        errors += self._body_errors(parameters, body)
        if errors:
            raise SpecMismatch(f"request {method} {path}", errors)

    def validate_response(self, method, path, status, body=None):
        """Check a response against the schema that the model gives for its status.

        :param body: the decoded JSON body, ``None`` if there is none
        :raise SpecMismatch: with every deviation, also if the model knows no such status
        """
        _template, operation = self._find(method, path)
        response = operation["responses"].get(str(status))
        subject = f"response {status} of {method} {path}"
        if response is None:
            raise SpecMismatch(subject, [f"the model has no status {status}"])
        schema = self._resolve(response).get("schema")
        if schema is None:
            errors = [] if body in (None, "", {}) else ["(root): the model has no body here"]
        else:
            errors = self._schema_errors(schema, body)
        if errors:
            raise SpecMismatch(subject, errors)

    def _read_operations(self):
        for template, item in self.document["paths"].items():
            pattern = re.compile(re.sub(r"\\\{[^}]*\\\}", "([^/]+)", re.escape(template)) + "$")
            for method in METHODS:
                if method in item:
                    parameters = item.get("parameters", []) + item[method].get("parameters", [])
                    yield method.upper(), template, pattern, {**item[method], "parameters": parameters}

    def _find(self, method, path):
        for verb, template, pattern, operation in self._operations:
            if verb == method.upper() and (template == path or pattern.match(path)):
                return template, operation
        raise KeyError(f"{self.path.name} has no operation {method} {path}")

    def _resolve(self, node):
        while "$ref" in node:
            target = self.document
            for key in node["$ref"].removeprefix("#/").split("/"):
                target = target[key]
            node = target
        return node

    def _schema_errors(self, schema, instance):
        return schema_errors(_absolute(schema, self._uri), instance, self._registry)

    def _query_errors(self, parameters, query):
        known = {parameter["name"]: parameter for parameter in parameters if parameter["in"] == "query"}
        errors = [f"query {name}: unknown parameter" for name in query if name not in known]
        for name, parameter in known.items():
            if name in query:
                errors += self._value_errors(parameter, query[name])
            elif parameter.get("required"):
                errors.append(f"query {name}: required")
        return errors

    def _path_errors(self, parameters, template, path):
        names = re.findall(r"\{([^}]*)\}", template)
        pattern = re.sub(r"\\\{[^}]*\\\}", "([^/]+)", re.escape(template)) + "$"
        values = dict(zip(names, map(unquote, re.match(pattern, path).groups()), strict=True))
        return [error for parameter in parameters if parameter["in"] == "path"
                for error in self._value_errors(parameter, values[parameter["name"]])]

    def _value_errors(self, parameter, value):
        schema = {key: parameter[key] for key in PARAMETER_KEYS if key in parameter}
        errors = self._schema_errors(schema, _typed(parameter, value))
        return [f"{parameter['in']} {parameter['name']}: {error}" for error in errors]

    def _body_errors(self, parameters, body):
        declared = next((parameter for parameter in parameters if parameter["in"] == "body"), None)
        if declared is None:
            return [] if body is None else ["body: the model takes none"]
        if body is None:
            return ["body: required"] if declared.get("required") else []
        return [f"body {error}" for error in self._schema_errors(declared["schema"], body)]


def _typed(parameter, value):
    """Turn the text of a parameter into the type that its schema names; text that does not fit stays text."""
    kind = parameter.get("type")
    if kind == "array":
        separator = SEPARATORS.get(parameter.get("collectionFormat", "csv"))
        parts = value if isinstance(value, (list, tuple)) else str(value).split(separator)
        return [_typed(parameter["items"], part) for part in parts]
    if kind == "boolean" and isinstance(value, str):
        return BOOLEANS.get(value, value)
    if kind in ("integer", "number") and isinstance(value, str):
        try:
            return int(value) if kind == "integer" else float(value)
        except ValueError:
            return value
    return value


def _close(schema):
    """Forbid properties that a schema does not name, unless it is composed or says otherwise."""
    if not isinstance(schema, dict):
        return
    if "properties" in schema and not {"allOf", "additionalProperties"} & set(schema):
        schema["additionalProperties"] = False
    for child in [*schema.get("properties", {}).values(), schema.get("items")]:
        _close(child)


def _composed(node):
    """Yield every part of every ``allOf``."""
    if isinstance(node, dict):
        yield from node.get("allOf", []) if isinstance(node.get("allOf"), list) else []
        for child in node.values():
            yield from _composed(child)
    elif isinstance(node, list):
        for child in node:
            yield from _composed(child)


def _absolute(schema, uri):
    """Point the local references of a schema at the registered document."""
    if isinstance(schema, dict):
        return {key: uri + value if key == "$ref" else _absolute(value, uri) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_absolute(item, uri) for item in schema]
    return schema
