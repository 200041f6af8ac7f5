"""Everything that Shopify publishes about what we call: its schema, and its samples of webhooks."""

import json

import pytest

from addons.marketplace.contract import NoticeKind
from addons.marketplace_shopify.connector import documents, payment_documents
from addons.marketplace_shopify.connector.selections import BULK_ORDERS
from addons.marketplace_shopify.connector.webhooks import PRIVACY, TOPICS, read_webhook
from addons.marketplace_simulator.server.channels.shopify.engine import Cost, schema
from tests.plain.shopify.shop import CREDENTIALS, webhook
from tests.plain.shopify.training import require_official
from tests.plain.spec_models import shared_specs

graphql = pytest.importorskip("graphql", reason="graphql-core is not installed")
NOTHING = (NoticeKind.OTHER, NoticeKind.SHOP_ERASURE)
DOCUMENTS = {
    key: item
    for module in (documents, payment_documents)
    for key, item in vars(module).items()
    if isinstance(item, documents.Document)
}


def topic_of(name):
    """``orders/updated`` of ``ORDERS_UPDATED``."""
    family, _, what = name.rpartition("_") if name.startswith("INVENTORY") else name.partition("_")
    return f"{family}/{what}".lower()


def samples():
    """``{topic: published payload}`` of the topics that we read; empty where the specifications are absent."""
    specs = shared_specs()
    if specs is None:
        return {}
    found = {}
    for topic in [topic_of(name) for name in TOPICS] + list(PRIVACY):
        text = (specs / "shopify" / "webhooks-2026-07" / "metadata" / f"{topic}.json").read_text(encoding="utf-8")
        sample = json.loads(text, parse_float=str).get("response")
        if isinstance(sample, dict) and sample:
            found[topic] = sample
    return found


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_document_is_valid(document):
    parsed = graphql.parse(document.text)
    assert graphql.validate(require_official(), parsed) == []
    assert graphql.get_operation_ast(parsed, document.name) is not None


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_cost_is_what_the_published_rule_says(document):
    parsed = graphql.parse(document.text)
    for first in (0, 1, 7):
        size = {"ids": ["gid://x"] * first} if "$ids" in document.text else {"first": first}
        assert document.cost(size) == Cost(require_official(), parsed, size, document.name).requested()


def test_no_deprecated_field_is_read():
    deprecated = []
    official = require_official()
    for document in DOCUMENTS.values():
        deprecated += graphql.validate(official, graphql.parse(document.text), [graphql.NoDeprecatedCustomRule])
    assert deprecated == []


def test_bulk_query_keeps_the_rules_of_bulk_operations():
    """At most five connections, nested at most two deep, none of them inside a list, and no fragments or variables."""
    parsed = graphql.parse(BULK_ORDERS % "updated_at:>='2026-01-01T00:00:00Z'")
    official = require_official()
    assert graphql.validate(official, parsed) == []
    found = []

    def walk(kind, selections, depth, in_list):
        for part in selections.selections:
            if part.kind != "field" or part.selection_set is None:
                continue
            field = kind.fields[part.name.value]
            inner = graphql.get_named_type(field.type)
            connection = inner.name.endswith("Connection")
            listed = graphql.is_list_type(graphql.get_nullable_type(field.type))
            if connection:
                assert not in_list
                found.append(depth + 1)
            if not graphql.is_union_type(inner):
                inside = in_list or (listed and part.name.value != "edges")
                walk(inner, part.selection_set, depth + connection, inside)

    walk(official.query_type, graphql.get_operation_ast(parsed).selection_set, 0, False)
    assert len(found) <= 5
    assert max(found) <= 2


def test_served_schema_is_part_of_the_published_one():
    official, problems = require_official(), []
    for name, kind in schema().type_map.items():
        if name.startswith("__") or name in ("String", "Int", "Float", "Boolean", "ID"):
            continue
        published = official.type_map[name]
        assert type(kind) is type(published), name
        for key, field in getattr(kind, "fields", {}).items():
            if key == "cursor":
                continue
            problems += [f"{name}.{key}"] if str(field.type) != str(published.fields[key].type) else []
            for argument, details in getattr(field, "args", {}).items():
                same = str(details.type) == str(published.fields[key].args[argument].type)
                problems += [] if same else [f"{name}.{key}({argument})"]
        for value in getattr(kind, "values", {}):
            problems += [] if value in published.values else [f"{name}: {value}"]
    assert problems == []


def test_topics_are_published():
    enum = require_official().type_map["WebhookSubscriptionTopic"]
    assert [topic for topic in TOPICS if topic not in enum.values] == []
    deprecated = [topic for topic in TOPICS if enum.values[topic].deprecation_reason]
    assert deprecated == []


def test_every_sample_of_a_webhook_parses():
    found = samples()
    if not found:
        pytest.skip("the specifications are not there: set CROSSBORDER_SHARED")
    parsed = 0
    for topic, payload in found.items():
        request = webhook(payload, topic, 1_780_000_000)
        read = read_webhook(request, CREDENTIALS)
        assert read.topic == topic
        assert read.notices
        for notice in read.notices:
            expected = about(topic, payload)
            # A sample whose ids are empty is about nothing.
            assert notice.external_id in expected if expected else notice.kind in NOTHING, topic
        parsed += 1
    print(f"shopify: parsed {parsed} / {len(found)}")
    assert parsed == len(found)


def about(topic, payload):
    """The ids that a sample is about; the whole app has none."""
    if topic == "app/uninstalled":
        return [""]
    gids = [payload.get("admin_graphql_api_id"), payload.get("admin_graphql_api_order_id")]
    numbers = [str(gid).rpartition("/")[2].partition("?")[0] for gid in gids if gid]
    numbers += [str(payload[key]) for key in ("id", "order_id", "inventory_item_id") if payload.get(key)]
    numbers += [str(payload["order_edit"]["order_id"])] if "order_edit" in payload else []
    numbers += [str(payload["customer"]["id"])] if topic.startswith("customers/") else []
    return numbers + [f"{kind}/{number}" for kind in ("Return", "Refund") for number in numbers]
