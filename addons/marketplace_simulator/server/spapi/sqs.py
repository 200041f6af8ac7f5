"""A message queue that speaks the AWS JSON 1.0 protocol of Amazon SQS: enough to receive notifications with boto3.

The signature of requests is not checked. A received message stays hidden for the visibility timeout and comes again
unless it is deleted: at least once, in no promised order.
"""

import hashlib
import json
import time
import uuid

from werkzeug.wrappers import Response

ACCOUNT = "444455556666"
VISIBILITY = 30
LONGEST_WAIT = 20
CONTENT_TYPE = "application/x-amz-json-1.0"
TARGET = "AmazonSQS."


class SqsError(Exception):
    """An error answer of the queue service."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code, self.message = code, message


def create_queue(store, arn):
    """Create the queue of an ARN unless it exists."""
    name = arn.rsplit(":", 1)[1]
    store.put_document("queue", name, "", "", {"name": name, "arn": arn})


def send(store, arn, body):
    """Put a message into the queue of an ARN."""
    store.run("INSERT INTO message (queue, body, visible_at) VALUES (?, ?, ?)", arn.rsplit(":", 1)[1], body, 0)
    store.count("notifications:sent")


def respond(site, request):
    """Answer a request of the SQS protocol."""
    action = request.headers["X-Amz-Target"].removeprefix(TARGET)
    parameters = request.get_json(silent=True, force=True) or {}
    try:
        if action not in ACTIONS:
            raise SqsError("InvalidAction", f"The action {action} is not valid for this endpoint.")
        body = ACTIONS[action](site, request, parameters)
    except SqsError as error:
        body = {"__type": f"com.amazonaws.sqs#{error.code}", "message": error.message}
        headers = {"x-amzn-query-error": f"{error.code};Sender"}
        return Response(json.dumps(body), 400, headers, content_type=CONTENT_TYPE)
    return Response(json.dumps(body), 200, {"x-amzn-RequestId": str(uuid.uuid4())}, content_type=CONTENT_TYPE)


def _get_queue_url(site, request, parameters):
    queue = _known(site, parameters.get("QueueName", ""))
    return {"QueueUrl": f"{request.host_url}{ACCOUNT}/{queue}"}


def _receive(site, request, parameters):
    queue = _queue(site, parameters)
    most = _number(parameters, "MaxNumberOfMessages", 1, 1, 10)
    hidden = _number(parameters, "VisibilityTimeout", VISIBILITY, 0, 43_200)
    until = time.monotonic() + _number(parameters, "WaitTimeSeconds", 0, 0, LONGEST_WAIT)
    while True:
        site.tick()
        messages = _take(site.world.store, queue, most, hidden)
        if messages or time.monotonic() >= until:
            return {"Messages": messages} if messages else {}
        time.sleep(0.1)


def _delete(site, request, parameters):
    _remove(site.world.store, _queue(site, parameters), parameters.get("ReceiptHandle"))
    return {}


def _delete_batch(site, request, parameters):
    queue, entries = _queue(site, parameters), parameters.get("Entries") or []
    if not 1 <= len(entries) <= 10:
        raise SqsError("TooManyEntriesInBatchRequest", "A batch holds 1 to 10 entries.")
    for entry in entries:
        _remove(site.world.store, queue, entry.get("ReceiptHandle"))
    return {"Successful": [{"Id": entry["Id"]} for entry in entries], "Failed": []}


def _attributes(site, request, parameters):
    queue = _queue(site, parameters)
    row = site.world.store.row("SELECT count(*) AS waiting FROM message WHERE queue = ? AND visible_at <= ?", queue,
                               time.time())
    arn = site.world.store.document("queue", queue)["arn"]
    return {"Attributes": {"ApproximateNumberOfMessages": str(row["waiting"]), "QueueArn": arn}}


ACTIONS = {"GetQueueUrl": _get_queue_url, "ReceiveMessage": _receive, "DeleteMessage": _delete,
           "DeleteMessageBatch": _delete_batch, "GetQueueAttributes": _attributes}


def _take(store, queue, most, hidden):
    with store.transaction():
        rows = store.rows("SELECT id, body, received FROM message WHERE queue = ? AND visible_at <= ? "
                          "ORDER BY id LIMIT ?", queue, time.time(), most)
        messages = []
        for row in rows:
            receipt = f"{row['id']}.{row['received'] + 1}.{uuid.uuid4()}"
            store.run("UPDATE message SET visible_at = ?, receipt = ?, received = received + 1 WHERE id = ?",
                      time.time() + hidden, receipt, row["id"])
            messages.append({"MessageId": str(uuid.UUID(int=row["id"])), "ReceiptHandle": receipt, "Body": row["body"],
                             "MD5OfBody": hashlib.md5(row["body"].encode()).hexdigest(),
                             "Attributes": {"ApproximateReceiveCount": str(row["received"] + 1)}})
    return messages


def _remove(store, queue, receipt):
    number = str(receipt or "").partition(".")[0]
    if not number.isdigit():
        raise SqsError("ReceiptHandleIsInvalid", "The input receipt handle is invalid.")
    store.run("DELETE FROM message WHERE queue = ? AND id = ?", queue, int(number))


def _queue(site, parameters):
    return _known(site, str(parameters.get("QueueUrl", "")).rstrip("/").rsplit("/", 1)[-1])


def _known(site, name):
    if site.world.store.document("queue", name) is None:
        raise SqsError("QueueDoesNotExist", "The specified queue does not exist.")
    return name


def _number(parameters, name, default, low, high):
    value = parameters.get(name, default)
    if not isinstance(value, int) or not low <= value <= high:
        raise SqsError("InvalidParameterValue", f"Value for parameter {name} is invalid. Must be {low} to {high}.")
    return value
