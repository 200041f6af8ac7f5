"""What a connector's author fills in, so that the kit can play its marketplace."""

from datetime import datetime, timezone

import pytest

from ..contract import RateLimited
from .kit import FAILURES as COMMON_FAILURES
from .kit import Kit, missing

#: Failures of every call of the order operations, and what they mean to the caller.
FAILURES = {
    **COMMON_FAILURES,  # "rate limited": the marketplace refuses and says: in ten minutes
    "throttled": RateLimited,  # the marketplace refuses and does not say for how long
}
#: Seconds by which our clock is ahead of the marketplace's in the failure "clock ahead".
SKEW = 60


class Hooks(Kit):
    """The hooks. Whatever a fake marketplace knows lives as long as one test: two connectors speak to the same one."""

    #: External id of the shop that the sample orders belong to.
    shop_id = ""
    #: Start of a range of time that holds the sample orders.
    since = datetime(2020, 1, 1, tzinfo=timezone.utc)
    #: Whether access tokens end; false: the credentials are used as they are.
    tokens_expire = True
    #: Whether a refresh token may be presented only once.
    single_use_refresh = False
    #: Name in lower case of the header that carries a webhook's signature.
    webhook_signature = ""
    #: Seconds after which the signed time of a webhook is too old; ``None``: nothing signed tells the time.
    webhook_max_age = None

    # === ALWAYS === #

    def make_connector(self, failure=None):
        """A connector whose marketplace is a fake without network and without real waiting.

        ``None``
            Serves :meth:`raw_orders` in pages of one, each of them by ``fetch_order`` too, :meth:`raw_returns` alike,
            and takes :meth:`writes` and subscriptions to webhooks.
        one of :data:`FAILURES`
            Every call of the order operations fails like that.
        ``"throttled once"``, ``"server error once"``
            The first call of the order operations fails like that, all others are served.
        ``"token expired"``
            From the second page of orders on, the marketplace refuses the token of the first one.
        ``"broken order"``
            The pages hold an object without an id besides :meth:`raw_orders`.
        ``"clock ahead"``
            Our clock is :data:`SKEW` seconds ahead of the marketplace's, as its answers show.
        ``"lost answer"``
            The first write is carried out, but its answer never arrives (``requests.ReadTimeout``).
        ``"not connected"``
            There are no tokens yet; the marketplace takes what :meth:`callback` brings.
        """
        raise missing("make_connector(failure)", "a connector that speaks to a fake marketplace")

    def raw_orders(self):
        """Valid orders as the marketplace sends them: several, with tax, discount, shipping and a cancellation."""
        raise missing("raw_orders()", "several orders with tax, discount, shipping and a cancellation")

    def damaged_orders(self):
        """``[(order that cannot be parsed, text that the path of its error contains)]``."""
        raise missing("damaged_orders()", "[(raw order, part of the path that its error names)]")

    def order_costing(self, amount, currency):
        """A raw order of one unit for which the buyer pays exactly ``amount`` (text), without tax and shipping."""
        raise missing("order_costing(amount, currency)", "a raw order of one unit at that price")

    def unknown_status(self):
        """``(raw order in a state that nobody knows, the marketplace's word for it)``."""
        raise missing("unknown_status()", "(raw order, word of its status that the connector does not know)")

    def revised_order(self):
        """``(raw order, the same order after a later change)``."""
        raise missing("revised_order()", "(raw order, the same order after a later change)")

    def now(self):
        """Epoch seconds of the clock that connectors of this test were given."""
        raise missing("now()", "epoch seconds of the injected clock")

    def refreshes(self):
        """What was presented to the token service in this test, in order: refresh tokens, or any text without them."""
        raise missing("refreshes()", "what the token service was shown, or set tokens_expire = False")

    # === WHAT IS DECLARED === #

    def writes(self):
        """``{capability: (what the marketplace takes, what it refuses)}`` for each declared write.

        Shipment for SHIPMENT_CONFIRMATION and LABELS, Cancellation, Refund, StockLevel for STOCK_PUSH, order id for
        ACKNOWLEDGEMENT.
        """
        raise missing("writes()", "{capability: (what the marketplace takes, what it refuses)}")

    def booked(self, capability):
        """How often the fake has carried out such a write in this test; overwriting the same counts once.

        For WEBHOOKS: how many subscriptions there are.
        """
        raise missing("booked(capability)", "how often the fake marketplace has really carried it out")

    def raw_returns(self):
        """Valid returns as the marketplace sends them: several."""
        raise missing("raw_returns()", "several valid returns as received")

    def settlements(self):
        """``[(document as received, external id, total as text, number of lines)]``: several that are closed, one of
        them negative; :meth:`make_connector` without failure serves them, in pages of one."""
        raise missing("settlements()", "[(SettlementDocument, external id, total as text, number of lines)]")

    def damaged_settlements(self):
        """``[(document that cannot be taken, text that the path of its error contains)]``: one broken off in the
        middle of a row or object, one with an unreadable amount, one with an unreadable date."""
        raise missing("damaged_settlements()", "[(SettlementDocument, part of the path that its error names)]")

    def raw_transactions(self):
        """Valid transactions as the marketplace sends them: several."""
        raise missing("raw_transactions()", "several valid transactions as received")

    def webhook(self, about):
        """A signed :class:`~..contract.WebhookRequest` of this moment.

        ``"order"``: the first of :meth:`raw_orders` has changed; ``"another order"``: the second one; ``"no id"``: what
        it is about is missing.
        """
        raise missing("webhook(about)", "a signed WebhookRequest")

    def callback(self):
        """The query that the marketplace brings to our callback when the seller has agreed."""
        raise missing("callback()", "the query of the callback after the seller's consent")


# Functions instead of methods, so that no name of an author's own helper can get in the way.


def connector_with(kit, capability):
    """A connector, or the end of the test where the capability is not declared."""
    connector = kit.make_connector()
    if capability not in connector.capabilities:
        pytest.skip(f"does not declare {capability.value}")
    return connector


def fetch_all(kit, connector=None, verb="fetch_orders"):
    """``(records, pages)`` of a fetch up to its last page."""
    connector, pages, token = connector or kit.make_connector(), [], ""
    while not pages or token:
        pages.append(getattr(connector, verb)([kit.shop_id], kit.since, token=token))
        token = pages[-1].next_token
        assert len(pages) <= 50
    return [record for page in pages for record in page.records], pages


def sample_ids(kit):
    """External ids of the sample orders, sorted."""
    connector = kit.make_connector()
    return sorted(connector.parse_order(payload).external_id for payload in kit.raw_orders())
