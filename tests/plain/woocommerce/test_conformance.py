"""The WooCommerce connector passes the kit that every connector must pass.

Fill in one hook after the other, from the top, and run ``./scripts/test tests/plain/woocommerce`` each time: every test
that still lacks a hook says which. ``addons/marketplace/conformance/hooks.py`` describes all hooks; those for writes,
returns, webhooks and consent are needed when the connector declares the capability.
"""

import pytest

from addons.marketplace.conformance import ConnectorConformance
from addons.marketplace_woocommerce.connector.auth import Credentials
from addons.marketplace_woocommerce.connector.connector import WooCommerceConnector
from tests.plain.fake_http import FakeServer, FakeTime, session_of

CREDENTIALS = Credentials(key_id="key-1", secret="very-secret-4711")


class TestWooCommerce(ConnectorConformance):
    shop_id = "1"

    @pytest.fixture(autouse=True)
    def _marketplace(self):
        self.time = FakeTime()

    def make_connector(self, failure=None):
        server = FakeServer(handler=lambda request: self.answer(request, failure))
        return WooCommerceConnector(
            CREDENTIALS,
            session=session_of(server),
            clock=self.time.clock,
            sleep=self.time.sleep,
            jitter=lambda: 0.0,
        )

    def answer(self, request, failure):
        """What WooCommerce answers to one request, see ``tests/plain/fake_http.py``."""
        raise NotImplementedError("fill in answer(request, failure): tests/plain/amazon has an example")

    def raw_orders(self):
        raise NotImplementedError("fill in raw_orders(): several with tax, discount, shipping, a cancellation")

    def damaged_orders(self):
        raise NotImplementedError("fill in damaged_orders(): [(raw order, part of the path that its error names)]")

    def order_costing(self, amount, currency):
        raise NotImplementedError("fill in order_costing(amount, currency): a raw order of one unit at that price")

    def unknown_status(self):
        raise NotImplementedError("fill in unknown_status(): (raw order, word of its status that nobody knows)")

    def revised_order(self):
        raise NotImplementedError("fill in revised_order(): (raw order, the same order after a later change)")

    def refreshes(self):
        raise NotImplementedError("fill in refreshes(), or set tokens_expire = False")

    def secrets(self):
        return [CREDENTIALS.secret]

    def waited(self):
        return sum(self.time.waits)

    def now(self):
        return self.time.now
