"""Amazon's advertising interface: Login with Amazon, profiles, reports."""

import hmac

from ....channels.site import ChannelSite
from ....http import Answer, ApiError, Operation
from ....spapi import accounts
from ....world.marketplaces import in_region
from ...depot import Refusal
from . import reports

CLIENT_ID = "amzn1.application-oa2-client.training-ads"
CLIENT_SECRET = "amzn1.oa2-cs.v1.training-ads"
TOKEN_LIFE = 3600


def refresh_token(region):
    """The fixed refresh token of a region's advertiser."""
    return f"Atzr|training-ads-{region}"


def profile_id(market):
    """Number of the advertiser of a country."""
    return 3_000_000_000_000 + int.from_bytes(market.code.encode(), "big")


def token(call):
    """An access token for a refresh token."""
    form = call.request.form
    given = form.get("client_secret", "")
    if form.get("client_id") != CLIENT_ID or not hmac.compare_digest(given.encode(), CLIENT_SECRET.encode()):
        raise ApiError(401, "invalid_client", "Client authentication failed")
    for region in call.world.regions:
        if form.get("refresh_token") == refresh_token(region):
            access, seconds = call.site.tokens.access(region, TOKEN_LIFE)
            return {"access_token": f"Atza|{access}", "token_type": "bearer", "expires_in": int(seconds)}
    raise ApiError(400, "invalid_grant", "The request has an invalid grant parameter : refresh_token")


def profiles(call):
    """Who may be read: the seller in each country."""
    seller = accounts.SELLERS[call.region]
    return [
        {"profileId": profile_id(market), "countryCode": {"GB": "UK"}.get(market.code, market.code),
         "currencyCode": market.currency, "timezone": "UTC", "dailyBudget": 999999999.0,
         "accountInfo": {"marketplaceStringId": accounts.marketplace_id(market.code), "id": seller["id"],
                         "type": "seller", "name": seller["store"], "validPaymentMethod": True}}
        for market in in_region(call.region)
    ]


class AdsSite(ChannelSite):
    """The protocol: bearer tokens, the client's number and the advertiser's in headers."""

    operations = (
        Operation("token", "POST", "/auth/o2/token", token, 0, 0, "open"),
        Operation("profiles.list", "GET", "/v2/profiles", profiles, 5, 10),
        Operation("reports.create", "POST", "/reporting/reports", reports.create, 1, 30),
        Operation("reports.get", "GET", "/reporting/reports/{report}", reports.get, 5, 30),
        Operation("files.get", "GET", "/files/{path:sealed}", reports.download, 0, 0, "open"),
    )
    processors = {reports.KIND: reports.process}

    def authorise(self, call):
        """A token of the region, and the number of the app."""
        headers = call.request.headers
        kind, _blank, text = headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or headers.get("Amazon-Advertising-API-ClientId") != CLIENT_ID:
            raise self.denied()
        call.claims = self.tokens.claims(text.partition("|")[2])
        call.region = call.claims["subject"]
        call.profile = headers.get("Amazon-Advertising-API-Scope", "")

    def market(self, call):
        """Code of the country of the advertiser that the call is about.

        :raise ApiError: 401 if the access does not reach it, as Amazon has it
        """
        for market in in_region(call.region):
            if str(profile_id(market)) == call.profile:
                return market.code
        raise ApiError(401, "401", "Not authorized to access scope")

    def render_error(self, call, error):
        """``code`` and ``detail``; of tokens as OAuth has it; of files as object stores have it."""
        if call.operation is not None and call.operation.name == "token":
            return Answer(error.status, {"error": error.code, "error_description": str(error)})
        headers = {"Retry-After": "1"} if error.status == 429 else {}
        return Answer(error.status, {"code": str(error.status), "detail": str(error)}, headers)

    def denied(self):
        return ApiError(401, "401", "Not authenticated")

    def expired(self):
        return ApiError(401, "401", "The access token has expired")

    def play(self, event, body):
        """Nobody works here."""
        raise Refusal("not found", f"nobody can {event} here")


def credentials(site):
    """What an advertiser's software needs, by region."""
    return {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
            "regions": {region: {"refresh_token": refresh_token(region)} for region in site.world.regions}}
