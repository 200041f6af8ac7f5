"""ORDER_CHANGE notifications over Amazon SQS. Source: model ``notifications``, schema ``OrderChangeNotification``.

Needs the optional package boto3. A notification only says where to look: the order itself is fetched.
"""

import importlib.util
import json
from urllib.parse import urlsplit

from ...marketplace.contract import AuthenticationFailed, InvalidPayload, Rejected, Unavailable
from ...marketplace.transport import get_logger, redact
from .fields import Node

NOTIFICATION = "ORDER_CHANGE"
_PATH = "/notifications/v1"
_BATCH = 10
_OTHER_REGION = "us-east-1"
_REFUSED = frozenset({"AccessDenied", "InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException"})

_logger = get_logger(__name__)


def is_available():
    """Whether boto3 is installed."""
    return importlib.util.find_spec("boto3") is not None


def connect(credentials):
    """An SQS client for the queue of the credentials; without AWS keys boto3 looks for them in its usual places."""
    import boto3  # optional dependency

    keys = {}
    if credentials.aws_access_key:
        keys = {"aws_access_key_id": credentials.aws_access_key, "aws_secret_access_key": credentials.aws_secret_key}
    return boto3.client("sqs", **place_of(credentials.queue_url), **keys)


def place_of(queue_url):
    """Region and endpoint of a queue, as arguments of boto3.

    Amazon's addresses are ``https://sqs.<region>.amazonaws.com/<account>/<name>``; any other host is its own endpoint.

    :raise AuthenticationFailed: no address
    """
    url = urlsplit(queue_url)
    if not url.scheme or not url.hostname:
        raise AuthenticationFailed("the address of the notification queue is no URL")
    labels = url.hostname.split(".")
    region = labels[1] if labels[0] == "sqs" and len(labels) > 3 else _OTHER_REGION
    return {"region_name": region, "endpoint_url": f"{url.scheme}://{url.netloc}"}


def receive(queue, queue_url):
    """``[(order number, acknowledge())]`` of up to ten waiting messages.

    Messages that are no order changes stay in the queue, for its dead-letter rule or another reader.
    """
    answer = _guarded(queue.receive_message, QueueUrl=queue_url, MaxNumberOfMessages=_BATCH, WaitTimeSeconds=0)
    found = []
    for message in answer.get("Messages", []):
        try:
            order_id = read_order_id(message["Body"])
        except InvalidPayload as error:
            _logger.warning("SQS message %s left in the queue: %s", message.get("MessageId", "?"), error)
            continue
        found.append((order_id, _acknowledge(queue, queue_url, message["ReceiptHandle"])))
    return found


def read_order_id(body):
    """Order number of a notification.

    :raise InvalidPayload: not an order change
    """
    try:
        notification = Node(json.loads(body))
    except ValueError:
        raise InvalidPayload("body", "not JSON") from None
    kind = notification.text("NotificationType", required=True)
    if kind != NOTIFICATION:
        raise InvalidPayload("NotificationType", f"{kind!r} is not {NOTIFICATION}")
    return notification.node("Payload").node("OrderChangeNotification").text("AmazonOrderId", required=True)


def subscribe(api, queue_arn, name="crossborder"):
    """Have order changes sent to a queue, once; returns the subscription id.

    The queue's policy must let Amazon's notification service send to it.
    """
    destination_id = _find_destination(api, queue_arn) or _create_destination(api, queue_arn, name)
    path = f"{_PATH}/subscriptions/{NOTIFICATION}"
    try:
        answer = Node(api.get("notifications.getSubscription", path))
    except Rejected as error:
        if error.code != "NotFound":
            raise
        payload = {"payloadVersion": "1.0", "destinationId": destination_id}
        answer = Node(api.send("notifications.createSubscription", "POST", path, payload))
    return answer.node("payload").text("subscriptionId", required=True)


def _find_destination(api, queue_arn):
    answer = Node(api.get("notifications.getDestinations", f"{_PATH}/destinations", auth=api.grantless))
    for destination in answer.nodes("payload"):
        if destination.node("resource").node("sqs").text("arn") == queue_arn:
            return destination.text("destinationId", required=True)
    return ""


def _create_destination(api, queue_arn, name):
    payload = {"name": name, "resourceSpecification": {"sqs": {"arn": queue_arn}}}
    path = f"{_PATH}/destinations"
    answer = Node(api.send("notifications.createDestination", "POST", path, payload, auth=api.grantless))
    return answer.node("payload").text("destinationId", required=True)


def _acknowledge(queue, queue_url, receipt):
    def acknowledge():
        _guarded(queue.delete_message, QueueUrl=queue_url, ReceiptHandle=receipt)

    return acknowledge


def _guarded(call, **arguments):
    """Call boto3 and turn its errors into ours."""
    from botocore.exceptions import BotoCoreError, ClientError  # optional dependency

    try:
        return call(**arguments)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        text = redact(f"SQS: {error}")
        raise (AuthenticationFailed(text) if code in _REFUSED else Unavailable(text)) from None
    except BotoCoreError as error:
        raise Unavailable(redact(f"SQS: {error}")) from None
