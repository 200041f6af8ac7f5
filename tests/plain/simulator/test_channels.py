"""Channels beside Amazon: the framework, shown on a made-up one; one world behind all."""

import hashlib
import hmac
import threading
from collections import Counter
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from addons.marketplace_simulator.server import channels
from addons.marketplace_simulator.server.channels.tokens import s256
from addons.marketplace_simulator.server.channels.webhooks import ATTEMPTS
from addons.marketplace_simulator.server.world.catalogue import MERCHANT

from .api import Api
from .bazaar import BAZAAR, MARKETS, SECRET

SG = "bazaar-SG"


@pytest.fixture
def api():
    """Amazon Europe and the bazaar with two hundred orders."""
    return Api(orders=200, channels=("amazon", BAZAAR))


def token_of(api, shop=SG):
    """An access token through the training credentials."""
    access = api.control("credentials")["channels"]["bazaar"]["shops"][shop]["refresh_token"]
    return api.http.post("/bazaar/token", data={"refresh_token": access}).get_json()["access_token"]


def ask(api, method, path, shop=SG, token=None, clear=True, **options):
    if clear:
        api.simulator.buckets.clear()
    return api.http.open(f"/bazaar{path}", method=method, **options,
                         headers={"Authorization": f"Bearer {token or token_of(api, shop)}"})


def sold(api, **fields):
    return [order for order in api.control("orders")["orders"]
            if all(order[name] == value for name, value in fields.items())]


# --- one world ---

def test_demand_is_split_over_channels_and_outlets(api):
    counted = Counter(order["channel"] for order in sold(api))
    assert set(counted) == {"amazon", "bazaar"} and min(counted.values()) > 60
    regions = Counter(order["region"] for order in sold(api, channel="bazaar"))
    assert regions["bazaar-SG"] > regions["bazaar-ID"] > regions["bazaar-KW"] > 0
    books = api.control("books")
    assert sum(part["orders"]["created"] for part in books["by_channel"].values()) == books["orders"]["created"] == 200


def test_amazon_alone_is_as_it_was():
    alone, beside = Api(orders=40), Api(orders=40, channels=("amazon",))
    assert [order["id"] for order in sold(alone)] == [order["id"] for order in sold(beside)]


def test_without_amazon_nothing_of_it_is_left():
    api = Api(orders=30, channels=(BAZAAR,))
    assert {order["channel"] for order in sold(api)} == {"bazaar"}
    assert set(api.control("catalogue")) == {market.region for market in MARKETS}
    assert api.control("credentials")["regions"] == {}


def test_every_channel_offers_the_same_products_that_the_merchant_ships(api):
    catalogue = api.control("catalogue")
    merchant = {listing["sku"] for listing in catalogue["eu"] if listing["channel"] == MERCHANT}
    assert {listing["sku"] for listing in catalogue[SG]} == merchant
    prices = {market.code: catalogue[market.region][0]["prices"][market.code] for market in MARKETS}
    assert Decimal(prices["bazaar-ID"]) % 100 == 0 and Decimal(prices["bazaar-SG"]).as_tuple().exponent == -2
    assert Decimal(prices["bazaar-KW"]).as_tuple().exponent == -3
    assert len({listing["barcode"] for listing in catalogue["eu"]}) == len(catalogue["eu"])


def test_money_adds_up_in_every_currency(api):
    parts = api.control("books")["by_channel"]["bazaar"]
    assert set(parts["totals"]) == {"SGD", "IDR", "KWD"}
    for currency, total in parts["totals"].items():
        orders = [order for order in sold(api, channel="bazaar", currency=currency) if order["status"] != "cancelled"]
        assert sum(Decimal(order["total"]) for order in orders) == Decimal(total)
    assert any(Decimal(order["subsidy"]) for order in sold(api, channel="bazaar"))
    assert {order["payment"] for order in sold(api, channel="bazaar")} >= {"cod", "card"}


def test_orders_are_placed_at_a_channel(api):
    placed = api.control("orders", {"channel": "bazaar", "kinds": ["cod"], "count": 3})["orders"]
    placed += api.control("orders", {"marketplace": "bazaar-KW"})["orders"]
    rows = {order["id"]: order for order in sold(api)}
    assert {rows[key]["channel"] for key in placed} == {"bazaar"} and placed[0].startswith("BZ88")
    assert [rows[key]["payment"] for key in placed[:3]] == ["cod"] * 3 and rows[placed[3]]["currency"] == "KWD"


