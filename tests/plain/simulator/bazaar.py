"""A made-up sales channel that proves what the simulator offers to channels: JSON, bearer tokens, signed webhooks."""

import hashlib
import hmac

from addons.marketplace_simulator.server.channels import Channel
from addons.marketplace_simulator.server.channels.oauth import consent
from addons.marketplace_simulator.server.channels.site import ChannelSite
from addons.marketplace_simulator.server.channels.spoil import Spoilable
from addons.marketplace_simulator.server.clock import to_text
from addons.marketplace_simulator.server.http import Answer, ApiError, Operation
from addons.marketplace_simulator.server.world import money, parcels, seller
from addons.marketplace_simulator.server.world.marketplaces import Marketplace

SECRET = "bazaar-secret"
MARKETS = (Marketplace("bazaar-SG", "bazaar-SG", "SGD", 60, {"SG": 100}, "SG", "bazaar"),
           Marketplace("bazaar-ID", "bazaar-ID", "IDR", 30, {"ID": 100}, "ID", "bazaar"),
           Marketplace("bazaar-KW", "bazaar-KW", "KWD", 10, {"KW": 100}, "KW", "bazaar"))
KINDS = {"multi_line": 0.3, "several_units": 0.2, "discount": 0.3, "shipping": 0.6, "odd_total": 0.1, "cod": 0.2,
         "platform_voucher": 0.4, "shipping_subsidy": 0.4, "masked": 1.0, "split_parcels": 0.2}


def authorize(call):
    """The page on which a seller lets the software in."""
    args = call.request.args

    def approved():
        code = call.site.tokens.code(args["shop"], args["redirect_uri"], args.get("code_challenge", ""))
        return {"code": code, "state": args.get("state", "")}

    return consent(call, args.get("redirect_uri"), approved, {"error": "access_denied", "state": args.get("state", "")})


def token(call):
    """Tokens for a code, or for a refresh token, which serves once."""
    form, tokens = call.request.form, call.site.tokens
    if "code" in form:
        claims = tokens.redeem_code(form["code"], form.get("redirect_uri"), form.get("code_verifier", ""))
    else:
        claims = tokens.redeem(form.get("refresh_token"))
    if claims is None:
        raise ApiError(400, "invalid_grant", "The code or refresh token is not valid.")
    access, seconds = tokens.access(claims["subject"], 4 * 3600)
    return {"access_token": access, "expires_in": seconds, "refresh_token": tokens.refresh(claims["subject"])}


def list_orders(call):
    """One page of orders by update time."""
    orders, following = call.site.search(call, "updated", call.text("since", ""), call.text("until", "9"),
                                         {"status": call.texts("status")}, call.number("size", 20, 1, 50),
                                         call.text("token"))
    return {"orders": [_view(order) for order in orders], "next": following}


def orders_by_number(call):
    """One page of orders by offset."""
    offset = call.number("offset", 0, 0, 10**6)
    orders, total = call.site.search_offset(call, "created", offset, 10)
    return {"orders": [_view(order) for order in orders], "total": total}


def ship(call):
    """Confirm a package of everything."""
    order, body = _order(call), call.body()
    items = [{"line": line["id"], "quantity": line["quantity"] - line["shipped"]} for line in order["lines"]]
    fresh = seller.confirm_shipment(call.world, order, {
        "reference": body["reference"], "carrier": body["carrier"], "service": "", "tracking": body["tracking"],
        "shipped_at": to_text(call.world.clock.now()), "items": body.get("items") or items})
    return {"repeated": not fresh}


def arrange(call):
    """Book the carrier of every parcel."""
    order = _order(call)
    made = [seller.arrange_parcel(call.world, order, parcel["id"]) for parcel in order["parcels"]]
    return {"parcels": [{"id": parcel["id"], "tracking": parcel["tracking"]} for parcel in made]}


def waybill(call):
    """The label of a parcel."""
    order = _order(call)
    return Answer(200, parcels.waybill(order, parcels.find(order, call.path["parcel"])), content_type="application/pdf")


def set_stock(call):
    """Set quantities, each with its own outcome."""
    return {"results": [{"sku": sku, "error": seller.set_quantity(call.world, call.region, sku, quantity)}
                        for sku, quantity in call.body()["levels"].items()]}


def returns(call):
    """Returns by update time."""
    return {"returns": [{**entry, "order": order["id"]} for order, entry in call.site.find_returns(call)]}


def answer_return(call):
    """Approve, reject, receive or refund a return."""
    found = call.site.find_return(call, call.path["return"])
    if found is None:
        raise ApiError(404, "NotFound", "No such return.")
    return seller.answer_return(call.world, found[0], call.path["return"], call.path["answer"])


def _order(call):
    order = call.site.find_order(call, call.path["order"])
    if order is None:
        raise ApiError(404, "NotFound", "No such order.")
    return order


def _view(order):
    return {"id": order["id"], "updated": order["updated"], "status": order["status"], "currency": order["currency"],
            "country": order["address"]["country"], "total": str(money.order_total(order)),
            "subsidy": str(money.order_subsidy(order)), "payment": order["payment"]["method"],
            "items": [{"id": line["id"], "sku": line["sku"], "quantity": line["quantity"]} for line in order["lines"]]}


class BazaarSite(ChannelSite):
    """The made-up protocol."""

    operations = (
        Operation("authorize", "GET", "/authorize", authorize, 0, 0, "open"),
        Operation("token", "POST", "/token", token, 0, 0, "open"),
        Operation("listOrders", "GET", "/orders", list_orders, 1, 5),
        Operation("ordersByNumber", "GET", "/orders-by-number", orders_by_number, 0, 0),
        Operation("ship", "POST", "/orders/{order}/ship", ship, 0, 0),
        Operation("arrange", "POST", "/orders/{order}/arrange", arrange, 0, 0),
        Operation("waybill", "GET", "/orders/{order}/waybill/{parcel}", waybill, 0, 0),
        Operation("setStock", "POST", "/stock", set_stock, 0, 0),
        Operation("returns", "GET", "/returns", returns, 0, 0),
        Operation("answerReturn", "POST", "/returns/{return}/{answer}", answer_return, 0, 0),
    )
    spoilable = Spoilable(lambda body: body.get("orders", []), ("id", "updated", "items"), ("items",))

    def authorise(self, call):
        """A bearer token of an outlet."""
        call.claims = self.tokens.claims(call.request.headers.get("Authorization", "").removeprefix("Bearer "))
        call.region = call.claims["subject"]

    def render_error(self, call, error):
        """Errors in its own words."""
        return Answer(error.status, {"ok": False, "code": error.code, "message": error.message})

    def webhook_messages(self, order, happened):
        """One message per change."""
        return [("order", {"id": order["id"], "happened": happened})]

    def webhook_headers(self, registration, topic, raw, delivery_id):
        """A signature of the raw body."""
        signature = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
        return {"X-Bazaar-Topic": topic, "X-Bazaar-Delivery": delivery_id, "X-Bazaar-Signature": signature}


def credentials(site):
    """A refresh token per shop."""
    return {"secret": SECRET, "shops": {region: {"refresh_token": site.tokens.refresh(region)}
                                        for region in site.regions}}


BAZAAR = Channel("bazaar", MARKETS, BazaarSite, credentials, weight=3, kinds=KINDS,
                 order_id=lambda number: f"BZ{880_000_000 + number}")
