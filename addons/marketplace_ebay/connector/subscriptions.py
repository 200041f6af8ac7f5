"""Having eBay notify us. Source: ``commerce_notification_v1_oas3.json``.

A destination is an endpoint; a subscription ties a topic to it. Topics of the application are subscribed to with its
token, topics of a seller with the seller's.
"""

from urllib.parse import parse_qs, urlsplit

from ...marketplace.contract import InvalidPayload
from .fields import Node
from .webhooks import DELETION_TOPIC, ORDER_TOPICS, REVOCATION_TOPIC, verification_token

ROOT = "/commerce/notification/v1"
TOPICS = frozenset({*ORDER_TOPICS, DELETION_TOPIC, REVOCATION_TOPIC})
_NAME = "Crossborder"
_LIMIT = "100"
_ENABLED = "ENABLED"


def subscribe(api, url):
    """Have eBay call ``url`` for all topics that we know and this application may have; repeating changes nothing."""
    if api.credentials.alert_email:
        payload = {"alertEmail": api.credentials.alert_email}
        api.call("notification.updateConfig", "PUT", f"{ROOT}/config", payload=payload, auth=api.application)
    destination_id = _provide_destination(api, url)
    known = {}
    for topic in _pages(api, "notification.getTopics", "topic", "topics", api.application):
        if topic.text("topicId") not in TOPICS:
            continue
        auth = api.user if topic.text("scope") == "USER" else api.application
        if auth not in known:
            found = _pages(api, "notification.getSubscriptions", "subscription", "subscriptions", auth)
            known[auth] = {entry.text("topicId"): entry for entry in found}
        _provide_subscription(api, topic, known[auth].get(topic.text("topicId")), destination_id, auth)


def _provide_destination(api, url):
    payload = {
        "name": _NAME,
        "status": _ENABLED,
        "deliveryConfig": {
            "endpoint": url,
            "verificationToken": verification_token(api.credentials.client_secret),
        },
    }
    for entry in _pages(api, "notification.getDestinations", "destination", "destinations", api.application):
        if entry.node("deliveryConfig").text("endpoint") != url:
            continue
        destination_id = entry.text("destinationId", required=True)
        if entry.text("status") != _ENABLED:  # eBay marks it down when we could not be reached for long
            path = f"{ROOT}/destination/{destination_id}"
            api.call("notification.updateDestination", "PUT", path, payload=payload, auth=api.application)
        return destination_id
    answer = api.call(
        "notification.createDestination",
        "POST",
        f"{ROOT}/destination",
        payload=payload,
        auth=api.application,
        idempotent=False,
    )
    return _id_of(answer)


def _provide_subscription(api, topic, existing, destination_id, auth):
    topic_id = topic.text("topicId")
    payload = {"status": _ENABLED, "payload": _delivery(topic), "destinationId": destination_id}
    if existing is None:
        api.call(
            "notification.createSubscription",
            "POST",
            f"{ROOT}/subscription",
            payload={"topicId": topic_id, **payload},
            auth=auth,
            idempotent=False,
        )
        return
    path = f"{ROOT}/subscription/{existing.text('subscriptionId', required=True)}"
    if existing.text("destinationId") != destination_id:
        api.call("notification.updateSubscription", "PUT", path, payload=payload, auth=auth)
    elif existing.text("status") != _ENABLED:
        api.call("notification.enableSubscription", "POST", f"{path}/enable", auth=auth, idempotent=True)


def _delivery(topic):
    """The newest version of the topic's payload that is not on its way out."""
    offered = [entry for entry in topic.nodes("supportedPayloads") if entry.data.get("deprecated") is not True]
    versions = [entry.text("schemaVersion") for entry in offered or topic.nodes("supportedPayloads")]
    if not versions:
        raise InvalidPayload(topic.where("supportedPayloads"), "missing")
    newest = max(versions, key=lambda version: [int(part) for part in version.split(".") if part.isdecimal()])
    return {"format": "JSON", "schemaVersion": newest, "deliveryProtocol": "HTTPS"}


def _pages(api, operation, path, key, auth):
    """Entries of a paged collection."""
    token = ""
    while True:
        query = {"limit": _LIMIT, "continuation_token": token}
        body = Node(api.get(operation, f"{ROOT}/{path}", query, auth=auth))
        yield from body.nodes(key)
        token = _continuation_of(body.text("next"))
        if not token:
            return


def _continuation_of(url):
    return parse_qs(urlsplit(url).query).get("continuation_token", [""])[0]


def _id_of(answer):
    location = answer.headers.get("Location", "").rstrip("/")
    if not location:
        raise InvalidPayload("Location", "the answer does not say where the destination is")
    return location.rsplit("/", 1)[1]
