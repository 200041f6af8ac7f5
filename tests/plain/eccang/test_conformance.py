"""ECCANG against the conformance kit, played by the simulator."""

import json

from lxml import etree

from addons.overseas_warehouse.contract import WarehouseInfo
from addons.overseas_warehouse_eccang.connector import EccangProvider
from tests.plain.depot.play import DepotConformance
from tests.plain.eccang.spec import check_request
from tests.plain.fake_http import answer


def envelope(body):
    """An answer of the web service."""
    return answer(f"<e><response>{json.dumps(body)}</response></e>".encode(), Content_Type="text/xml")


class TestEccang(DepotConformance):
    operator, warehouse, place, service = "eccang", "DE1", "DE1", "DHL"
    refusal = envelope({"ask": "Failure", "message": "参数错误"})

    def connect(self, access, bad, endpoint, **options):
        token = "wrong-" + access["app_token"] if bad else access["app_token"]
        places = [WarehouseInfo(*place) for place in access["warehouses"]]
        return EccangProvider(access["url"], access["app_key"], token, places, page_size=1, **options)

    def is_write(self, request):
        return any(name in request.body for name in (b">createAsn<", b">createOrder<"))

    def check(self, request, url, response):
        call = etree.fromstring(request.body)
        check_request(call.findtext(".//service"), json.loads(call.findtext(".//paramsJson")))

    def secrets(self):
        return ["SIMeccangkey0c0ffee", "SIMeccangtoken0c0ffee"]
