"""TikTok Shop of the simulator in this process, with a connector to it; each exchange is compared with the samples."""

import json
from urllib.parse import parse_qsl, urlsplit

from addons.marketplace_tiktok.connector import Credentials, TikTokConnector
from tests.plain import channel_bridge
from tests.plain.fake_http import session_of
from tests.plain.tiktok.shapes import check_answer, check_request
from tests.plain.tiktok.tiktok import find_operation

HOST = "http://localhost"


class Training(channel_bridge.Training):
    channel = "tiktok"

    def __init__(self, orders=120, **options):
        super().__init__(orders, **options)
        self.credentials = Credentials(self.access["app_key"], self.access["app_secret"])
        self.connector = self.connect()

    def check(self, request, url, response):
        path = url.path.removeprefix("/tiktok")
        if not response.is_json or path.startswith("/api/v2/token"):
            return ""
        operation, _ids = find_operation(request.method, path)
        check_request(operation, json.loads(request.body) if request.body else None)
        check_answer(operation, json.loads(response.data, parse_float=str))
        return operation

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
