"""Notifications and the message queue."""

import hashlib
import json

import pytest
from jsonschema import Draft7Validator

from addons.marketplace_simulator.server.spapi import accounts
from tests.plain.spec_models import shared_specs

from .api import Api

DESTINATIONS = "/notifications/v1/destinations"
SUBSCRIPTION = "/notifications/v1/subscriptions/ORDER_CHANGE"
ARN = accounts.queue_arn("eu")


def sqs(api, action, status=200, **parameters):
    answer = api.http.post("/", data=json.dumps(parameters), content_type="application/x-amz-json-1.0",
                           headers={"X-Amz-Target": f"AmazonSQS.{action}"})
    assert answer.status_code == status and answer.content_type == "application/x-amz-json-1.0"
    return json.loads(answer.data)


def subscribe(api, **directive):
    specification = {"name": "orders", "resourceSpecification": {"sqs": {"arn": ARN}}}
    destination = api.call("POST", DESTINATIONS, body=specification, region=None).get_json()["payload"]
    body = {"payloadVersion": "1.0", "destinationId": destination["destinationId"], **directive}
    subscription = api.call("POST", SUBSCRIPTION, body=body).get_json()["payload"]
    url = sqs(api, "GetQueueUrl", QueueName=ARN.rsplit(":", 1)[1])["QueueUrl"]
    return destination, subscription, url


def receive(api, url, **parameters):
    return sqs(api, "ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10, **parameters).get("Messages", [])


def test_changes_of_orders_arrive_in_the_queue(api):
    _destination, subscription, url = subscribe(api)
    [key] = api.place(kinds=[])
    api.control(f"orders/{key}/cancel_request", {})
    messages = receive(api, url)
    bodies = [json.loads(message["Body"]) for message in messages]
    changes = [body["Payload"]["OrderChangeNotification"] for body in bodies]
    assert [change["OrderChangeType"] for change in changes] == ["OrderStatusChange", "BuyerRequestedChange"]
    assert {change["AmazonOrderId"] for change in changes} == {key}
    assert changes[1]["Summary"]["OrderItems"][0]["IsBuyerRequestedCancel"] is True
    assert bodies[0]["NotificationMetadata"]["SubscriptionId"] == subscription["subscriptionId"]
    assert messages[0]["MD5OfBody"] == hashlib.md5(messages[0]["Body"].encode()).hexdigest()


@pytest.mark.skipif(shared_specs() is None, reason="no ../shared/specs beside the checkout")
def test_the_message_follows_its_schema(api):
    _destination, _subscription, url = subscribe(api)
    for kinds, events in (([], ["address", "ship", "refund"]), (["pending"], ["pay", "cancel"])):
        [key] = api.place(kinds=kinds)
        for event in events:
            api.control(f"orders/{key}/{event}", {})
    path = shared_specs() / "amazon-sp-api" / "schemas" / "notifications" / "OrderChangeNotification.json"
    validator = Draft7Validator(json.loads(path.read_text(encoding="utf-8")))
    bodies = [json.loads(message["Body"]) for message in receive(api, url)]
    assert len(bodies) == 7
    for body in bodies:
        validator.validate(body)


def test_a_message_comes_again_unless_it_is_deleted(api):
    _destination, _subscription, url = subscribe(api)
    api.place(kinds=[])
    [message] = receive(api, url, VisibilityTimeout=0)
    [again] = receive(api, url)
    assert again["MessageId"] == message["MessageId"] and again["Attributes"]["ApproximateReceiveCount"] == "2"
    assert receive(api, url) == []
    sqs(api, "DeleteMessage", QueueUrl=url, ReceiptHandle=again["ReceiptHandle"])
    waiting = sqs(api, "GetQueueAttributes", QueueUrl=url)["Attributes"]
    assert waiting["ApproximateNumberOfMessages"] == "0"


def test_messages_are_deleted_in_batches(api):
    _destination, _subscription, url = subscribe(api)
    api.place(3, kinds=[])
    entries = [{"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
               for number, message in enumerate(receive(api, url, VisibilityTimeout=0))]
    answer = sqs(api, "DeleteMessageBatch", QueueUrl=url, Entries=entries)
    assert [entry["Id"] for entry in answer["Successful"]] == ["0", "1", "2"] and receive(api, url) == []


def test_only_the_wanted_changes_are_sent(api):
    _destination, _subscription, url = subscribe(api, processingDirective={"eventFilter": {
        "eventFilterType": "ORDER_CHANGE", "orderChangeTypes": ["BuyerRequestedChange"]}})
    [key] = api.place(kinds=[])
    api.control(f"orders/{key}/address", {})
    assert len(receive(api, url)) == 1


def test_subscriptions_are_kept_and_ended(api):
    destination, subscription, url = subscribe(api)
    by_id = f"{SUBSCRIPTION}/{subscription['subscriptionId']}"
    assert api.get(SUBSCRIPTION)["payload"] == subscription
    assert api.call("GET", by_id, region=None).get_json()["payload"] == subscription
    assert api.call("GET", DESTINATIONS, region=None).get_json()["payload"] == [destination]
    one = f"{DESTINATIONS}/{destination['destinationId']}"
    assert api.call("GET", one, region=None).get_json()["payload"] == destination
    body = {"payloadVersion": "1.0", "destinationId": destination["destinationId"]}
    assert api.call("POST", SUBSCRIPTION, body=body).status_code == 409
    assert api.call("DELETE", by_id, region=None).status_code == 200
    api.place(kinds=[])
    assert receive(api, url) == []
    assert api.call("GET", SUBSCRIPTION).status_code == 404
    assert api.call("DELETE", one, region=None).status_code == 200
    assert api.call("GET", one, region=None).status_code == 404


def test_grantless_operations_need_the_applications_own_token(api):
    assert api.call("GET", DESTINATIONS).status_code == 403
    assert api.call("GET", SUBSCRIPTION, region=None).status_code == 403


def test_bad_notification_requests(api):
    for body in ({}, {"name": "q", "resourceSpecification": {"sqs": {"arn": "queue"}}}):
        assert api.call("POST", DESTINATIONS, body=body, region=None).status_code == 400
    destination, _subscription, _url = subscribe(api)
    again = {"name": "orders", "resourceSpecification": {"sqs": {"arn": ARN}}}
    assert api.call("POST", DESTINATIONS, body=again, region=None).status_code == 409
    for body, status in (({"payloadVersion": "9", "destinationId": destination["destinationId"]}, 400),
                         ({"payloadVersion": "1.0", "destinationId": "unknown"}, 404)):
        assert api.call("POST", SUBSCRIPTION, body=body).status_code == status


@pytest.mark.parametrize("action, parameters, error", [
    ("GetQueueUrl", {"QueueName": "unknown"}, "QueueDoesNotExist"),
    ("SendMessage", {}, "InvalidAction"),
    ("ReceiveMessage", {"QueueUrl": ARN.rsplit(":", 1)[1], "MaxNumberOfMessages": 11}, "InvalidParameterValue"),
    ("DeleteMessage", {"QueueUrl": ARN.rsplit(":", 1)[1], "ReceiptHandle": "x"}, "ReceiptHandleIsInvalid"),
])
def test_queue_errors(action, parameters, error):
    api = Api(orders=0)
    subscribe(api)
    assert sqs(api, action, 400, **parameters)["__type"] == f"com.amazonaws.sqs#{error}"
