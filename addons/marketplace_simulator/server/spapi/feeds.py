"""Feeds 2021-06-30 with JSON_LISTINGS_FEED (models ``feeds_2021-06-30.json``, ``listings-feed-schema-v2.json``)."""

import json

from ..clock import to_text
from ..http import Answer, Operation, bad_input
from . import accounts, files, offers, processing

FEED_TYPE = "JSON_LISTINGS_FEED"
MOST_MESSAGES = 10_000
SHOWN = ("feedId", "feedType", "marketplaceIds", "createdTime", "resultFeedDocumentId")
#: Seconds of work per message, on top of the time that any feed takes.
MESSAGE_TIME = 0.02


def create_feed_document(call):
    """Return a link to upload a feed to."""
    content_type = call.body().get("contentType")
    if not isinstance(content_type, str) or not content_type:
        raise bad_input("Missing request parameter: contentType.")
    key = f"amzn1.tortuga.4.feed.{call.store.count('documents'):012d}"
    created = to_text(call.world.clock.now())
    call.store.put_document("feed_document", key, call.region, created,
                            {"region": call.region, "created": created, "contentType": content_type})
    return Answer(201, {"feedDocumentId": key, "url": files.link(call, "feed_document", key, upload=True)})


def create_feed(call):
    """Queue an uploaded document."""
    body = call.body()
    if body.get("feedType") != FEED_TYPE:
        raise bad_input(f"feedType must be {FEED_TYPE}.")
    markets = body.get("marketplaceIds")
    if not isinstance(markets, list) or not 1 <= len(markets) <= 25 or set(markets) - set(accounts.CODES):
        raise bad_input("marketplaceIds must hold 1 to 25 marketplaces.")
    document = body.get("inputFeedDocumentId")
    if call.store.document("feed_document", str(document), call.region) is None:
        raise bad_input("inputFeedDocumentId is unknown.")
    content = call.store.content("feed_document", document)
    key = str(50_000_000 + call.store.count("feeds"))
    feed = processing.plan(call, {"feedId": key, "feedType": FEED_TYPE, "marketplaceIds": markets, "input": document},
                           processing.WORK_TIME + MESSAGE_TIME * (content or b"").count(b"messageId"))
    call.store.put_document("feed", key, call.region, feed["createdTime"], feed, due=feed["ends"])
    return Answer(202, {"feedId": key})


def get_feed(call):
    """Return how far a feed is."""
    return _view(processing.find(call, "feed", call.path["feedId"]), call)


def get_feeds(call):
    """Return one page of feeds, newest first."""
    feeds, token = processing.search(call, "feed", "feedTypes", "feedType")
    body = {"feeds": [_view(feed, call) for feed in feeds]}
    return {**body, "nextToken": token} if token else body


def cancel_feed(call):
    """Cancel a feed that still waits."""
    feed = processing.find(call, "feed", call.path["feedId"])
    if processing.status(feed, call.world.clock.now()) != "IN_QUEUE":
        raise bad_input("Only feeds in the queue can be cancelled.")
    feed["status"] = "CANCELLED"
    call.store.put_document("feed", feed["feedId"], call.region, feed["createdTime"], feed)
    return Answer(200)


def get_feed_document(call):
    """Return a link to a feed's document or to its processing report."""
    key = call.path["feedDocumentId"]
    document = processing.find(call, "feed_document", key)
    body = {"feedDocumentId": key, "url": files.link(call, "feed_document", key)}
    return {**body, "compressionAlgorithm": "GZIP"} if document.get("compressed") else body


def process(site, feed):
    """Process a feed whose time has come and write its report."""
    world = site.world
    messages, report = _read(world.store.content("feed_document", feed["input"]), feed)
    for message in messages:
        _process_message(world, feed["region"], message, report)
    report["summary"]["errors"] = len(report["issues"])
    key = f"amzn1.tortuga.4.result.{feed['feedId']}"
    now = world.clock.now()
    content_type = "application/json; charset=UTF-8"
    world.store.put_document("feed_document", key, feed["region"], to_text(now),
                             {"region": feed["region"], "created": to_text(now), "contentType": content_type,
                              "compressed": True}, files.pack(json.dumps(report), "utf-8"))
    processing.finish(feed, "DONE" if messages else "FATAL", now)
    feed["resultFeedDocumentId"] = key
    world.store.put_document("feed", feed["feedId"], feed["region"], feed["createdTime"], feed)


def _view(feed, call):
    return processing.view(feed, call.world.clock.now(), SHOWN)


def _read(content, feed):
    """Return the messages of an uploaded feed and the report to fill; no messages if the feed as such is wrong."""
    seller = accounts.SELLERS[feed["region"]]["id"]
    report = {"header": {"sellerId": seller, "version": "2.0", "feedId": feed["feedId"]}, "issues": [],
              "summary": {"errors": 0, "warnings": 0, "messagesProcessed": 0, "messagesAccepted": 0,
                          "messagesInvalid": 0}}
    try:
        document = json.loads(content or b"")
        header, messages = document["header"], document["messages"]
        problem = _header_problem(header, seller, messages)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        problem = f"The feed is not a listings feed: {type(error).__name__}."
    if problem:
        report["issues"].append(offers.issue("4000000", problem))
        return [], report
    return messages, report


def _header_problem(header, seller, messages):
    if header.get("sellerId") != seller or header.get("version") != "2.0":
        return "The header's sellerId or version is wrong."
    if not 1 <= len(messages) <= MOST_MESSAGES:
        return f"A feed holds 1 to {MOST_MESSAGES} messages."
    keys = [message["messageId"] for message in messages]
    return "Each messageId must be unique." if len(set(keys)) < len(keys) else None


def _process_message(world, region, message, report):
    quantity, issues = _quantity(message)
    issues = offers.submit(world, region, str(message.get("sku") or ""), quantity, issues)
    report["summary"]["messagesProcessed"] += 1
    report["summary"]["messagesInvalid" if issues else "messagesAccepted"] += 1
    origin = {"messageId": message["messageId"]} | ({"sku": message["sku"]} if message.get("sku") else {})
    report["issues"] += [{**origin, **found} for found in issues]


def _quantity(message):
    operation = message.get("operationType")
    if operation == "PATCH" and isinstance(message.get("patches"), list) and message.get("productType"):
        return offers.from_patches(message["patches"])
    if operation == "PARTIAL_UPDATE" and isinstance(message.get("attributes"), dict) and message.get("productType"):
        return offers.from_attribute(message["attributes"].get(offers.ATTRIBUTE))
    return None, [offers.issue("4000003", "operationType must be PATCH or PARTIAL_UPDATE, with productType and data.")]


OPERATIONS = (
    Operation("createFeedDocument", "POST", "/feeds/2021-06-30/documents", create_feed_document, 0.5, 15),
    Operation("getFeedDocument", "GET", "/feeds/2021-06-30/documents/{feedDocumentId}", get_feed_document, 0.0222, 10),
    Operation("createFeed", "POST", "/feeds/2021-06-30/feeds", create_feed, 0.0083, 15),
    Operation("getFeeds", "GET", "/feeds/2021-06-30/feeds", get_feeds, 0.0222, 10),
    Operation("getFeed", "GET", "/feeds/2021-06-30/feeds/{feedId}", get_feed, 2.0, 15),
    Operation("cancelFeed", "DELETE", "/feeds/2021-06-30/feeds/{feedId}", cancel_feed, 2.0, 15),
)
