"""The simulator's own interface under ``/_sim``: JSON, for callers on the same machine only."""

import ipaddress
import json

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from . import depot
from .clock import from_text
from .faults import InvalidFault
from .spapi import accounts, fba_play
from .world import books, money_bank, money_settle
from .world.events import EVENTS, REFUSALS
from .world.marketplaces import in_region
from .world.orders import ALL_KINDS

ORDER_OPTIONS = {"count", "channel", "fulfilled_by", "skus", "marketplace", "allow_oversell", "kinds"}


class BadRequest(ValueError):
    """A control request that makes no sense."""


class Control:
    """Answer control requests.

    :param simulator: the :class:`.app.Simulator`
    """

    def __init__(self, simulator):
        self._simulator = simulator
        self._map = Map([
            Rule("/_sim/health", methods=["GET"], endpoint=self.health),
            Rule("/_sim/credentials", methods=["GET"], endpoint=self.credentials),
            Rule("/_sim/catalogue", methods=["GET"], endpoint=self.catalogue),
            Rule("/_sim/books", methods=["GET"], endpoint=self.books),
            Rule("/_sim/money", methods=["GET"], endpoint=self.money),
            Rule("/_sim/bank", methods=["GET"], endpoint=self.bank),
            Rule("/_sim/settlements/close", methods=["POST"], endpoint=self.close_settlements),
            Rule("/_sim/orders", methods=["GET"], endpoint=self.list_orders),
            Rule("/_sim/orders", methods=["POST"], endpoint=self.create_orders),
            Rule("/_sim/orders/<order_id>/replace", methods=["POST"], endpoint=self.replace_order),
            Rule("/_sim/orders/<order_id>/<event>", methods=["POST"], endpoint=self.order_event),
            Rule("/_sim/advance", methods=["POST"], endpoint=self.advance),
            Rule("/_sim/faults", methods=["GET"], endpoint=self.list_faults),
            Rule("/_sim/faults", methods=["POST"], endpoint=self.arm_faults),
            Rule("/_sim/faults", methods=["DELETE"], endpoint=self.disarm_faults),
            Rule("/_sim/channels/<name>/revoke", methods=["POST"], endpoint=self.revoke),
            Rule("/_sim/fba/<event>", methods=["POST"], endpoint=self.fba_event),
            Rule("/_sim/depots/<name>/<event>", methods=["POST"], endpoint=self.depot_event),
            Rule("/_sim/reset", methods=["POST"], endpoint=self.reset),
        ])

    @property
    def _world(self):
        return self._simulator.world

    def respond(self, request):
        """Return the response to a request under ``/_sim``."""
        if not ipaddress.ip_address(request.remote_addr or "0.0.0.0").is_loopback:
            return _response(403, {"error": "the control interface answers callers on this machine only"})
        try:
            method, path = self._map.bind_to_environ(request.environ).match()
            return _response(200, method(_body(request), **path))
        except (NotFound, MethodNotAllowed) as error:
            return _response(error.code, {"error": error.name})
        except (BadRequest, InvalidFault) as error:
            return _response(400, {"error": str(error)})
        except REFUSALS as error:
            return _response(409, {"error": str(error)})
        except HTTPException as error:
            return _response(error.code, {"error": error.description})

    def health(self, _body):
        """State the server's settings."""
        return {"status": "ok", "seed": self._world.seed, "speed": self._world.clock.speed,
                "regions": list(self._world.regions), "url": self._simulator.url,
                "channels": list(dict.fromkeys(outlet.channel for outlet in self._world.outlets.values()))}

    def credentials(self, _body):
        """Give the training credentials: Amazon's at the top, the others' under ``channels``."""
        regions = {region: {
            "refresh_token": accounts.refresh_token(region), "seller_id": accounts.SELLERS[region]["id"],
            "marketplaces": {market.code: accounts.marketplace_id(market.code) for market in in_region(region)},
            "queue_arn": accounts.queue_arn(region)} for region in self._world.regions}
        return {"url": self._simulator.url, "token_url": f"{self._simulator.url}/auth/o2/token",
                "client_id": accounts.CLIENT_ID, "client_secret": accounts.CLIENT_SECRET, "regions": regions,
                "channels": {name: _credentials(site) for name, site in self._simulator.channels.items()}}

    def catalogue(self, _body):
        """Return the listings by outlet (Amazon's: by region), with starting and present quantity."""
        return {outlet: self._world.listings(outlet) for outlet in self._world.outlets}

    def books(self, _body):
        """Return the world's books."""
        return books.books(self._world)

    def money(self, _body):
        """Return the book of money's own counts per account."""
        return money_settle.summary(self._world)

    def bank(self, _body):
        """Return the statements of the seller's bank accounts by IBAN, as rows, CSV and CAMT.053."""
        return money_bank.statements(self._world)

    def close_settlements(self, body):
        """Settle and pay out what is free, of every account or those of a ``channel`` or one ``account``.

        ``until``, a time that may be later than now, lets deferred money go that is free by then.
        """
        if set(body) - {"channel", "account", "until"}:
            raise BadRequest("there are channel, account and until")
        accounts = money_settle.accounts(self._world, body.get("channel"))
        if body.get("account") is not None:
            accounts = [one for one in accounts if one == body["account"]]
        until = _moment(body.get("until"))
        made = [money_settle.close(self._world, account, until) for account in accounts]
        return {"settlements": [one for one in made if one]}

    def list_orders(self, _body):
        """Return every order in short."""
        return {"orders": books.order_list(self._world)}

    def create_orders(self, body):
        """Place orders now."""
        options = _order_options(body, self._world)
        placed = self._world.create_orders(options.pop("count", 1), options)
        return {"created": len(placed), "orders": [order["id"] for order in placed]}

    def order_event(self, _body, order_id, event):
        """Let something happen to an order."""
        order = self._world.get_order(order_id)
        if order is None or event not in EVENTS:
            raise NotFound("no such order or event")
        happened = self._world.apply(order, event)
        return {"id": order_id, "happened": happened, "status": order["status"]}

    def replace_order(self, _body, order_id):
        """Let Amazon send the goods of an order once more, free of charge."""
        order = self._world.get_order(order_id)
        if order is None:
            raise NotFound("no such order")
        return {"order": self._world.replace_order(order)["id"]}

    def advance(self, _body):
        """Let everything that is planned happen now."""
        return {"events": self._simulator.tick(everything=True)}

    def list_faults(self, _body):
        """Return the armed faults."""
        return {"faults": self._simulator.faults.armed()}

    def arm_faults(self, body):
        """Arm one fault, or a list of them under ``faults``."""
        wanted = body.get("faults", [body])
        return {"faults": [self._simulator.faults.arm(fault) for fault in wanted]}

    def disarm_faults(self, _body):
        """Disarm every fault."""
        self._simulator.faults.disarm()
        return {"faults": []}

    def revoke(self, _body, name):
        """Let the sellers of a channel take back the access that they granted."""
        if name not in self._simulator.channels:
            raise NotFound("no such channel")
        site = self._simulator.channels[name]
        for region in site.regions:
            site.tokens.revoke(region)
        return {"revoked": site.regions}

    def fba_event(self, body, event):
        """Let something happen at Amazon that its API has no operation for; see :func:`.spapi.fba_play.play`."""
        try:
            return {"number": fba_play.play(self._world, event, body)}
        except KeyError as error:
            raise BadRequest(f"{error} is missing or not known") from error
        except ValueError as error:
            raise BadRequest(str(error)) from error

    def depot_event(self, body, name, event):
        """Play the people in an operator's warehouses; see :meth:`.depot.site.DepotSite.play`."""
        if name not in self._simulator.channels or name not in depot.names():
            raise NotFound("no such operator of warehouses")
        return {"record": self._simulator.channels[name].play(event, body)}

    def reset(self, _body):
        """Start again as with an empty state file."""
        self._simulator.reset()
        return self.health(None)


