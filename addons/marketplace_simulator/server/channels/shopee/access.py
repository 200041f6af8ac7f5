"""Signatures, tokens and the page on which the seller grants access."""

import hashlib
import hmac

from ...http import Answer, ApiError
from ..oauth import consent

PARTNER_ID = "2001887"
PARTNER_KEY = "shpk5a4b6c7d8e9f1a2b3c4d5e6f7a8b"
MAIN_ACCOUNT = "1000401"
#: Numbers of the shops by outlet, in the order of the outlets.
FIRST_SHOP = 600_001
ACCESS_LIFE = 4 * 3_600
_TIMESTAMP_LIFE = 300


def shop_ids(site):
    """Return ``{outlet: shop id}``."""
    return {region: FIRST_SHOP + position for position, region in enumerate(site.regions)}


def check_signature(call, access_token="", owner_id=""):
    """Refuse a call whose signature or time is wrong.

    :raise ApiError: 403
    """
    args = call.request.args
    path = call.request.path.removeprefix(f"/{call.site.name}")
    timestamp = args.get("timestamp", "")
    if args.get("partner_id") != PARTNER_ID:
        raise ApiError(403, "error_auth", "Invalid partner_id.")
    if not timestamp.isdigit() or abs(int(timestamp) - call.world.clock.now().timestamp()) > _TIMESTAMP_LIFE:
        raise ApiError(403, "error_param", "Timestamp is expired.")
    wanted = hmac.new(PARTNER_KEY.encode(), f"{PARTNER_ID}{path}{timestamp}{access_token}{owner_id}".encode(),
                      hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted, args.get("sign", "")):
        raise ApiError(403, "error_sign", "Wrong sign.")


def authorise(call):
    """Check signature and token of a call of a shop; sets the outlet."""
    access_token, shop_id = call.text("access_token", ""), call.text("shop_id", "")
    check_signature(call, access_token, shop_id)
    call.claims = call.site.tokens.claims(access_token)
    regions = {str(number): region for region, number in shop_ids(call.site).items()}
    if shop_id not in call.claims["shops"] or shop_id not in regions:
        raise ApiError(403, "error_auth", "Invalid partner_id or shopid.")
    call.region = regions[shop_id]


def auth_partner(call):
    """The page on which the seller lets the app in: for one shop, or for all of the main account."""
    check_signature(call)
    shop_id = call.text("shop_id")
    owner = {"shop_id": shop_id} if shop_id else {"main_account_id": MAIN_ACCOUNT}

    def approved():
        shops = [shop_id] if shop_id else [str(number) for number in shop_ids(call.site).values()]
        return {"code": call.site.tokens.code(call.site.regions[0], "", shops=shops), **owner}

    return consent(call, call.text("redirect"), approved, owner, "Shopee", "Let this app manage your shops?")


def get_token(call):
    """First tokens, for the code."""
    check_signature(call)
    body = call.body()
    claims = call.site.tokens.redeem_code(body.get("code"))
    if claims is None:
        raise ApiError(403, "invalid_code", "The code is expired or used or invalid, please check the code.")
    if "shop_id" in body and str(body["shop_id"]) not in claims["shops"]:
        raise ApiError(403, "invalid_shop_id", "The code or shop_id is wrong, please check the code or the shop_id.")
    lists = {"shop_id_list": [int(shop) for shop in claims["shops"]]} if "main_account_id" in body else {}
    return {**_tokens(call, call.site.regions[0], claims["shops"]), **lists}


def refresh_token(call):
    """New tokens of one shop; each shop may use a refresh token once."""
    check_signature(call)
    body = call.body()
    shop_id, text = str(body.get("shop_id")), body.get("refresh_token")
    claims = call.site.tokens.redeem(text, single_use=False)
    if claims is None or shop_id not in claims["shops"]:
        raise ApiError(403, "error_auth", "Invalid refresh_token.")
    digest = hashlib.sha256(text.encode()).hexdigest()[:24]
    if call.store.count(f"shopee_refresh:{digest}.{shop_id}") > 1:
        raise ApiError(403, "error_auth", "Invalid refresh_token.")
    region = next(region for region, number in shop_ids(call.site).items() if str(number) == shop_id)
    return {**_tokens(call, region, [shop_id]), "partner_id": int(PARTNER_ID), "shop_id": int(shop_id)}


def _tokens(call, subject, shops):
    access, seconds = call.site.tokens.access(subject, ACCESS_LIFE, shops=shops)
    refresh = call.site.tokens.refresh(subject, shops=shops)
    return {"access_token": access, "refresh_token": refresh, "expire_in": seconds}


def error_answer(error, request_id):
    """Return an error the platform's way: in the body, with HTTP 200 unless it is about access, limits or outages."""
    status = error.status if error.status in (403, 429) or error.status >= 500 else 200
    return Answer(status, {"error": error.code, "message": error.message, "request_id": request_id})
