"""TikTok Shop of the simulator in this process, with a connector to it; each exchange is compared with the samples."""

import json
from collections import Counter
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

from addons.marketplace_tiktok.connector import Credentials, TikTokConnector
from tests.plain.fake_http import FakeServer, answer, session_of
from tests.plain.simulator.api import Api
from tests.plain.tiktok.shapes import check_answer, check_request
from tests.plain.tiktok.tiktok import find_operation

HOST = "http://localhost"


class Bridge(FakeServer):
    """Hands the connector's requests to a simulator in this process, and looks at both directions."""

    def __init__(self, api):
        super().__init__(handler=self._pass)
        self.api = api
        self.checked = Counter()

    def _pass(self, request):
        self.api.clock.pass_time(0.2)
        url = urlsplit(request.url)
        response = self.api.http.open(
            f"{url.path}?{url.query}", method=request.method, headers=dict(request.headers), data=request.body or b""
        )
        path = url.path.removeprefix("/tiktok")
        if response.is_json and not path.startswith("/api/v2/token"):
            operation, _ids = find_operation(request.method, path)
            self._check(operation, request, response)
        headers = {name.replace("-", "_"): value for name, value in response.headers.items()}
        return answer(response.data, response.status_code, **headers)

    def _check(self, operation, request, response):
        try:
            body = json.loads(response.data, parse_float=str)
        except ValueError:
            return  # a fault
        if response.status_code == 200 and not self.api.control("faults")["faults"]:
            check_request(operation, json.loads(request.body) if request.body else None)
            check_answer(operation, body)
            self.checked[operation] += 1


class Training:
    def __init__(self, **options):
        self.api = Api(orders=options.pop("orders", 120), channels=("tiktok",), **options)
        self.access = self.api.control("credentials")["channels"]["tiktok"]
        self.bridge = Bridge(self.api)
        self.credentials = Credentials(self.access["app_key"], self.access["app_secret"])
        self.connector = self.connect()

    def connect(self, credentials=None):
        connector = TikTokConnector(
            credentials or self.credentials,
            session=session_of(self.bridge),
            clock=lambda: self.api.clock.now().timestamp(),
            sleep=self.api.clock.pass_time,
            endpoint=f"{HOST}/tiktok",
        )
        page = connector.authorization_url("state-1", "https://shop.example/back", "challenge")
        location = self.api.http.get(f"{urlsplit(page).path}?{urlsplit(page).query}&decision=approve").headers[
            "Location"
        ]
        params = dict(parse_qsl(urlsplit(location).query))
        assert params["state"] == "state-1"
        connector.authorize(params, "https://shop.example/back", "verifier")
        return connector

    def shops(self):
        return {shop.country_code: shop.external_id for shop in self.connector.fetch_shops()}

    def fetch_all(self, connector=None):
        """``{number: record}`` of all shops, and what is broken."""
        connector = connector or self.connector
        since, records, broken, token = self.api.clock.now() - timedelta(days=5), {}, [], ""
        self.api.clock.pass_time(200)
        while True:
            page = connector.fetch_orders(list(self.shops().values()), since, token=token)
            records |= {record.external_id: record for record in page.records}
            broken += page.broken
            token = page.next_token
            if not token:
                return records, broken

    def place(self, country, count=1, shipping=None, **options):
        """Orders that may be shipped, parsed; every other one goes with TikTok's carriers."""
        found = []
        while len(found) < count:
            options = {"kinds": [], **options}
            (number,) = self.api.control("orders", {"marketplace": f"tiktok-{country}", "count": 1, **options})[
                "orders"
            ]
            order = self.order(number)
            if shipping is None or shipping in order.programs:
                found.append(order)
        return found if count > 1 else found[0]

    def order(self, number):
        return self.connector.parse_order(self.connector.fetch_order(number).payload)

    def books(self):
        return self.api.control("books")