@pytest.mark.parametrize("wrong", [{"channel": "moon"}, {"marketplace": "bazaar-US"},
                                   {"marketplace": "DE", "channel": "bazaar"}])
def test_orders_of_no_channel_are_refused(api, wrong):
    assert api.http.post("/_sim/orders", json=wrong).status_code == 400


def test_no_outlet_ships_for_the_merchant_but_amazon(api):
    answer = api.http.post("/_sim/orders", json={"channel": "bazaar", "fulfilled_by": "marketplace"})
    assert answer.status_code == 409


# --- access ---

def test_code_grant_with_pkce_and_state(api):
    verifier = "v" * 50
    query = {"shop": SG, "redirect_uri": "https://odoo.example/back?x=1", "state": 'st"1',
             "code_challenge": s256(verifier)}
    page = api.http.get("/bazaar/authorize", query_string=query)
    assert page.mimetype == "text/html" and b"Approve" in page.data and b'st"1' not in page.data
    back = api.http.get("/bazaar/authorize", query_string={**query, "decision": "approve"})
    answer = parse_qs(urlsplit(back.headers["Location"]).query)
    assert back.status_code == 302 and answer["state"] == ['st"1'] and answer["x"] == ["1"]
    form = {"code": answer["code"][0], "redirect_uri": query["redirect_uri"], "code_verifier": verifier}
    assert api.http.post("/bazaar/token", data={**form, "code_verifier": "w" * 50}).status_code == 400
    assert api.http.post("/bazaar/token", data={**form, "redirect_uri": "https://evil.example"}).status_code == 400
    granted = api.http.post("/bazaar/token", data=form)
    assert granted.status_code == 200 and api.http.post("/bazaar/token", data=form).status_code == 400
    assert ask(api, "GET", "/orders", token=granted.get_json()["access_token"]).status_code == 200
    declined = api.http.get("/bazaar/authorize", query_string={**query, "decision": "decline"})
    assert "error=access_denied" in declined.headers["Location"]
    assert api.http.get("/bazaar/authorize", query_string={**query, "redirect_uri": "javascript:1"}).status_code == 400


def test_a_refresh_token_serves_once(api):
    first = api.control("credentials")["channels"]["bazaar"]["shops"][SG]["refresh_token"]
    granted = api.http.post("/bazaar/token", data={"refresh_token": first}).get_json()
    assert api.http.post("/bazaar/token", data={"refresh_token": first}).status_code == 400
    assert api.http.post("/bazaar/token", data={"refresh_token": granted["refresh_token"]}).status_code == 200


def test_access_ends_and_is_taken_back(api):
    token = token_of(api)
    api.clock.pass_time(4 * 3600 - 1)
    assert ask(api, "GET", "/orders", token=token).status_code == 200
    api.clock.pass_time(1)
    assert ask(api, "GET", "/orders", token=token).get_json()["message"] == "The access token has expired."
    token = token_of(api)
    refresh = api.control("credentials")["channels"]["bazaar"]["shops"][SG]["refresh_token"]
    api.control("channels/bazaar/revoke", {})
    assert ask(api, "GET", "/orders", token=token).status_code == 401
    assert api.http.post("/bazaar/token", data={"refresh_token": refresh}).status_code == 400
    assert ask(api, "GET", "/orders").status_code == 200
    assert ask(api, "GET", "/orders", token="nonsense").status_code == 401


def test_a_token_sees_its_own_shop_only(api):
    listed = ask(api, "GET", "/orders", shop="bazaar-KW", query_string={"size": 50}).get_json()["orders"]
    assert {order["currency"] for order in listed} == {"KWD"}
    strange = sold(api, region=SG)[0]["id"]
    assert ask(api, "POST", f"/orders/{strange}/arrange", shop="bazaar-KW").status_code == 404


# --- paging, limits and faults ---

def pages(api, **query):
    answers, query = [], {"size": 7, **query}
    while not answers or answers[-1]["next"]:
        token = {"token": answers[-1]["next"]} if answers else {}
        answers.append(ask(api, "GET", "/orders", query_string={**query, **token}).get_json())
    return [order["id"] for answer in answers for order in answer["orders"]]


