"""The shops of the simulated platform and the apps that are installed in them."""

import hashlib
import hmac
from dataclasses import dataclass

from ...http import ApiError
from ..oauth import consent

EXPIRING, OWN = 3600, 86_399


@dataclass(frozen=True)
class Shop:
    """One shop.

    :param region: its outlet
    :param market: code of the market that its prices are of
    :param plan: points per second that its plan grants
    """

    region: str
    title: str
    domain: str
    country: str
    currency: str
    market: str
    plan: int = 1000

    @property
    def client_id(self):
        """Of the app installed here."""
        return hashlib.sha256(f"client:{self.domain}".encode()).hexdigest()[:32]

    @property
    def secret(self):
        """The app's secret: it signs webhooks and callbacks."""
        return "shpss_" + hashlib.sha256(f"secret:{self.domain}".encode()).hexdigest()[:32]


SHOPS = {
    shop.region: shop
    for shop in (
        Shop("shopify-EU", "Nordlicht Living", "nordlicht-training.myshopify.com", "DE", "EUR", "shopify-DE"),
        Shop("shopify-US", "Northern Light", "northern-light-training.myshopify.com", "US", "USD", "shopify-US"),
    )
}


def shop_of(client_id):
    """The shop in which an app is installed.

    :raise ApiError: 400 if there is no such app
    """
    for shop in SHOPS.values():
        if shop.client_id == client_id:
            return shop
    raise ApiError(400, "application_cannot_be_found", "The application cannot be found.")


def authorize(call):
    """The page on which the merchant installs the app."""
    args = call.request.args
    shop = shop_of(args.get("client_id", ""))

    def approved():
        code = call.site.tokens.code(shop.region, args["redirect_uri"])
        timestamp = str(int(call.world.clock.now().timestamp()))
        return signed({"code": code, "shop": shop.domain, "state": args.get("state", ""), "timestamp": timestamp}, shop)

    title = f"Install app in {shop.title}"
    return consent(call, args.get("redirect_uri"), approved, {"error": "access_denied"}, title)


def signed(params, shop):
    """Callback parameters with Shopify's ``hmac``."""
    params = {key: value for key, value in params.items() if value}
    message = "&".join(f"{key}={value}" for key, value in sorted(params.items()))
    return {**params, "hmac": hmac.new(shop.secret.encode(), message.encode(), hashlib.sha256).hexdigest()}


def token(call):
    """Tokens for a code, a refresh token (which serves once), or the app's own credentials."""
    form, tokens = call.request.form, call.site.tokens
    shop = shop_of(form.get("client_id", ""))
    if not hmac.compare_digest(form.get("client_secret", ""), shop.secret):
        raise ApiError(401, "invalid_client", "The client secret is wrong.")
    if form.get("grant_type") == "client_credentials":
        access, seconds = tokens.access(shop.region, OWN)
        return {"access_token": access, "scope": "read_orders", "expires_in": seconds}
    if form.get("grant_type") == "refresh_token":
        claims = tokens.redeem(form.get("refresh_token"))
    else:
        claims = tokens.redeem_code(form.get("code"))
    if claims is None or claims["subject"] != shop.region:
        raise ApiError(400, "invalid_request", "The authorization code or refresh token was not found or was used.")
    access, seconds = tokens.access(shop.region, EXPIRING)
    return {
        "access_token": access,
        "scope": "read_orders",
        "expires_in": seconds,
        "refresh_token": tokens.refresh(shop.region),
        "refresh_token_expires_in": 90 * 86_400,
    }


def credentials(site):
    """What a seller's software needs to connect: the first shop by consent, the second by its own app."""
    return {
        "shops": {
            region: {
                "domain": shop.domain,
                "client_id": shop.client_id,
                "client_secret": shop.secret,
                "title": shop.title,
                "own_app": region == "shopify-US",
                "location": "70001",
            }
            for region, shop in SHOPS.items()
        }
    }
