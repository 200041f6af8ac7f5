"""FBA passes the kit of the overseas warehouses, against the training marketplace."""

import pytest
import requests

from addons.marketplace.contract import Money
from addons.marketplace_amazon.connector import Credentials
from addons.marketplace_simulator.server.spapi import accounts
from addons.overseas_warehouse.conformance import ProviderConformance
from addons.overseas_warehouse.contract import OutboundLine, OutboundOrder, ProviderCapability
from addons.overseas_warehouse_fba.connector import AmazonFba, FbaProvider
from tests.plain.fake_http import FakeServer, answer
from tests.plain.fba.fba import BUYER
from tests.plain.fba.training import ENDPOINT, GB, Fba

TOKEN = {"access_token": "Atza|told-to-nobody", "token_type": "bearer", "expires_in": 3600}
BROKEN = {
    "rate limited": lambda: answer({"errors": [{"code": "QuotaExceeded"}]}, 429, Retry_After="3600"),
    "server error": lambda: answer({"errors": [{"code": "InternalFailure"}]}, 500),
    "no connection": lambda: requests.exceptions.ConnectTimeout("no route"),
    "truncated": lambda: answer(b'{"payload": [{"market'),
    "bad credentials": lambda: answer({"errors": [{"code": "Unauthorized"}]}, 403),
    "bad request": lambda: answer({"errors": [{"code": "InvalidInput", "message": "no"}]}, 400),
}


class TestFba(ProviderConformance):
    warehouse = GB
    service = "Standard"

    @pytest.fixture(autouse=True)
    def _world(self):
        self.world = Fba(orders=0, check=False)
        self.slept = []
        listings = self.world.api.simulator.world.listings("eu")
        self.start = {entry["sku"]: (entry["quantity"], 0) for entry in listings if entry["channel"] == "marketplace"}

    def make_provider(self, failure=None):
        if failure in BROKEN:
            return FbaProvider(self._broken(BROKEN[failure]))
        if failure == "lost answer":
            self.world.bridge.lose = {1}
        return FbaProvider(self.world.fba)

    def _broken(self, failing):
        def handle(request):
            # A refused refresh token is told by the token address.
            return answer(TOKEN) if request.url.endswith("/token") else failing()

        session = requests.Session()
        session.trust_env = False
        session.mount("https://", FakeServer(handler=handle))
        credentials = Credentials("client", "amzn1.oa2-cs.v1.secret", "Atzr|secret", "eu", "A1")
        options = {"endpoint": ENDPOINT, "lwa_endpoint": f"{ENDPOINT}/token", "sleep": self.slept.append}
        return AmazonFba(credentials, session=session, **options)

    def secrets(self):
        own = ["amzn1.oa2-cs.v1.secret", "Atzr|secret", "told-to-nobody"]
        return [*own, accounts.CLIENT_SECRET, accounts.refresh_token("eu")]

    def waited(self):
        return sum(self.slept)

    def stock(self):
        return self.start

    def writes(self):
        (sku,) = self.world.skus(1)
        value = Money.parse("12.50", "GBP", "")

        def order(reference, sku):
            return OutboundOrder(reference, GB, "Standard", BUYER, (OutboundLine(sku, 2, value),))

        return {ProviderCapability.OUTBOUND: (order("OUT-1", sku), order("OUT-2", "NO-SUCH-SKU"))}

    def booked(self, capability):
        return len(self.world.api.simulator.store.documents("mcf_order", "eu"))

    def ship(self, reference):
        self.world.api.clock.pass_time(7200)
        self.world.api.simulator.tick()
