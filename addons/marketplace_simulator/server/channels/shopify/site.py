"""The Admin GraphQL API and its authorisation pages."""

from ...clock import to_text
from ...http import Answer, ApiError, Call, Operation
from ..site import ChannelSite
from ..spoil import Spoilable
from . import engine, shops, webhooks
from .mutations import Mutations, write_bulk
from .points import Points
from .queries import Queries

VERSION = "2026-10"


def graphql(call):
    """Run one operation within the shop's points."""
    request = call.claims["request"]
    result = engine.run(request.document, roots(call), request.variables, request.operation)
    if result.errors:
        raise ApiError(200, "BAD_REQUEST", result.errors[0].message, result.errors)
    return Answer(200, {"data": result.data, "extensions": {"cost": call.site.settle(call, result.data)}})


def bulk_result(call):
    """The file of a bulk operation; the address is the permission."""
    key = call.site.signer.open("shopify.bulk", call.path["token"])
    content = key and call.store.content("shopify.bulk", key)
    if content is None:
        raise ApiError(403, "AccessDenied", "Access denied.")
    return Answer(200, content, content_type="application/jsonl")


def roots(call):
    """Resolvers of the query's and the mutation's fields."""
    queries = Queries(call, shops.SHOPS[call.region])
    return {**queries.root(), **Mutations(queries).root()}


def shop_call(site, region, query):
    """Run a query inside the platform: no points, no limits. ``(data, errors)``."""
    call = Call(None, site, site.bulk_operation, {}, region, name="bulkOperation")
    document, errors = engine.read(query)
    if errors:
        return None, errors
    result = engine.run(document, roots(call), {}, None)
    return result.data, result.errors


class Request:
    """A read and priced GraphQL request.

    :param body: of the HTTP request
    """

    def __init__(self, body):
        self.text, self.variables = body.get("query") or "", body.get("variables") or {}
        self.document, self.errors = engine.read(self.text)
        self.operation = body.get("operationName") or None
        self.cost = 0
        if not self.errors:
            self.cost = engine.Cost(engine.schema(), self.document, self.variables, self.operation).requested()


class ShopifySite(ChannelSite):
    """Shopify."""

    operations = (
        Operation("graphql", "POST", f"/admin/api/{VERSION}/graphql.json", graphql, 0, 0),
        Operation("authorize", "GET", "/admin/oauth/authorize", shops.authorize, 0, 0, "open"),
        Operation("token", "POST", "/admin/oauth/access_token", shops.token, 0, 0, "open"),
        Operation("bulkResult", "GET", "/bulk/{token}", bulk_result, 0, 0, "open"),
    )
    bulk_operation = operations[0]
    processors = {"shopify.bulk": write_bulk}
    spoilable = Spoilable(
        orders=lambda body: ((body.get("data") or {}).get("orders") or {}).get("nodes") or [],
        required=("id", "updatedAt", "lineItems", "totalPriceSet"),
        lines=("lineItems", "nodes"),
        currency=("currencyCode",),
        country=("countryCodeV2",),
    )

    def __init__(self, channel, simulator):
        super().__init__(channel, simulator)
        self.points = Points(self.world.clock)

    def call_name(self, call):
        """GraphQL operations are known by their own names."""
        if call.operation.name != "graphql":
            return call.operation.name
        body = call.request.get_json(silent=True)
        name = body.get("operationName") if isinstance(body, dict) else None
        return name if isinstance(name, str) and name.isidentifier() else "graphql"

    def authorise(self, call):
        """The access token says which shop it is."""
        claims = self.tokens.claims(call.request.headers.get("X-Shopify-Access-Token", ""))
        call.region = claims["subject"]
        request = Request(call.body())
        if request.errors:
            raise ApiError(200, "undefinedField", request.errors[0].message, request.errors)
        call.claims = {**claims, "request": request}

    def limit(self, call):
        """The bucket must hold the requested cost."""
        if call.operation.name != "graphql":
            return
        request, shop = call.claims["request"], shops.SHOPS[call.region]
        if request.cost > engine.MOST:
            message = f"Query cost is {request.cost}, which exceeds the single query max cost limit ({engine.MOST})."
            raise ApiError(200, "MAX_COST_EXCEEDED", message)
        enough, call.claims["left"] = self.points.take(shop, request.cost)
        if not enough:
            raise self.too_fast(call)

    def settle(self, call, data):
        """Give back what was not needed; ``extensions.cost``."""
        request, shop = call.claims["request"], shops.SHOPS[call.region]
        actual = min(request.cost, max(0, engine.spent(data) - 1))
        left = self.points.give_back(shop, request.cost - actual)
        return _cost(request.cost, actual, self.points.status(shop, left))

    def throttled(self, call):
        """Throttled calls have HTTP 200."""
        return ApiError(200, "THROTTLED", "Throttled")

    def denied(self):
        """A wrong token."""
        return ApiError(401, "", "[API] Invalid API key or access token (unrecognized login or wrong password)")

    expired = denied

    def render_error(self, call, error):
        """GraphQL errors in a list, refusals of the gateway as text, OAuth errors by their names."""
        name = call.operation.name if call.operation else ""
        if name in ("token", "authorize"):
            return Answer(error.status, {"error": error.code, "error_description": error.message})
        if name != "graphql" or error.status in (401, 403, 404):
            return Answer(error.status, {"errors": error.message})
        body = {"errors": [{"message": error.message, "extensions": {"code": error.code}}]}
        request = call.claims.get("request")
        if error.code == "THROTTLED" and request:
            shop = shops.SHOPS[call.region]
            left = self.points.give_back(shop, 0)
            status = self.points.status(shop, left)
            body["extensions"] = {"cost": _cost(request.cost, None, status)}
        return Answer(error.status, body)

    def failed(self):
        """An outage."""
        return ApiError(500, "INTERNAL_SERVER_ERROR", "Internal error. Looks like something went wrong on our end.")

    def webhook_messages(self, order, happened):
        """Posts about a change of an order."""
        return webhooks.messages(order, happened)

    def webhook_headers(self, registration, topic, raw, delivery_id):
        """Signed with the secret of the shop's app."""
        now = to_text(self.world.clock.now())
        return webhooks.headers(shops.SHOPS[registration["region"]], topic, raw, delivery_id, now)


def _cost(requested, actual, status):
    return {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": status}
