"""The simulator's Lazada in this process, behind the connector's HTTP session; every exchange follows the documents."""

from urllib.parse import parse_qsl

from addons.marketplace_lazada.connector import Credentials, LazadaConnector
from tests.plain import channel_run
from tests.plain.lazada.documents import check_answer, check_request


class Training(channel_run.Training):
    """A simulator with Lazada, and connectors that the seller in four countries has let in."""

    channel = "lazada"
    lag = 120

    def build(self, **options):
        return LazadaConnector(Credentials(self.access["app_key"], self.access["app_secret"]), **options)

    def check_request(self, request, url):
        params = {**dict(parse_qsl(url.query, True)), **dict(parse_qsl(request.body or "", True))}
        check_request(request.method, _path(url), params)

    def check_answer(self, url, body):
        check_answer(_path(url), body)


def _path(url):
    return url.path.partition("/rest")[2]