def _order_options(body, world):
    if set(body) - ORDER_OPTIONS:
        raise BadRequest(f"unknown fields: {', '.join(sorted(set(body) - ORDER_OPTIONS))}")
    count = body.get("count", 1)
    if not isinstance(count, int) or not 1 <= count <= 10_000:
        raise BadRequest("count must be between 1 and 10000")
    if body.get("fulfilled_by") not in (None, "merchant", "marketplace"):
        raise BadRequest("fulfilled_by must be merchant or marketplace")
    market, channel = body.get("marketplace"), body.get("channel")
    if market is not None and market not in world.markets:
        raise BadRequest(f"marketplace must be one that runs here: {', '.join(world.markets)}")
    channels = {outlet.channel for outlet in world.outlets.values()}
    if channel is not None and channel not in channels:
        raise BadRequest(f"channel must be one that runs here: {', '.join(sorted(channels))}")
    if market and channel and world.markets[market].channel != channel:
        raise BadRequest("the marketplace is not one of the channel")
    unknown = set(body.get("kinds") or ()) - set(ALL_KINDS)
    if unknown:
        raise BadRequest(f"unknown kinds: {', '.join(sorted(unknown))}; there are {', '.join(ALL_KINDS)}")
    return dict(body)


def _moment(text):
    try:
        return None if text is None else from_text(text)
    except (AttributeError, ValueError) as error:
        raise BadRequest("until must be an ISO 8601 date and time with an offset") from error


def _credentials(site):
    """What a seller's software needs for a channel: its own credentials beside what all have."""
    outlets = {outlet.name: [{"code": market.code, "country": market.country, "currency": market.currency}
                             for market in outlet.markets] for outlet in site.outlets}
    return {"endpoint": site.url, "outlets": outlets, **site.channel.credentials(site)}


def _body(request):
    if not request.get_data():
        return {}
    body = request.get_json(silent=True)
    if isinstance(body, list):
        return {"faults": body}
    if not isinstance(body, dict):
        raise BadRequest("the body is not a JSON object")
    return body


def _response(status, body):
    return Response(json.dumps(body), status, content_type="application/json")
