"""GoodCang against the conformance kit, played by the simulator."""

import json

from addons.overseas_warehouse_goodcang.connector import GoodcangProvider
from tests.plain.depot.play import DepotConformance
from tests.plain.fake_http import answer
from tests.plain.goodcang.spec import check_request


class TestGoodcang(DepotConformance):
    operator, warehouse, place, service = "goodcang", "USEA", "USEA", "STANDARD"
    refusal = answer({"ask": "Failure", "message": "参数错误", "Error": {"errCode": "1", "errMessage": "no"}})

    def connect(self, access, bad, **options):
        token = "wrong-" + access["app_token"] if bad else access["app_token"]
        return GoodcangProvider(access["app_key"], token, access["category"], page_size=1, **options)

    def is_write(self, request):
        return request.path_url.rpartition("/")[2] in ("add_product", "create_grn", "create_order")

    def check(self, request, url, response):
        check_request(url.path, json.loads(request.body))

    def secrets(self):
        return ["SIMgoodcangkey0c0ffee", "SIMgoodcangtoken0c0ffee"]