def test_pages_hold_every_order_once_also_shuffled(api):
    wanted = [order["id"] for order in sorted(sold(api, region=SG), key=lambda order: order["updated"])]
    assert pages(api) == wanted
    api.control("faults", {"kind": "shuffle_pages", "operation": "bazaar.listOrders"})
    shuffled = pages(api)
    assert shuffled != wanted and sorted(shuffled) == sorted(wanted)
    api.control("faults", {"kind": "duplicate_orders", "operation": "bazaar.*"})
    doubled = pages(api)
    assert len(doubled) > len(wanted) and set(doubled) == set(wanted)
    assert ask(api, "GET", "/orders", query_string={"token": "x"}).status_code == 400


def test_offsets_hold_every_order_once_also_shuffled(api):
    wanted = {order["id"] for order in sold(api, region=SG)}
    for _round in range(2):
        found = []
        while (answer := ask(api, "GET", f"/orders-by-number?offset={len(found)}").get_json())["orders"]:
            found += [order["id"] for order in answer["orders"]]
        assert len(found) == answer["total"] == len(wanted) and set(found) == wanted
        api.control("faults", {"kind": "shuffle_pages"})


def test_limits_count_as_own_fault_and_storms_do_not(api):
    token = token_of(api)
    statuses = [ask(api, "GET", "/orders", token=token, clear=False).status_code for _ in range(7)]
    assert statuses == [200] * 5 + [429] * 2
    api.control("faults", {"kind": "throttle", "operation": "bazaar.listOrders"})
    answer = ask(api, "GET", "/orders", token=token)
    assert answer.status_code == 429 and answer.get_json()["ok"] is False
    counted = api.control("books")
    assert counted["throttled"]["own_fault"] == 2 and counted["throttled"]["storm"] == 1
    assert counted["throttled"]["by_operation"] == {"bazaar.listOrders": 2}
    assert counted["requests"]["bazaar.listOrders"] == 8


@pytest.mark.parametrize("kind, status", [("error_500", 500), ("error_503", 503), ("expired_token", 401),
                                          ("hang", 503), ("lost_answer", 503)])
def test_faults_strike_their_channel_only(api, kind, status):
    api.control("faults", {"kind": kind, "operation": "bazaar.*", "seconds": 0})
    assert ask(api, "GET", "/orders").status_code == status
    assert api.call("GET", "/orders/2026-01-01/orders", {"lastUpdatedAfter": api.ago(days=1)}).status_code == 200


