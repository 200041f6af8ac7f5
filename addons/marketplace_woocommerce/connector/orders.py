"""Orders: queries and parsing."""

import hashlib
import json

_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def fetch_page(client, url, shop_ids, since, until, token):
    """One page of orders changed in a range of time, as :class:`Page`."""
    raise NotImplementedError("fill in fetch_page: a page of raw orders changed since a moment, oldest change first")


def fetch_order(client, url, external_id):
    """One order as :class:`RawRecord`."""
    raise NotImplementedError("fill in fetch_order: one raw order by its number")


def parse_order(payload):
    """A raw order as :class:`Order`.

    :raise InvalidPayload: with the path of the field
    """
    raise NotImplementedError("fill in parse_order: from the raw order to the contract's Order")


def revision_of(payload, updated_at):
    """Time of the last change plus a hash: the same content is the same revision, a silent change is another."""
    return f"{updated_at:%Y-%m-%dT%H:%M:%SZ}-{hashlib.sha256(_canonical(payload).encode()).hexdigest()[:12]}"
