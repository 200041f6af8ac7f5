"""Signatures, tokens and the page on which the seller grants access."""

import hashlib
import hmac
import json

from ...http import Answer, ApiError
from ..oauth import consent

APP_KEY = "134217"
APP_SECRET = "lzdsA5b4C6d7E8f9A1b2C3d4E5f6A7b8"
ACCESS_LIFE, REFRESH_LIFE = 7 * 86_400, 30 * 86_400
#: Number of the seller in the first country.
FIRST_SELLER = 1_000_101
_TIMESTAMP_LIFE = 7_200


def seller_ids(site):
    """Return ``{outlet: seller id}``."""
    return {region: FIRST_SELLER + 1_000 * position for position, region in enumerate(site.regions)}


def params(call):
    """Return all parameters of a call: of its address and of its form."""
    return {**call.request.args.to_dict(), **call.request.form.to_dict()}


def json_param(call, name):
    """Return a parameter that holds JSON.

    :raise ApiError: it is missing or no JSON
    """
    try:
        return json.loads(params(call)[name])
    except (KeyError, ValueError):
        raise ApiError(400, "MissingParameter", f"The parameter {name} is missing or no JSON") from None


def check_signature(call):
    """Refuse a call whose signature or time is wrong; returns its parameters.

    :raise ApiError: what is wrong
    """
    given = params(call)
    signature, timestamp = given.pop("sign", ""), given.get("timestamp", "")
    if given.get("app_key") != APP_KEY:
        raise ApiError(401, "InvalidAppKey", "The specified App Key is invalid")
    if not timestamp.isdigit() or abs(int(timestamp) / 1000 - call.world.clock.now().timestamp()) > _TIMESTAMP_LIFE:
        raise ApiError(401, "IllegalTimestamp", "The specified timestamp is invalid or expired")
    path = call.request.path.partition("/rest")[2]
    base = path + "".join(name + given[name] for name in sorted(given))
    wanted = hmac.new(APP_SECRET.encode(), base.encode(), hashlib.sha256).hexdigest().upper()
    if not hmac.compare_digest(wanted, signature):
        raise ApiError(401, "IncompleteSignature", "The request signature does not conform to platform standards")
    return given


def authorise(call):
    """Check signature and token of a seller's call; the address says in which country."""
    given = check_signature(call)
    call.claims = call.site.tokens.claims(given.get("access_token"))
    region = f"{call.site.name}-{call.path['country'].upper()}"
    if region not in call.site.regions:
        raise ApiError(401, "IllegalAccessToken", "The specified access token is invalid or expired")
    call.region = region


def authorize_page(call):
    """The page on which the seller lets the app in."""
    state = call.text("state", "")

    def approved():
        return {"code": call.site.tokens.code(call.site.regions[0], call.text("redirect_uri")), "state": state}

    declined = {"error": "access_denied", "state": state}
    return consent(call, call.text("redirect_uri"), approved, declined, "Lazada", "Let this app manage your shops?")


def create_token(call):
    """First tokens, for the code."""
    claims = call.site.tokens.redeem_code(check_signature(call).get("code"))
    if claims is None:
        raise ApiError(400, "InvalidCode", "Invalid authorization code")
    return {**_tokens(call), "country_user_info": _sellers(call)}


def refresh_token(call):
    """New tokens; a refresh token may be presented again until it ends."""
    if call.site.tokens.redeem(check_signature(call).get("refresh_token"), single_use=False) is None:
        raise ApiError(401, "IllegalRefreshToken", "The specified refresh token is invalid or expired")
    return {**_tokens(call), "country_user_info_list": _sellers(call)}


def _tokens(call):
    subject = call.site.regions[0]
    access, seconds = call.site.tokens.access(subject, ACCESS_LIFE)
    return {"access_token": access, "refresh_token": call.site.tokens.refresh(subject), "expires_in": seconds,
            "refresh_expires_in": REFRESH_LIFE, "account_platform": "seller_center", "country": "sg",
            "account": "training@crossborder.example", "account_id": None}


def _sellers(call):
    return [{"country": region.partition("-")[2].lower(), "seller_id": str(number), "user_id": str(number + 7),
             "short_code": f"X{number}"} for region, number in seller_ids(call.site).items()]


def error_answer(error, request_id):
    """Return an error the platform's way: in the body with HTTP 200, unless the service is down."""
    kind = "ISP" if error.status in (429, 500, 503) else "ISV"
    body = {"code": error.code, "type": kind, "message": error.message, "request_id": request_id}
    if error.details:
        body["detail"] = error.details
    return Answer(error.status if error.status >= 500 else 200, body)
