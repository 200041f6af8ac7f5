"""ORDER_CHANGE over SQS, and the subscription to it."""

import json

import pytest

from addons.marketplace.contract import AuthenticationFailed, InvalidPayload, Unavailable
from addons.marketplace_amazon.connector import sqs
from tests.plain.amazon.amazon import Amazon, connect, errors, parts
from tests.plain.fake_http import answer
from tests.plain.spec_models import shared_specs

QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders"
ARN = "arn:aws:sqs:eu-west-1:123456789012:orders"
CHANGE = {
    "NotificationType": "ORDER_CHANGE",
    "Payload": {"OrderChangeNotification": {"AmazonOrderId": "302-0000000-0000001"}},
}


class Queue:
    """The two calls of boto3's client that are used."""

    def __init__(self, *bodies, error=None):
        self.messages = [{"MessageId": str(n), "ReceiptHandle": f"r{n}", "Body": b} for n, b in enumerate(bodies)]
        self.error = error
        self.deleted = []

    def receive_message(self, **arguments):
        if self.error:
            raise self.error
        assert arguments == {"QueueUrl": QUEUE, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 0}
        return {"Messages": self.messages} if self.messages else {}

    def delete_message(self, **arguments):
        assert arguments["QueueUrl"] == QUEUE
        self.deleted.append(arguments["ReceiptHandle"])


def test_messages_are_deleted_by_acknowledging():
    pytest.importorskip("botocore")
    queue = Queue(json.dumps(CHANGE), "no json", json.dumps({"NotificationType": "FEED_PROCESSING_FINISHED"}))
    ((order_id, acknowledge),) = sqs.receive(queue, QUEUE)
    assert order_id == "302-0000000-0000001"
    assert queue.deleted == []
    acknowledge()
    assert queue.deleted == ["r0"]


@pytest.mark.parametrize(
    ("url", "region", "endpoint"),
    [
        (QUEUE, "eu-west-1", "https://sqs.eu-west-1.amazonaws.com"),
        ("http://127.0.0.1:8971/444455556666/orders", "us-east-1", "http://127.0.0.1:8971"),
    ],
)
def test_place_of_a_queue(url, region, endpoint):
    assert sqs.place_of(url) == {"region_name": region, "endpoint_url": endpoint}


def test_queue_without_address():
    with pytest.raises(AuthenticationFailed):
        sqs.place_of("orders")


def test_empty_queue():
    pytest.importorskip("botocore")
    assert sqs.receive(Queue(), QUEUE) == []


@pytest.mark.parametrize(("code", "expected"), [("AccessDenied", AuthenticationFailed), ("Throttling", Unavailable)])
def test_failures_of_the_queue(code, expected):
    exceptions = pytest.importorskip("botocore.exceptions")
    error = exceptions.ClientError({"Error": {"Code": code, "Message": "x"}}, "ReceiveMessage")
    with pytest.raises(expected, match=code):
        sqs.receive(Queue(error=error), QUEUE)


@pytest.mark.parametrize("body", ["", "[]", "{}", json.dumps({**CHANGE, "Payload": {}})])
def test_what_is_no_order_change(body):
    with pytest.raises(InvalidPayload):
        sqs.read_order_id(body)


def test_official_example():
    specs = shared_specs()
    if specs is None:
        pytest.skip("the specifications are not there")
    path = specs / "amazon-sp-api" / "schemas" / "notifications" / "OrderChangeNotification.json"
    (example, *_rest) = json.loads(path.read_text())["examples"]
    assert sqs.read_order_id(json.dumps(example)) == "903-8868176-2219830"


def destination(arn):
    return {"destinationId": "d1", "name": "crossborder", "resource": {"sqs": {"arn": arn}}}


SUBSCRIPTION = {"payload": {"subscriptionId": "s1", "payloadVersion": "1.0", "destinationId": "d1"}}


def test_subscribing():
    amazon = Amazon(
        answer({"payload": [destination("arn:aws:sqs:eu-west-1:1:other")]}),
        answer({"payload": destination(ARN)}),
        errors("NotFound", "no subscription", 404),
        answer(SUBSCRIPTION),
    )
    connector, _time = connect(amazon)
    assert connector.subscribe_to_order_changes(ARN) == "s1"
    assert parts(amazon.calls[1])[2] == {"name": "crossborder", "resourceSpecification": {"sqs": {"arn": ARN}}}
    assert parts(amazon.calls[3])[2] == {"payloadVersion": "1.0", "destinationId": "d1"}
    assert [request["grant_type"] for request in amazon.token_requests] == ["client_credentials", "refresh_token"]


def test_subscribing_again_changes_nothing():
    amazon = Amazon(answer({"payload": [destination(ARN)]}), answer(SUBSCRIPTION))
    connector, _time = connect(amazon)
    assert connector.subscribe_to_order_changes(ARN) == "s1"
    assert [call.method for call in amazon.calls] == ["GET", "GET"]
