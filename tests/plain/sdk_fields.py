"""Field tables read out of an operator's SDK: ``operations.json`` and ``fields.json`` of the specifications."""

import json
import re

from tests.plain.spec_models import shared_specs

_TEXTS = {"String", "Date"}
_WHOLE = {"Integer", "Long", "Number"}
_DECIMALS = {"Double", "BigDecimal"}


class SdkFields:
    """The tables of one operator; remembers what was held against them.

    :param name: of its folder among the specifications
    :param amounts: fields that the SDK has as whole numbers although they are amounts of money
    """

    def __init__(self, name, amounts=()):
        folder = shared_specs() / name
        self.operations = {entry["operation"] for entry in json.loads((folder / "operations.json").read_text())}
        self.classes = json.loads((folder / "fields.json").read_text())
        self._amounts = frozenset(amounts)
        self.seen_operations, self.seen_fields = set(), set()

    def check_operation(self, name):
        """The operation exists."""
        assert name in self.operations, f"no operation {name}"
        self.seen_operations.add(name)

    def check(self, name, data, path=""):
        """An object has only fields of a class, of their types; ``null`` is an absent one."""
        assert isinstance(data, dict), f"{path}: no object"
        types = {field["name"]: field["type"] for field in self.classes[name]}
        types.update({key: "BigDecimal" for key in types if f"{name}.{key}" in self._amounts})
        for key, value in data.items():
            where = f"{path or name}.{key}"
            assert key in types, f"{where}: no such field of {name}"
            self.seen_fields.add(f"{name}.{key}")
            if value is not None:
                self._check_value(name.split(".")[0], types[key], value, where)

    def coverage(self):
        """What was held against the tables, to be printed."""
        return f"{len(self.seen_operations)} operations, {len(self.seen_fields)} fields"

    def _check_value(self, package, kind, value, where):
        listed = re.fullmatch(r"List<(.+)>", kind)
        if listed:
            assert isinstance(value, list), f"{where}: no list"
            for index, item in enumerate(value):
                self._check_value(package, listed[1], item, f"{where}[{index}]")
        elif kind in _TEXTS:
            assert isinstance(value, str), f"{where}: {value!r} is no text"
        elif kind in _WHOLE:
            assert type(value) is int, f"{where}: {value!r} is no whole number"
        elif kind in _DECIMALS:
            assert type(value) in (int, float), f"{where}: {value!r} is no number"
        else:
            self.check(self._class(package, kind), value, where)

    def _class(self, package, kind):
        """Full name of a class: of the same package, else the only one of its name."""
        own = f"{package}.{kind}"
        if own in self.classes:
            return own
        (other,) = [name for name in self.classes if name.endswith(f".{kind}")]
        return other
