"""Presigned links: upload and download of documents outside the API, for five minutes, without a token.

An expired or forged link answers 403 with XML, as object stores do.
"""

import gzip

from werkzeug.wrappers import Response

LINK_LIFE = 300
DENIED = ('<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>{message}</Message>'
          "<RequestId>{request}</RequestId></Error>")


def link(call, kind, key, **options):
    """Return a presigned URL of a document's content; ``options`` go into the link."""
    until = int(call.world.clock.now().timestamp()) + LINK_LIFE
    sealed = call.site.signer.seal("file", {"kind": kind, "key": key, "until": until, **options})
    return f"{call.request.host_url}files/{sealed}"


def transfer(site, request, sealed):
    """Answer an upload (PUT) or a download (GET) through a presigned link."""
    target = site.signer.open("file", sealed)
    if target is None:
        return _denied("Access Denied")
    if target["until"] < site.world.clock.now().timestamp():
        return _denied("Request has expired")
    if (request.method == "PUT") != target.get("upload", False):
        return _denied("Access Denied")
    if request.method == "PUT":
        return _upload(site, request, target)
    return _download(site, target)


def _upload(site, request, target):
    store = site.world.store
    with store.transaction():
        document = store.document(target["kind"], target["key"])
        if request.content_type != document["contentType"]:
            return _denied("The request signature we calculated does not match the signature you provided.")
        store.put_document(target["kind"], target["key"], document["region"], document["created"], document,
                           request.get_data())
    return Response(b"", 200)


def _download(site, target):
    document = site.world.store.document(target["kind"], target["key"])
    content = site.world.store.content(target["kind"], target["key"])
    headers = {"Content-Type": document["contentType"]}
    if target.get("encoding_header"):
        headers["Content-Encoding"] = "gzip"
    return Response(content, 200, headers)


def pack(text, charset):
    """Return text as the compressed bytes of a document."""
    return gzip.compress(text.encode(charset), mtime=0)


def _denied(message):
    return Response(DENIED.format(message=message, request="SIMULATOR0000000"), 403, content_type="application/xml")
