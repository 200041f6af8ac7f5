"""Lazada in memory: checks signatures, tokens and, where the documents are there, every request and answer."""

import base64
import hashlib
import hmac
import json
import re
from datetime import datetime, timezone
from email.utils import formatdate
from urllib.parse import parse_qsl, urlsplit

import requests

from addons.marketplace.transport import MemoryTokenStore, Tokens
from addons.marketplace_lazada.connector import Credentials, LazadaConnector
from addons.marketplace_lazada.connector.fields import parse_time
from tests.plain.fake_http import FakeServer, FakeTime, answer, session_of
from tests.plain.lazada.documents import check_answer, check_request
from tests.plain.lazada.samples import NOW, SECOND_SHOP, SHOP

KEY, SECRET = "123456", "app-secret-5a4f3c"
CREDENTIALS = Credentials(KEY, SECRET)
SELLERS = [{"country": "sg", "seller_id": SHOP, "user_id": "1", "short_code": "SG1"}]
REASONS = [
    {"reason_name": "Sourcing Delay", "reason_id": "10000019"},
    {"reason_name": "Out of Stock", "reason_id": "10000021"},
    {"reason_name": "Wrong Price or Pricing Error", "reason_id": "10000023"},
]


class Lazada(FakeServer):
    """The platform. ``fail(path, params)`` may return an answer or exception instead of the real one.

    :param money: ``statements`` and ``transactions`` as received
    """

    def __init__(self, time=None, orders=(), returns=(), products=(), page_size=50, skew=0, **money):
        super().__init__(handler=self._handle)
        self.time = time or FakeTime(float(NOW))
        self.orders = {str(row["order_id"]): dict(row) for row, _items in orders}
        self.items = {str(row["order_id"]): [dict(part) for part in items] for row, items in orders}
        self.returns, self.products = [json.loads(json.dumps(row)) for row in returns], list(products)
        self.statements, self.transactions = (money.get(name, []) for name in ("statements", "transactions"))
        self.page_size, self.skew = page_size, skew
        self.access, self.refresh = "access-token-0", "refresh-token-0"
        self.sellers = SELLERS
        self.presented, self.booked, self.calls = [], [], []
        self.fail = lambda path, params: None
        self.lose_next_write = False
        self.provider = {"platform_default": 1, "shipment_providers": [], "shipping_allocate_type": "TFS"}
        self.refused_sku = "REFUSED"

    def connect(self, tokens="", **options):
        """A connector with the tokens of the seller; ``tokens=None``: not connected."""
        details = {"sellers": [[SHOP, "sg"], [SECOND_SHOP, "my"]][: len(self.sellers)]}
        kept = Tokens(self.access, NOW + 604_800, self.refresh, NOW + 2_592_000, details)
        options = {
            "credentials": CREDENTIALS,
            "token_store": MemoryTokenStore(kept if tokens is not None else None),
        } | options
        return LazadaConnector(
            session=session_of(self), clock=self.time.clock, sleep=self.time.sleep, jitter=lambda: 0.0, **options
        )

    def count(self, what):
        """How often something was carried out."""
        return len([done for done in self.booked if done[0] == what])

    def _handle(self, request):
        url = urlsplit(request.url)
        params = dict(parse_qsl(url.query, True))
        if request.body:
            params |= dict(parse_qsl(request.body if isinstance(request.body, str) else request.body.decode(), True))
        path = url.path.partition("/rest")[2]
        check_request(request.method, path, params)
        self.calls.append((url.netloc, path, params))
        refusal = self._refusal(path, params) or self.fail(path, params)
        if refusal is not None:
            return refusal
        done = len(self.booked)
        result = getattr(self, "_" + path.strip("/").replace("/", "_"))(params)
        if isinstance(result, tuple):
            return result
        check_answer(path, result)
        if self.lose_next_write and len(self.booked) > done:
            self.lose_next_write = False
            return requests.ReadTimeout()
        return self.reply(result)

    def reply(self, body, status=200, **headers):
        """An answer with the platform's time."""
        stamp = formatdate(self.time.now - self.skew, usegmt=True)
        return answer({"code": "0", "request_id": "r1"} | body, status, Date=stamp, **headers)

    def error(self, code, message="", kind="ISV", **fields):
        """An answer that states an error."""
        return self.reply({"code": code, "type": kind, "message": message} | fields)

    def _refusal(self, path, params):
        given = {name: text for name, text in params.items() if name != "sign"}
        base = path + "".join(name + given[name] for name in sorted(given))
        if params["sign"] != hmac.new(SECRET.encode(), base.encode(), hashlib.sha256).hexdigest().upper():
            return self.error("IncompleteSignature", "The request signature does not conform to lazop standards")
        if abs(int(params["timestamp"]) / 1000 - (self.time.now - self.skew)) > 7200:
            return self.error("IllegalTimestamp", "The timestamp is invalid")
        if not path.startswith("/auth/") and params["access_token"] != self.access:
            return self.error("IllegalAccessToken", "The specified access token is invalid or expired")
        return None

    # === TOKENS === #

    def _auth_token_create(self, params):
        if params["code"] != "code-1":
            return self.error("InvalidCode", "Invalid authorization code")
        return self._tokens() | {"country_user_info": self.sellers}

    def _auth_token_refresh(self, params):
        self.presented.append(params["refresh_token"])
        if params["refresh_token"] != self.refresh:
            return self.error("IllegalRefreshToken", "The specified refresh token is invalid or expired")
        number = len(self.presented)
        self.access, self.refresh = f"access-token-{number}", f"refresh-token-{number}"
        return self._tokens() | {"country_user_info_list": self.sellers}

    def _tokens(self):
        return {
            "access_token": self.access,
            "refresh_token": self.refresh,
            "expires_in": 604_800,
            "refresh_expires_in": 2_592_000,
            "account": "a@b.example",
            "account_platform": "seller_center",
            "country": "sg",
        }

    def _seller_get(self, params):
        return {"data": {"name": "Tom's Things", "seller_id": int(SHOP), "status": "ACTIVE"}}

    # === ORDERS === #

    def _orders_get(self, params):
        assert (params["sort_by"], params["sort_direction"]) == ("updated_at", "ASC")
        start, stop = parse_time(params["update_after"], ""), parse_time(params["update_before"], "")
        rows = sorted(self.orders.values(), key=lambda row: (row["updated_at"], row["order_id"]))
        rows = [row for row in rows if start <= parse_time(row["updated_at"], "") <= stop]
        offset = int(params["offset"])
        page = rows[offset : offset + min(self.page_size, int(params["limit"]))]
        return {"data": {"count": len(page), "countTotal": len(rows), "orders": page}}

    def _order_get(self, params):
        if params["order_id"] not in self.orders:
            return self.error("16", 'E016: "1" Invalid Order ID')
        only_listed = ("voucher_platform", "voucher_seller")
        return {
            "data": {key: value for key, value in self.orders[params["order_id"]].items() if key not in only_listed}
        }

    def _orders_items_get(self, params):
        wanted = [str(number) for number in json.loads(params["order_ids"])]
        assert len(wanted) <= 50
        found = [name for name in wanted if name in self.items]
        return {
            "data": [
                {"order_id": int(name), "order_number": int(name), "order_items": self.items[name]} for name in found
            ]
        }

    def _find(self, number):
        return next(row for rows in self.items.values() for row in rows if str(row["order_item_id"]) == str(number))

    def _order_reverse_cancel_validate(self, params):
        wanted = [self._find(number) for number in json.loads(params["order_item_id_list"])]
        if any(row["status"] not in ("pending", "packed", "ready_to_ship") for row in wanted):
            return {"data": {"tip_content": "It can not be cancelled.", "tip_type": "error"}}
        return {"data": {"tip_content": "", "tip_type": "warning", "reason_options": REASONS}}

    def _order_reverse_cancel_create(self, params):
        for number in json.loads(params["order_item_id_list"]):
            self._find(number)["status"] = "canceled"
        self.booked.append(("cancel", params))
        return {"data": {"tip_content": "The order has been cancelled.", "tip_type": "success"}}

    def _order_reverse_cancel_seller_decide(self, params):
        for rows in self.items.values():
            for row in rows:
                if str(row.get("reverse_order_id")) == params["reverse_order_id"]:
                    row["need_cancel_confirm"] = False
                    row["status"] = "canceled" if params["agree_cancel"] == "true" else row["status"]
        self.booked.append(("cancel", params))
        return {"data": None}

    # === FULFILMENT === #

    def _order_shipment_providers_get(self, params):
        return {"result": {"data": self.provider, "success": True}}

    def _order_fulfill_pack(self, params):
        packed = []
        for entry in json.loads(params["packReq"])["pack_order_list"]:
            rows = []
            for number in entry["order_item_list"]:
                row = self._find(number)
                bad = row["status"] != "pending"
                if not bad:
                    first = entry["order_item_list"][0]
                    row |= {"status": "packed", "package_id": f"FP{first}", "tracking_code": f"LZ{first}"}
                rows.append(
                    {
                        "order_item_id": number,
                        "item_err_code": "700026" if bad else "0",
                        "msg": "item current status not allow to pack" if bad else "",
                        "package_id": row["package_id"],
                        "tracking_number": row["tracking_code"],
                        "shipment_provider": "LEX SG",
                        "retry": False,
                    }
                )
            packed.append({"order_id": entry["order_id"], "order_item_list": rows})
        self.booked.append(("pack", json.loads(params["packReq"])))
        return {"result": {"success": True, "data": {"pack_order_list": packed}}}

    def _order_package_rts(self, params):
        results = []
        for package in json.loads(params["readyToShipReq"])["packages"]:
            inside = [row for rows in self.items.values() for row in rows if row["package_id"] == package["package_id"]]
            for row in inside:
                row["status"] = "ready_to_ship"
            results.append(
                package | {"item_err_code": "0" if inside else "600001", "msg": "" if inside else "not found"}
            )
        self.booked.append(("rts", params))
        return {"result": {"success": True, "data": {"packages": results}}}

    def _order_package_document_get(self, params):
        package_id = json.loads(params["getDocumentReq"])["packages"][0]["package_id"]
        if not any(row["package_id"] == package_id for rows in self.items.values() for row in rows):
            return {"result": {"success": False, "error_code": "600001", "error_msg": "package not found"}}
        file = base64.b64encode(b"%PDF-1.4 waybill").decode()
        return {"result": {"success": True, "data": {"file": file, "doc_type": "PDF"}}}

    # === PRODUCTS === #

    def _products_get(self, params):
        offset = int(params["offset"])
        page = self.products[offset : offset + int(params["limit"])]
        return {"data": {"total_products": len(self.products), "products": page}}

    def _product_stock_sellable_update(self, params):
        skus = re.findall(r"<SellerSku>(.*?)</SellerSku>.*?<SellableQuantity>(\d+)<", params["payload"])
        assert 0 < len(skus) <= 50
        if self.refused_sku in dict(skus):
            detail = [{"seller_sku": self.refused_sku, "message": "in a campaign"}]
            return self.error("501", "E501: Update product failed", detail=detail)
        self.booked += [("stock", entry) for entry in skus]
        return {"data": {}}

    # === RETURNS === #

    def _reverse_getreverseordersforseller(self, params):
        rows = self.returns
        if "reverse_order_id" in params:
            rows = [row for row in rows if str(row["reverse_order_id"]) == params["reverse_order_id"]]
        else:
            start = int(params["ReverseOrderLineModifiedTimeRangeStart"])
            stop = int(params["ReverseOrderLineModifiedTimeRangeEnd"])
            changed = [row["reverse_order_lines"][0]["return_order_line_gmt_modified"] * 1000 for row in rows]
            rows = [row for row, moment in zip(rows, changed, strict=True) if start <= moment <= stop]
        size, page = min(self.page_size, int(params["page_size"])), int(params["page_no"])
        shown = rows[(page - 1) * size : page * size]
        return {
            "result": {"success": True, "page_no": page, "page_size": size, "total": len(rows), "items": shown},
        }

    def _settle(self, params):
        (row,) = [row for row in self.returns if str(row["reverse_order_id"]) == params["reverse_order_id"]]
        row["reverse_order_lines"][0]["reverse_status"] = "REFUND_SUCCESS"
        self.booked.append(("refund", params))
        return {"data": {}}

    _order_reverse_return_update = _order_reverse_onlyrefund_seller_decide = _settle

    # === MONEY === #

    def _finance_payout_status_get(self, params):
        return {"data": [row for row in self.statements if row["created_at"] > params["created_after"]]}

    def _finance_transaction_details_get(self, params):
        assert params["trans_type"] == "-1"
        first, last, offset = params["start_time"], params["end_time"], int(params["offset"])
        found = [row for row in self.transactions if first <= iso_day(row["transaction_date"]) <= last]
        return {"data": found[offset : offset + int(params["limit"])]}


def iso_day(text):
    """A day as ``2026-05-17``."""
    return datetime.strptime(text, "%d %b %Y").replace(tzinfo=timezone.utc).date().isoformat()
