"""Amazon Ads in memory: tokens, and answers in order; requests are checked against the specification where it is."""

import gzip
import json
from datetime import date
from functools import lru_cache

from jsonschema import Draft7Validator

from addons.marketplace_ads.connector.amazon_ads import AmazonAdsConnector
from addons.marketplace_amazon.connector import Credentials
from tests.plain.fake_http import FakeServer, FakeTime, answer, session_of
from tests.plain.spec_models import shared_specs

CREDENTIALS = Credentials("amzn1.client", "secret-1", "Atzr|ads-1", "eu")
SINCE, UNTIL = date(2026, 5, 1), date(2026, 5, 14)
REPORT = "a1b2c3d4-0000-4000-8000-00000000000f"
FILE = "https://offline-report-storage.example/report.json.gz?X-Amz-Signature=abc"
PROFILE = "4242"


class AmazonAds(FakeServer):
    """Plays answers in order; remembers tokens and calls."""

    def __init__(self, *answers):
        super().__init__(*answers)
        self.handler = self._handle
        self.calls, self.tokens = [], 0

    def _handle(self, request):
        if request.url.startswith("https://api.amazon.com/"):
            self.tokens += 1
            return answer({"access_token": f"Atza|{self.tokens}", "expires_in": 3600})
        self.calls.append(request)
        return self.answers.pop(0)


def connect(server):
    """A connector that talks to the server."""
    time = FakeTime()
    return AmazonAdsConnector(CREDENTIALS, session=session_of(server), clock=time.clock, sleep=time.sleep)


def status(state, **more):
    """The answer about a report, as AsyncReport has it."""
    configuration = {
        "adProduct": "SPONSORED_PRODUCTS", "columns": ["date"], "format": "GZIP_JSON", "groupBy": ["advertiser"],
        "reportTypeId": "spAdvertisedProduct", "timeUnit": "DAILY",
    }  # fmt: skip
    body = {
        "reportId": REPORT, "status": state, "configuration": configuration, "startDate": "2026-05-01",
        "endDate": "2026-05-14", "createdAt": "2026-05-15T00:00:00Z", "updatedAt": "2026-05-15T00:00:00Z", **more,
    }  # fmt: skip
    return answer(body)


def packed(rows):
    """A report's file."""
    return answer(gzip.compress(rows if isinstance(rows, bytes) else json.dumps(rows).encode()))


@lru_cache
def spec(name):
    """A file of the specification, ``None`` where it is absent."""
    folder = shared_specs()
    return json.loads((folder / "amazon-ads" / name).read_text(encoding="utf-8")) if folder else None


def schema_faults(name, value):
    """What is wrong with a value of a schema of the reporting specification."""
    document = spec("ReportingVersion3.json")
    schema = {"$ref": f"#/components/schemas/{name}", "components": _nullable(document["components"])}
    return [error.message for error in Draft7Validator(schema).iter_errors(value)]


def _nullable(node):
    """OpenAPI 3.0 writes ``nullable`` where JSON Schema has a list of types."""
    if isinstance(node, list):
        return [_nullable(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {key: _nullable(value) for key, value in node.items() if key != "nullable"}
    if node.get("nullable") is True and isinstance(node.get("type"), str):
        made["type"] = [node["type"], "null"]
    return made
