"""The simulator's Shopee in this process, behind the connector's HTTP session; every exchange follows the documents."""

import io
import json
from urllib.parse import parse_qs, parse_qsl, urlsplit

from addons.marketplace.transport import MemoryTokenStore
from addons.marketplace_shopee.connector import Credentials, ShopeeConnector
from tests.plain.fake_http import FakeServer, session_of
from tests.plain.shopee.documents import check_answer, check_request
from tests.plain.simulator.api import Api

CALLBACK = "https://odoo.example/marketplace/oauth/callback"


class Training:
    """A simulator with Shopee, and connectors to it."""

    def __init__(self, orders=60, **options):
        self.api = Api(orders=orders, channels=("shopee",), **options)
        self.server = FakeServer(handler=self._handle)
        self.access = self.api.control("credentials")["channels"]["shopee"]
        self.store = MemoryTokenStore()
        self.checked = True  # false: answers may be broken on purpose

    def connector(self, authorise=True, **options):
        """A connector that the seller of all four shops has let in."""
        connector = ShopeeConnector(
            Credentials(self.access["partner_id"], self.access["partner_key"]),
            session=session_of(self.server),
            token_store=self.store,
            clock=lambda: self.api.clock.now().timestamp(),
            sleep=self.api.clock.pass_time,
            endpoint=self.access["endpoint"],
            **options,
        )
        if authorise and self.store.load() is None:
            connector.authorize(self.approve(connector), CALLBACK, "")
        return connector

    def approve(self, connector, **fields):
        """The query of the callback after the seller's consent."""
        url = urlsplit(connector.authorization_url("s1", CALLBACK, ""))
        query = {**dict(parse_qsl(url.query)), "decision": "approve", **fields}
        back = self.api.http.get(url.path, query_string=query)
        assert back.status_code == 302, back.get_data(as_text=True)
        return {name: values[0] for name, values in parse_qs(urlsplit(back.headers["Location"]).query).items()}

    def order(self, order_id):
        """An order of the simulator's books."""
        return self.api.simulator.world.get_order(order_id)

    def everything(self, connector, since, verb="fetch_orders"):
        """All records of a fetch."""
        shops = [shop.external_id for shop in connector.fetch_shops()]
        records, token = [], ""
        while True:
            page = getattr(connector, verb)(shops, since, token=token)
            assert not page.broken
            records += page.records
            token = page.next_token
            if not token:
                return records

    def _handle(self, request):
        url = urlsplit(request.url)
        path = url.path.removeprefix("/shopee")
        body = json.loads(request.body) if request.body else None
        check_request(request.method, path, dict(parse_qsl(url.query)), body)
        response = self.api.http.open(
            url.path, method=request.method, query_string=url.query, data=request.body, headers=dict(request.headers)
        )
        if self.checked and response.is_json and response.status_code == 200 and path.startswith("/api/"):
            check_answer(path, response.get_json())
        return response.status_code, dict(response.headers), io.BytesIO(response.data)
