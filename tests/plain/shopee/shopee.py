"""Shopee in memory: checks signatures, tokens and, where the documents are there, every request and answer."""

import hashlib
import hmac
import json
from email.utils import formatdate
from urllib.parse import parse_qsl, urlsplit

import requests

from addons.marketplace.transport import MemoryTokenStore, Tokens
from addons.marketplace_shopee.connector import Credentials, ShopeeConnector
from addons.marketplace_shopee.connector.auth import account_tokens
from tests.plain.fake_http import FakeServer, FakeTime, answer, session_of
from tests.plain.shopee.documents import check_answer, check_request
from tests.plain.shopee.payments import Payments
from tests.plain.shopee.samples import NOW, SHOP, package_item

KEY = "partner-key-5a4f3c"
CREDENTIALS = Credentials("2001887", KEY)
HOST = "https://partner.shopeemobile.com"


class Shopee(Payments, FakeServer):
    """The platform. ``fail(path)`` may return an answer or exception instead of the real one."""

    def __init__(self, time=None, orders=(), escrows=(), returns=(), items=(), page_size=1, skew=0):
        super().__init__(handler=self._handle)
        self.time = time or FakeTime(float(NOW))
        self.orders = {row["order_sn"]: json.loads(json.dumps(row)) for row in orders}
        self.escrows = {row["order_sn"]: row for row in escrows}
        self.returns = {row["return_sn"]: dict(row) for row in returns}
        self.items = {row["item_id"]: dict(row) for row in items}
        self.page_size, self.skew = page_size, skew
        self.access, self.refresh = "access-token-0", "refresh-token-0"
        self.presented, self.booked, self.calls, self.push_config = [], [], [], {}
        self.fail = lambda path, query: None
        self.lose_next_write = False
        self.needed = {"dropoff": [], "pickup": ["address_id", "pickup_time_id"]}
        self.tracking = "SPXSG00001"
        self.documents = {}
        self.cross_border, self.payouts, self.releases, self.wallet, self.incomes = False, [], [], [], []

    def connect(self, tokens="", **options):
        """A connector with the tokens of the shop; ``tokens=None``: not connected."""
        kept = Tokens(self.access, NOW + 14_400, self.refresh, NOW + 30 * 86_400)
        store = MemoryTokenStore(account_tokens({f"shop_id:{SHOP}": kept}) if tokens is not None else None)
        options = {"credentials": CREDENTIALS, "token_store": store} | options
        return ShopeeConnector(
            session=session_of(self), clock=self.time.clock, sleep=self.time.sleep, jitter=lambda: 0.0, **options
        )

    def count(self, what):
        """How often something was carried out."""
        return len([done for done in self.booked if done[0] == what])

    def _handle(self, request):
        url = urlsplit(request.url)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        body = json.loads(request.body) if request.body else None
        check_request(request.method, url.path, query, body)
        self.calls.append((url.path, query, body))
        path = url.path.removeprefix("/api/v2/")
        refusal = self._refusal(url.path, query) or self.fail(path, query)
        if refusal is not None:
            return refusal
        done = len(self.booked)
        result = getattr(self, "_" + path.replace("/", "_"))(query, body)
        if isinstance(result, tuple):
            return result
        check_answer(url.path, result)
        if self.lose_next_write and len(self.booked) > done:
            self.lose_next_write = False
            return requests.ReadTimeout()
        return self.reply(result)

    def reply(self, body, status=200, **headers):
        """An answer with the platform's time."""
        stamp = formatdate(self.time.now - self.skew, usegmt=True)
        return answer({"error": "", "message": "", "request_id": "r1"} | body, status, Date=stamp, **headers)

    def error(self, code, message="", status=200, **headers):
        """An answer that states an error."""
        return self.reply({"error": code, "message": message}, status, **headers)

    def _refusal(self, path, query):
        base = (
            query["partner_id"] + path + query["timestamp"] + query.get("access_token", "") + query.get("shop_id", "")
        )
        if query["sign"] != hmac.new(KEY.encode(), base.encode(), hashlib.sha256).hexdigest():
            return self.error("error_sign", "Wrong sign.", 403)
        if abs(int(query["timestamp"]) - (self.time.now - self.skew)) > 300:
            return self.error("error_param", "Timestamp is expired.", 403)
        if "shop_id" in query and query["access_token"] != self.access:
            return self.error("invalid_acceess_token", "Invalid access_token, please have a check.", 403)
        return None

    # === TOKENS === #

    def _auth_token_get(self, query, body):
        if body["code"] != "code-1":
            return self.error("invalid_code", "The code is expired or used or invalid, please check the code.", 403)
        if "main_account_id" in body:
            return self._tokens() | {"shop_id_list": [int(SHOP), 4712], "merchant_id_list": [9]}
        return self._tokens()

    def _auth_access_token_get(self, query, body):
        self.presented.append(body["refresh_token"])
        if body["refresh_token"] != self.refresh:
            return self.error("error_shop_refresh_token", "Your refresh token is error", 403)
        number = len(self.presented)
        self.access, self.refresh = f"access-token-{number}", f"refresh-token-{number}"
        return self._tokens() | {"partner_id": 2001887, "shop_id": body["shop_id"]}

    def _tokens(self):
        return {"access_token": self.access, "refresh_token": self.refresh, "expire_in": 14_400}

    # === SHOP === #

    def _shop_get_shop_info(self, query, body):
        return {"shop_name": "Tom's Things", "region": "SG", "status": "NORMAL", "is_cb": self.cross_border}

    def _push_get_app_push_config(self, query, body):
        return {"response": self.push_config}

    def _push_set_app_push_config(self, query, body):
        self.push_config = {"callback_url": body["callback_url"], "push_config_on_list": body["set_push_config_on"]}
        self.booked.append(("subscription", body["callback_url"]))
        return {"response": {"result": "success"}}

    # === ORDERS === #

    def _order_get_order_list(self, query, body):
        start, stop = int(query["time_from"]), int(query["time_to"])
        assert 0 <= stop - start <= 15 * 86_400
        rows = sorted(
            (row for row in self.orders.values() if start <= row["update_time"] <= stop),
            key=lambda row: row["update_time"],
        )
        offset = int(query.get("cursor") or 0)
        page = rows[offset : offset + self.page_size]
        more = offset + len(page) < len(rows)
        return {
            "response": {
                "more": more,
                "next_cursor": str(offset + len(page)) if more else "",
                "order_list": [{"order_sn": row["order_sn"], "order_status": row["order_status"]} for row in page],
            }
        }

    def _order_get_order_detail(self, query, body):
        wanted = query["order_sn_list"].split(",")
        assert len(wanted) <= 50
        found = [self.orders[name] for name in wanted if name in self.orders]
        if not found:
            return self.error("error_not_found", "Wrong parameters, detail: the order is not found.")
        return {"response": {"order_list": found}}

    def _payment_get_escrow_detail_batch(self, query, body):
        wanted = body["order_sn_list"]
        return {"response": [{"escrow_detail": self.escrows[name]} for name in wanted if name in self.escrows]}

    def _order_cancel_order(self, query, body):
        received = self.orders[body["order_sn"]]
        if received["order_status"] not in ("READY_TO_SHIP", "PROCESSED"):
            return self.error("order.cancel_order_not_allowed", "The order can not be cancelled.")
        parts = body.get("partial_cancel_item_list")
        for part in parts or []:
            row = next(row for row in received["item_list"] if row["model_id"] == part["model_id"])
            row["cancelled_qty"] = row.get("cancelled_qty", 0) + part["model_quantity"]
        if not parts:
            received["order_status"] = "CANCELLED"
        self.booked.append(("cancel", body))
        return {"response": {"update_time": NOW}}

    def _order_handle_buyer_cancellation(self, query, body):
        received = self.orders[body["order_sn"]]
        received["order_status"] = "CANCELLED" if body["operation"] == "ACCEPT" else "READY_TO_SHIP"
        self.booked.append(("cancel", body))
        return {"response": {"update_time": NOW}}

    def _order_split_order(self, query, body):
        received = self.orders[body["order_sn"]]
        if len(received["package_list"]) > 1:
            return self.error("order.order_has_been_split", "This order has already been split.")
        first = received["package_list"][0]
        rows = {(row["item_id"], row["model_id"]): row for row in received["item_list"]}
        received["package_list"] = [
            first
            | {
                "package_number": f"{first['package_number']}-{number}",
                "item_list": [
                    package_item(rows[part["item_id"], part["model_id"]], part.get("model_quantity"))
                    for part in package["item_list"]
                ],
            }
            for number, package in enumerate(body["package_list"], 1)
        ]
        self.booked.append(("split", body))
        return {"response": {"order_sn": body["order_sn"], "package_list": []}}

    def _order_unsplit_order(self, query, body):
        received = self.orders[body["order_sn"]]
        packages = received["package_list"]
        if len(packages) < 2 or any(row["logistics_status"] != "LOGISTICS_READY" for row in packages):
            return self.error("order.order_cannot_undo_split", "Cannot undo split this order.")
        whole = {"package_number": "OFGWHOLE", "item_list": [package_item(row) for row in received["item_list"]]}
        received["package_list"] = [packages[0] | whole]
        self.booked.append(("unsplit", body))
        return {}

    # === LOGISTICS === #

    def _logistics_get_shipping_parameter(self, query, body):
        address = {"address_id": 234, "address_flag": ["pickup_address"]}
        slots = [{"date": NOW, "pickup_time_id": "s1"}, {"date": NOW, "pickup_time_id": "s2", "flags": ["recommended"]}]
        return {
            "response": {
                "info_needed": self.needed,
                "pickup": {"address_list": [{"address_id": 1}, address | {"time_slot_list": slots}]},
                "dropoff": {"branch_list": [{"branch_id": 77}], "slug_list": []},
            }
        }

    def _logistics_ship_order(self, query, body):
        received = self.orders[body["order_sn"]]
        package = next(row for row in received["package_list"] if row["package_number"] == body["package_number"])
        if received["order_status"] != "READY_TO_SHIP" or package["logistics_status"] != "LOGISTICS_READY":
            return self.error("logistics.error_status_limit", "The package can not be shipped now.")
        package["logistics_status"] = "LOGISTICS_REQUEST_CREATED"
        self.booked.append(("ship", body))
        return {}

    def _logistics_get_tracking_number(self, query, body):
        return {"response": {"tracking_number": self.tracking}}

    def _logistics_get_shipping_document_parameter(self, query, body):
        return self._results(
            body, suggest_shipping_document_type="NORMAL_AIR_WAYBILL", selectable_shipping_document_type=[]
        )

    def _logistics_create_shipping_document(self, query, body):
        for entry in body["order_list"]:
            self.documents[entry["order_sn"]] = "PROCESSING"
        return self._results(body)

    def _logistics_get_shipping_document_result(self, query, body):
        result = self._results(body)
        for entry in result["response"]["result_list"]:
            entry["status"] = self.documents[entry["order_sn"]]
            self.documents[entry["order_sn"]] = "READY"
        return result

    def _logistics_download_shipping_document(self, query, body):
        return answer(b"%PDF-1.4 waybill", Content_Type="application/pdf")

    def _results(self, body, **fields):
        entries = []
        for entry in body["order_list"]:
            known = entry["order_sn"] in self.orders
            failed = {"fail_error": "logistics.order_not_exist", "fail_message": "It does not exist."}
            names = {name: entry[name] for name in ("order_sn", "package_number")}
            entries.append(names | (fields if known else failed))
        return {"response": {"result_list": entries}}

    # === PRODUCTS === #

    def _product_get_item_list(self, query, body):
        offset = int(query["offset"])
        rows = sorted(self.items)[offset : offset + 1]
        more = offset + 1 < len(self.items)
        return {
            "response": {
                "item": [{"item_id": row, "item_status": "NORMAL"} for row in rows],
                "has_next_page": more,
                **({"next_offset": offset + 1} if more else {}),
            }
        }

    def _product_get_item_base_info(self, query, body):
        wanted = [int(number) for number in query["item_id_list"].split(",")]
        rows = [{key: value for key, value in self.items[number].items() if key != "models"} for number in wanted]
        return {"response": {"item_list": rows}}

    def _product_get_model_list(self, query, body):
        return {"response": {"model": self.items[int(query["item_id"])]["models"]}}

    def _product_update_stock(self, query, body):
        failed, done = [], []
        for entry in body["stock_list"]:
            if entry["model_id"] == 666:
                failed.append({"model_id": 666, "failed_reason": "reserved for a promotion"})
            else:
                done.append({"model_id": entry["model_id"], "stock": entry["seller_stock"][0]["stock"]})
                self.booked.append(("stock", {"item_id": body["item_id"]} | entry))
        return {"response": {"failure_list": failed, "success_list": done}}

    # === RETURNS === #

    def _returns_get_return_list(self, query, body):
        start, stop, page = int(query["update_time_from"]), int(query["update_time_to"]), int(query["page_no"])
        assert 0 <= stop - start <= 15 * 86_400
        rows = sorted(row["return_sn"] for row in self.returns.values() if start <= row["update_time"] <= stop)
        shown = [{"return_sn": name} for name in rows[page : page + 1]]
        return {"response": {"more": page + 1 < len(rows), "return": shown}}

    def _returns_get_return_detail(self, query, body):
        if query["return_sn"] not in self.returns:
            return self.error("error_not_found", "The return is not found.")
        return {"response": self.returns[query["return_sn"]]}

    def _returns_confirm(self, query, body):
        self.returns[body["return_sn"]]["status"] = "ACCEPTED"
        self.booked.append(("refund", body))
        return {"response": {"return_sn": body["return_sn"]}}
