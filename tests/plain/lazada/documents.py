"""The official documents of Lazada's Open Platform as checks of requests and answers."""

import json
import re
from dataclasses import dataclass, field
from functools import lru_cache

from tests.plain.spec_models import shared_specs

SYSTEM = {"app_key", "timestamp", "sign_method", "sign"}
_FIELD = re.compile(r"^( *)- `([^`]+)` · _([^_]+)_ · \*\*(required|optional)\*\*")
_OPEN = ("/auth/token/create", "/auth/token/refresh")


@dataclass
class Field:
    """A parameter or field, with its parts."""

    name: str
    kind: str
    required: bool
    children: list = field(default_factory=list)


@dataclass
class Document:
    """One operation."""

    path: str
    methods: tuple
    request: list
    response: list
    request_sample: dict
    response_sample: str
    errors: list


@lru_cache
def documents():
    """``{path: Document}``; empty where the specifications are absent."""
    specs = shared_specs()
    found = {}
    for file in sorted((specs / "lazada" / "api").glob("*.md")) if specs else []:
        for section in re.split(r"^## ", file.read_text(), flags=re.M)[1:]:
            document = _read(section)
            found.setdefault(document.path, document)
    return found


@lru_cache
def push_examples():
    """Messages of the guide on pushes, as texts."""
    specs = shared_specs()
    guide = (specs / "lazada" / "guides" / "push-mechanism-webhook-application.md").read_text() if specs else ""
    blocks = re.findall(r"^```\n(\{.*?^\})\n", guide, flags=re.M | re.S)
    return [block for block in blocks if "message_type" in block]


def _read(section):
    path = re.search(r"\*\*Path\*\*: `([^`]+)`", section)[1]
    methods = re.search(r"\*\*Method\*\*: `([^`]+)`", section)[1].upper().split("/")
    return Document(
        path,
        tuple(methods),
        _fields(_part(section, "Request parameters")),
        _fields(_part(section, "Response parameters")),
        # Where a code sample was taken out, the sample of the answer follows in the same block.
        dict(
            line.split("=", 1)
            for line in _sample(section, "Request").partition("(code sample removed)")[0].splitlines()
            if "=" in line
        ),
        _sample(section, "Response"),
        re.findall(r"^\| `([^`]+)` \| (.*?) \|", section, flags=re.M),
    )


def _part(section, title):
    found = re.search(rf"^\*\*{title}\*\*\n(.*?)(?=^\*\*|\Z)", section, flags=re.M | re.S)
    return found[1] if found else ""


def _sample(section, title):
    found = re.search(rf"^{title} sample 1:\n\n```\n(.*?)\n```", section, flags=re.M | re.S)
    return found[1] if found else ""


def _fields(text):
    roots, stack = [], []
    for line in text.splitlines():
        match = _FIELD.match(line)
        if match is None:
            continue
        level, entry = len(match[1]) // 2, Field(match[2], match[3], match[4] == "required")
        (stack[level - 1].children if level else roots).append(entry)
        stack[level:] = [entry]
    return roots


def check_request(method, path, params):
    """Assert that a call has every required parameter of its document and none that it does not know.

    :param dict params: of query and form; objects are JSON text
    """
    document = documents().get(path)
    if document is None:
        assert not documents(), f"no document of {path}"
        return
    assert method in document.methods, (path, method)
    system = SYSTEM | (set() if path in _OPEN else {"access_token"})
    assert system <= set(params), (path, system - set(params))
    given = {name: _value(text) for name, text in params.items() if name not in system}
    _check(given, document.request, path, required=True)


def _value(text):
    return json.loads(text) if text[:1] in "{[" else text


def check_answer(path, body):
    """Assert that an answer has no field that its document does not know."""
    if not documents() or not isinstance(body, dict) or body.get("code", "0") != "0":
        return
    _check(body, documents()[path].response, path, required=False)


def _check(value, fields, where, required):
    known = {entry.name: entry for entry in fields}
    unknown = set(value) - set(known) - {"code", "request_id"}
    assert not unknown or not known, f"{where}: unknown {sorted(unknown)}"
    if required:
        missing = [entry.name for entry in fields if entry.required and entry.name not in value]
        assert not missing, f"{where}: missing {missing}"
    for name, item in value.items():
        if name in known and item is not None:
            _check_value(item, known[name], f"{where}.{name}", required)


def _check_value(item, entry, where, required):
    if entry.kind.endswith("[]"):
        assert isinstance(item, list), f"{where}: {entry.kind} is {item!r}"
        for part in item:
            if entry.children and isinstance(part, dict):
                _check(part, entry.children, where, required)
    elif entry.kind == "Object" and entry.children:
        assert isinstance(item, dict), f"{where}: {entry.kind} is {item!r}"
        _check(item, entry.children, where, required)
