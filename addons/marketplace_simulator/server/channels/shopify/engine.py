"""Runs GraphQL operations honestly: parsed, checked against the schema, priced in points, resolved field by field."""

from functools import cache, lru_cache
from pathlib import Path

from graphql import (
    GraphQLError,
    OperationType,
    build_schema,
    execute,
    get_named_type,
    get_operation_ast,
    is_abstract_type,
    parse,
    validate,
)

#: Points of a mutation; an object costs one, a connection two and its objects (Shopify, "rate limits").
MUTATION = 10
MOST = 1000


@cache
def schema():
    """The served part of Shopify's schema."""
    return build_schema((Path(__file__).parent / "schema.graphql").read_text(encoding="utf-8"))


@lru_cache(maxsize=256)
def read(text):
    """``(document, errors)`` of a query text."""
    try:
        document = parse(text)
    except GraphQLError as error:
        return None, (error,)
    return document, tuple(validate(schema(), document))


def run(document, root, variables, operation):
    """Execute an operation.

    :param dict root: resolvers of the query's and mutation's fields: ``(info, **arguments)``
    :return: ``ExecutionResult`` with ``data`` and ``errors``
    """
    return execute(schema(), document, root, variable_values=variables, operation_name=operation)


class Cost:
    """Points of an operation.

    :param GraphQLSchema schema: that the document is valid for
    """

    def __init__(self, schema, document, variables, operation=None):
        self._schema, self._variables = schema, variables or {}
        self._operation = get_operation_ast(document, operation)
        self._fragments = {part.name.value: part for part in document.definitions if part.kind == "fragment_definition"}

    def requested(self):
        """What the bucket must hold: as if every connection were full."""
        mutates = self._operation.operation is OperationType.MUTATION
        root = self._schema.mutation_type if mutates else self._schema.query_type
        # The mutation's own object is in its price.
        return self._price(root, self._operation.selection_set) + (MUTATION - 1 if mutates else 0)

    def _price(self, parent, selections):
        total, choices = 0, {}
        for part in selections.selections:
            if part.kind == "field":
                total += self._price_field(parent, part)
                continue
            fragment = part if part.kind == "inline_fragment" else self._fragments[part.name.value]
            kind = self._schema.type_map[fragment.type_condition.name.value]
            price = self._price(kind, fragment.selection_set)
            if is_abstract_type(parent):
                choices[kind.name] = choices.get(kind.name, 0) + price
            else:
                total += price
        return total + max(choices.values(), default=0)

    def _price_field(self, parent, field):
        if field.selection_set is None or field.name.value.startswith("__"):
            return 0
        kind = get_named_type(parent.fields[field.name.value].type)
        size = self._size(field)
        if kind.name.endswith("Connection"):
            return self._price_connection(kind, field, 0 if size is None else size)
        return (1 + self._price(kind, field.selection_set)) * (1 if size is None else size)

    def _price_connection(self, kind, field, size):
        price = 2
        for part in field.selection_set.selections:
            inner = self._price_field(kind, part)
            price += inner if part.name.value == "pageInfo" else size * inner
        return price

    def _size(self, field):
        for argument in field.arguments or ():
            value = argument.value
            if argument.name.value == "first":
                return self._variables.get(value.name.value) if value.kind == "variable" else int(value.value)
            if argument.name.value == "ids":
                return len(self._variables[value.name.value] if value.kind == "variable" else value.values)
        return None


def spent(data):
    """Points of what an answer holds: its objects."""
    if isinstance(data, dict):
        return 1 + sum(spent(value) for value in data.values())
    return sum(spent(item) for item in data) if isinstance(data, list) else 0
