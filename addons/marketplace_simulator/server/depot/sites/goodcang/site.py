"""GoodCang's protocol: POST of JSON with two headers; V1 answers state ``ask``, V2 answers ``code``."""

import hmac

from ....http import Answer, ApiError, Operation
from ...depot import Place
from ...site import DepotSite
from . import money, orders, products, receiving

APP_KEY = "SIMgoodcangkey0c0ffee000000000042"
APP_TOKEN = "SIMgoodcangtoken0c0ffee0000000042"
#: Operations that answer as V2 does.
SECOND = ("cost_flow_list",)


class GoodcangSite(DepotSite):
    """The operations that sellers' software uses."""

    places = (Place("USEA", "US East", "US", "USD"), Place("UK", "United Kingdom", "GB", "GBP"),
              Place("CZ", "Czechia", "CZ", "EUR"))
    services = {"STANDARD": "Standard parcel", "EXPRESS": "Express parcel"}
    operations = tuple(
        Operation(path.rpartition("/")[2], "POST", f"/public_open/{path}", handler, 0, 0)
        for path, handler in {
            "base_data/get_warehouse": products.warehouses,
            "base_data/get_shipping_method": products.services,
            "product/add_product": products.add,
            "product/edit_product": products.edit,
            "product/get_product_sku_list": products.search,
            "inventory/get_product_inventory": products.stock,
            "inventory/get_inventory_log": products.log,
            "inventory/get_calculate_delivery_fee": money.quote,
            "inbound_order/create_grn": receiving.create,
            "inbound_order/modify_grn": receiving.modify,
            "inbound_order/get_grn_list": receiving.search,
            "inbound_order/get_grn_detail": receiving.detail,
            "inbound_order/get_batch": receiving.batches,
            "inbound_order/del_grn": receiving.delete,
            "inbound_order/print_gc_receiving_box": receiving.labels,
            "order/create_order": orders.create,
            "order/get_order_by_ref_code": orders.by_reference,
            "order/get_order_by_code": orders.by_code,
            "order/get_order_list": orders.search,
            "order/cancel_order": orders.cancel,
            "return_order/list": money.returns,
            "finance/cost_flow_list": money.flow,
            "finance/get_wh_inventory_storage": money.storage,
        }.items()
    )

    def authorise(self, call):
        """Both headers."""
        given = (call.request.headers.get("app-key", ""), call.request.headers.get("app-token", ""))
        if not all(map(hmac.compare_digest, given, (APP_KEY, APP_TOKEN))):
            raise self.denied()

    def render_error(self, call, error):
        """An error in the body; what a seller did wrong has HTTP 200."""
        status = 200 if error.status in (400, 401, 409) else error.status
        if call.operation is not None and call.operation.name in SECOND:
            return Answer(status, {"code": error.status, "message": error.message, "data": None})
        stated = {"errCode": str(error.code), "errMessage": error.message}
        return Answer(status, {"ask": "Failure", "message": error.message, "Error": stated})

    def denied(self):
        return ApiError(401, "10001", "app-token or app-key is not valid")

    def expired(self):
        return ApiError(401, "10002", "app-token has expired")

    def refused(self, refusal):
        return ApiError(400, "30001", str(refusal))


def credentials(site):
    """Key and token."""
    return {"app_key": APP_KEY, "app_token": APP_TOKEN, "category": "100101"}
