"""The simulator's Shopee in this process, behind the connector's HTTP session; every exchange follows the documents."""

import json
from urllib.parse import parse_qsl

from addons.marketplace_shopee.connector import Credentials, ShopeeConnector
from tests.plain import channel_run
from tests.plain.shopee.documents import check_answer, check_request


class Training(channel_run.Training):
    """A simulator with Shopee, and connectors that the seller of all four shops has let in."""

    channel = "shopee"

    def build(self, **options):
        return ShopeeConnector(Credentials(self.access["partner_id"], self.access["partner_key"]), **options)

    def check_request(self, request, url):
        body = json.loads(request.body) if request.body else None
        check_request(request.method, _path(url), dict(parse_qsl(url.query)), body)

    def check_answer(self, url, body):
        if _path(url).startswith("/api/"):
            check_answer(_path(url), body)


def _path(url):
    return url.path.removeprefix("/shopee")
