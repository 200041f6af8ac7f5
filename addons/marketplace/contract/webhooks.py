"""What a marketplace tells by calling us. A webhook only says where to look: the work is a job's."""

from dataclasses import dataclass, field
from enum import Enum


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A received call, before anything in it is believed.

    :param url: our address as the marketplace knows it, without query
    :param headers: names in lower case
    :param body: raw bytes, which the signature covers
    :param received_at: epoch seconds
    """

    method: str
    url: str
    headers: dict[str, str]
    query: dict[str, str]
    body: bytes
    received_at: float


class NoticeKind(str, Enum):
    """What has happened."""

    ORDER = "order"  # external_id: order
    RETURN = "return"  # external_id: return
    LISTING = "listing"  # external_id: SKU or listing
    DEAUTHORISED = "deauthorised"  # the seller took our access back
    AUTHORISATION_ENDS = "authorisation_ends"
    CUSTOMER_EXPORT = "customer_export"  # details: orders, email, phone, customer_id
    CUSTOMER_ERASURE = "customer_erasure"  # details: as above
    SHOP_ERASURE = "shop_erasure"
    OTHER = "other"  # kept, nothing to do


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that has happened.

    :param shop_id: external id of the shop; empty: every shop of the account
    :param external_id: of what it happened to
    :param details: plain JSON, for kinds that need more
    """

    kind: NoticeKind
    shop_id: str = ""
    external_id: str = ""
    details: dict = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Webhook:
    """A verified call.

    :param delivery_id: the same for every repetition of this delivery
    :param reply: body of our answer, e.g. to a challenge
    """

    topic: str
    delivery_id: str
    notices: tuple[Notice, ...] = ()
    reply: bytes = b""
    reply_type: str = "text/plain"