def test_a_lost_answer_was_carried_out(api):
    order = api.control("orders", {"channel": "bazaar", "marketplace": SG})["orders"][0]
    api.control("faults", {"kind": "lost_answer", "operation": "bazaar.ship", "seconds": 0, "count": 1})
    package = {"reference": "1", "carrier": "DHL", "tracking": "T1"}
    items = [{"line": line["id"], "quantity": line["quantity"]} for line in sold(api, id=order)[0]["lines"]]
    answers = [ask(api, "POST", f"/orders/{order}/ship", json={**package, "items": items}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [503, 200] and answers[1].get_json() == {"repeated": True}
    assert sold(api, id=order)[0]["status"] == "shipped"
    assert api.control("books")["by_channel"]["bazaar"]["shipments"] == {"confirmed": 1}


def test_storms_on_everything_spare_the_tokens(api):
    api.control("faults", {"kind": "error_500"})
    assert token_of(api)
    api.control("faults", {"kind": "error_500", "operation": "bazaar.token"})
    refresh = api.control("credentials")["channels"]["bazaar"]["shops"][SG]["refresh_token"]
    assert api.http.post("/bazaar/token", data={"refresh_token": refresh}).status_code == 500


@pytest.mark.parametrize("kind", ["truncated_json", "missing_field", "wrong_type", "unknown_currency",
                                  "unknown_country", "unknown_sku"])
def test_answers_are_spoiled(api, kind):
    sound = ask(api, "GET", "/orders").get_json()
    api.control("faults", {"kind": kind, "operation": "bazaar.listOrders"})
    answer = ask(api, "GET", "/orders")
    if kind == "truncated_json":
        assert answer.get_json(silent=True) is None
        return
    differing = [(one, other) for one, other in zip(sound["orders"], answer.get_json()["orders"], strict=True)
                 if one != other]
    ((was, now),) = differing
    found = {"missing_field": len(now) < len(was), "unknown_currency": now.get("currency") == "XTS",
             "unknown_country": now.get("country") == "ZZ", "wrong_type": now.get("items") != was["items"],
             "unknown_sku": now.get("items", [{}])[0].get("sku", "").startswith("UNLISTED-")}
    assert found[kind]


# --- webhooks ---

class Listener(HTTPServer):
    """An address that takes posts; it refuses the first ``refusals``."""

    def __init__(self, refusals=0):
        super().__init__(("127.0.0.1", 0), Taker)
        self.refusals, self.got = refusals, []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook"


class Taker(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        self.send_response(500 if len(self.server.got) <= self.server.refusals else 200)
        self.end_headers()

    def log_message(self, *_args):
        """Say nothing."""


def webhook_world(refusals):
    api, listener = Api(orders=0, channels=("amazon", BAZAAR), speed=1000), Listener(refusals)
    api.simulator.channels["bazaar"].webhooks.register(listener.url, region=SG)
    api.control("orders", {"marketplace": SG})
    api.control("orders", {"marketplace": "bazaar-ID"})
    api.place(1, channel="amazon")
    assert api.simulator.webhooks.drain(20)
    listener.shutdown()
    return listener, api.control("books")["by_channel"]["bazaar"]["webhooks"]


def test_changes_are_posted_signed_to_who_registered():
    listener, counted = webhook_world(0)
    ((headers, body),) = listener.got
    assert headers["X-Bazaar-Signature"] == hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert counted == {"delivered": 1, "failed": 0}


def test_a_refused_post_is_repeated_under_the_same_delivery_id():
    listener, counted = webhook_world(1)
    assert len(listener.got) == 2 and len({headers["X-Bazaar-Delivery"] for headers, _body in listener.got}) == 1
    assert counted == {"delivered": 1, "failed": 0}


def test_a_post_that_is_never_taken_fails_in_the_end():
    listener, counted = webhook_world(99)
    assert len(listener.got) == ATTEMPTS and counted == {"delivered": 0, "failed": 1}


# --- discovery ---

def test_channels_are_found_by_being_there():
    assert channels.names()[0] == "amazon" and channels.choose("all") == channels.names()
    assert channels.choose("amazon") == ("amazon",)
    for wrong in ("moon", "", "amazon,moon"):
        with pytest.raises(ValueError, match="channels must be among"):
            channels.choose(wrong)
    with pytest.raises(ValueError, match="unknown channel"):
        channels.load("moon")


def test_ids_of_channels_never_clash():
    chosen = channels.all_channels()
    ids = Counter(outlet.order_id(number) for channel in chosen.values() for outlet in channel.outlets()[:1]
                  for number in range(1, 3000))
    assert not ids or max(ids.values()) == 1
    codes = Counter(market.code for channel in chosen.values() for market in channel.markets)
    assert not codes or max(codes.values()) == 1


# --- a world that goes on ---

def test_a_channel_may_join_a_world_that_exists(tmp_path):
    path = tmp_path / "world.sqlite"
    before = Api(orders=20, state=path)
    placed = [order["id"] for order in sold(before)]
    before.simulator.store.close()
    after = Api(orders=20, state=path, channels=("amazon", BAZAAR))
    assert [order["id"] for order in sold(after)] == placed
    catalogue = after.control("catalogue")
    merchant = {listing["sku"]: listing["number"] for listing in catalogue["eu"] if listing["channel"] == MERCHANT}
    assert {listing["sku"]: listing["number"] for listing in catalogue[SG]} == merchant
    assert after.control("orders", {"channel": "bazaar"})["created"] == 1


def test_a_state_of_an_older_version_is_refused(tmp_path):
    path = tmp_path / "world.sqlite"
    api = Api(state=path)
    api.simulator.store.run("DELETE FROM setting WHERE key = 'catalogue'")
    api.simulator.store.close()
    with pytest.raises(ValueError, match="older version"):
        Api(state=path)
