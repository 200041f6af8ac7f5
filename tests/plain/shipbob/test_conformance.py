"""ShipBob against the conformance kit, played by the simulator; every exchange is held against its document."""

from addons.overseas_warehouse_shipbob.connector import ShipbobProvider
from tests.plain.depot.play import DepotConformance
from tests.plain.fake_http import answer
from tests.plain.shipbob import openapi


class TestShipbob(DepotConformance):
    operator, warehouse, place, service = "shipbob", "10", "10", "Standard"
    refusal = answer({"title": "One or more validation errors occurred.", "errors": {"id": ["is wrong"]}}, 400)

    def connect(self, access, bad, **options):
        token = "wrong-" + access["token"] if bad else access["token"]
        return ShipbobProvider(token, access["channel"], page_size=1, **options)

    def is_write(self, request):
        return request.method == "POST" and request.path_url.rpartition("/")[2] in ("product", "receiving", "order")

    def check(self, request, url, response):
        path = url.path.removeprefix("/shipbob")
        openapi.check(request.method, path, url.query, request.body, response.status_code, response.get_json())

    def secrets(self):
        return ["SIMshipbobtoken0c0ffee"]
