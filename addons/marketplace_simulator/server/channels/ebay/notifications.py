"""The Notification API: destinations, which must answer a challenge first, subscriptions, and signed messages."""

import base64
import hashlib
import json
import urllib.error
import urllib.request
import uuid

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ...http import Answer, ApiError
from .access import APPLICATION, created

TOPICS = {"ORDER_CONFIRMATION": "USER", "ITEM_MARKED_SHIPPED": "USER", "MARKETPLACE_ACCOUNT_DELETION": "APPLICATION",
          "AUTHORIZATION_REVOCATION": "APPLICATION"}
DESTINATIONS, SUBSCRIPTIONS = "ebay.destination", "ebay.subscription"
KEY_ID = "7c3a0c5e-95f6-4f4e-9d0b-6b2f3f6a1e55"
KEY = ec.derive_private_key(int.from_bytes(hashlib.sha256(b"ebay notification key").digest(), "big") % 2**255,
                            ec.SECP256R1())
TIMEOUT = 3


def get_public_key(call):
    """The key that notifications are signed with, as a PEM without line breaks."""
    if call.path["key"] != KEY_ID:
        raise ApiError(404, "195002", "The public key does not exist.")
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return {"key": pem.replace("\n", ""), "algorithm": "ECDSA", "digest": "SHA1"}


def get_topics(call):
    """What may be subscribed to."""
    payload = {"schemaVersion": "1.0", "format": ["JSON"], "deliveryProtocol": "HTTPS", "deprecated": False}
    topics = [{"topicId": name, "status": "ENABLED", "scope": scope, "supportedPayloads": [payload]}
              for name, scope in TOPICS.items()]
    return {"topics": topics, "total": len(topics), "limit": 20}


def update_config(call):
    """Where eBay writes to when notifications do not arrive."""
    call.store.set_setting("ebay.alert_email", str(call.body().get("alertEmail", "")))
    return Answer(204, None)


def get_destinations(call):
    """The registered endpoints."""
    found = _documents(call, DESTINATIONS)
    return {"destinations": found, "total": len(found), "limit": 20}


def create_destination(call):
    """Register an endpoint that answers the challenge."""
    body, key = call.body(), uuid.uuid4().hex
    _challenge(body)
    call.store.put_document(DESTINATIONS, key, APPLICATION, "", {"destinationId": key, **body})
    return created(f"{call.site.url}/commerce/notification/v1/destination/{key}")


def update_destination(call):
    """Change an endpoint, which has to answer again."""
    kept = _existing(call, DESTINATIONS)
    body = call.body()
    _challenge(body)
    call.store.put_document(DESTINATIONS, kept["destinationId"], APPLICATION, "", {**kept, **body})
    return Answer(204, None)


def get_subscriptions(call):
    """The subscriptions of the token's owner."""
    found = [entry for entry in _documents(call, SUBSCRIPTIONS) if entry["owner"] == call.claims["subject"]]
    shown = [{name: value for name, value in entry.items() if name != "owner"} for entry in found]
    return {"subscriptions": shown, "total": len(shown), "limit": 20}


def create_subscription(call):
    """Have a topic sent to a destination; one subscription per topic."""
    body, key = call.body(), uuid.uuid4().hex
    topic, owner = body.get("topicId"), call.claims["subject"]
    if topic not in TOPICS:
        raise ApiError(400, "195003", "Invalid or missing topic.")
    if (TOPICS[topic] == "USER") == (owner == APPLICATION):
        raise ApiError(403, "195011", "Not authorized for this topic.")
    if any((entry["topicId"], entry["owner"]) == (topic, owner) for entry in _documents(call, SUBSCRIPTIONS)):
        raise ApiError(409, "195004", "The subscription exists already.")
    _keep(call, {"subscriptionId": key, "owner": owner, **body})
    return created(f"{call.site.url}/commerce/notification/v1/subscription/{key}")


def update_subscription(call):
    """Change a subscription."""
    _keep(call, {**_existing(call, SUBSCRIPTIONS), **call.body()})
    return Answer(204, None)


def enable_subscription(call):
    """Begin to send."""
    _keep(call, {**_existing(call, SUBSCRIPTIONS), "status": "ENABLED"})
    return Answer(204, None)


def messages(order, happened):
    """Return ``[(topic, body)]`` of what eBay tells about a change of an order."""
    topic = {"placed": "ORDER_CONFIRMATION", "paid": "ORDER_CONFIRMATION", "shipped": "ITEM_MARKED_SHIPPED"}
    if happened not in topic:
        return []
    return [(topic[happened], _message(topic[happened], {"order": {"orderId": order["id"]}},
                                       f"{order['id']}_{len(order['history'])}"))]


def sign(raw):
    """Return the headers of a post."""
    signature = base64.b64encode(KEY.sign(raw, ec.ECDSA(hashes.SHA1()))).decode()
    header = {"alg": "ecdsa", "kid": KEY_ID, "signature": signature, "digest": "SHA1"}
    return {"X-EBAY-SIGNATURE": base64.b64encode(json.dumps(header).encode()).decode()}


def _message(topic, data, notification_id):
    return {"metadata": {"topic": topic, "schemaVersion": "1.0", "deprecated": False},
            "notification": {"notificationId": notification_id, "publishAttemptCount": 1, "data": data}}


def _challenge(body):
    """Ask an endpoint for the hash that only its owner can know.

    :raise ApiError: it does not answer, or wrongly
    """
    config = body.get("deliveryConfig") or {}
    endpoint, token = config.get("endpoint", ""), config.get("verificationToken", "")
    if not 32 <= len(token) <= 80 or not endpoint.startswith(("https://", "http://")):
        raise ApiError(400, "195006", "Endpoint or verification token is invalid.")
    code = uuid.uuid4().hex
    wanted = hashlib.sha256(f"{code}{token}{endpoint}".encode()).hexdigest()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{endpoint}?challenge_code={code}", timeout=TIMEOUT) as answer:
            found = json.loads(answer.read()).get("challengeResponse")
    except (urllib.error.URLError, OSError, ValueError, AttributeError):
        raise ApiError(409, "195020", "Challenge verification failed for requested endpoint.") from None
    if found != wanted:
        raise ApiError(409, "195020", "Challenge verification failed for requested endpoint.")


def _keep(call, entry):
    call.store.put_document(SUBSCRIPTIONS, entry["subscriptionId"], APPLICATION, "", entry)
    destination = call.store.document(DESTINATIONS, entry.get("destinationId", ""))
    if destination is None:
        raise ApiError(409, "195009", "The destination does not exist.")
    call.site.webhooks.register(destination["deliveryConfig"]["endpoint"], entry["topicId"])


def _existing(call, kind):
    kept = call.store.document(kind, call.path["key"])
    if kept is None:
        raise ApiError(404, "195010", "There is no such resource.")
    return kept


def _documents(call, kind):
    rows = call.store.rows("SELECT data FROM document WHERE kind = ? ORDER BY created, id", kind)
    return [json.loads(row["data"]) for row in rows]
