"""Faults on demand: they strike as armed, are the same for the same seed, and are counted."""

import json
from collections import Counter

import pytest

from .api import ALL, Api

SEARCH = "/orders/2026-01-01/orders"


def ask(api, **query):
    """Search without holding the answer against its model: it is meant to be broken."""
    headers = {"x-amz-access-token": api.token()}
    api.simulator.buckets.clear()
    return api.http.get(SEARCH, query_string={"lastUpdatedAfter": api.ago(days=3), "includedData": ALL, **query},
                        headers=headers)


@pytest.mark.parametrize("kind, status", [("throttle", 429), ("error_500", 500), ("error_503", 503),
                                          ("expired_token", 403), ("hang", 503), ("lost_answer", 503)])
def test_errors(api, kind, status):
    api.control("faults", {"kind": kind, "operation": "searchOrders", "count": 2, "skip": 1, "seconds": 0})
    query = {"lastUpdatedAfter": api.ago(days=3)}
    answers = [api.call("GET", SEARCH, query).status_code for _ in range(4)]
    assert answers == [200, status, status, 200]
    books = api.control("books")
    assert books["faults"] == {kind: 2}
    assert books["throttled"]["storm"] == (2 if kind == "throttle" else 0) and books["throttled"]["own_fault"] == 0


def test_a_fault_strikes_its_operation_only(api):
    api.control("faults", [{"kind": "error_500", "operation": "getOrder"}])
    assert ask(api).status_code == 200
    assert api.call("GET", f"{SEARCH}/{api.place()[0]}").status_code == 500
    api.control("faults", method="DELETE")
    assert api.control("faults") == {"faults": []}
    assert api.call("GET", f"{SEARCH}/{api.place()[0]}").status_code == 200


def test_probability_is_deterministic_by_seed():
    def strikes(seed):
        api = Api(orders=0, seed=seed)
        api.control("faults", {"kind": "error_503", "probability": 0.4})
        return [ask(api).status_code for _ in range(60)]

    first, again, other = strikes(1), strikes(1), strikes(2)
    assert first == again != other
    assert 10 < Counter(first)[503] < 40


def test_duplicate_orders_come_across_pages_and_none_is_lost(api):
    api.control("faults", {"kind": "duplicate_orders"})
    shown = Counter(order["orderId"] for page in api.search(maxResultsPerPage=10) for order in page)
    assert set(shown) == {order["id"] for order in api.control("orders")["orders"]}
    assert sum(count > 1 for count in shown.values()) >= 5


def test_shuffled_pages_hold_every_order_once(api):
    api.control("faults", {"kind": "shuffle_pages"})
    orders = [order for page in api.search(maxResultsPerPage=10) for order in page]
    updates = [order["lastUpdatedTime"] for order in orders]
    assert len(orders) == len({order["orderId"] for order in orders}) == 60
    assert updates != sorted(updates) and max(updates) not in updates[-3:]


def test_broken_payloads(api):
    known = {listing["sku"] for listing in api.control("catalogue")["eu"]}
    broken = {
        "missing_field": lambda order: not {"orderId", "createdTime", "lastUpdatedTime", "salesChannel",
                                            "orderItems"} <= set(order),
        "wrong_type": lambda order: not isinstance(order["orderItems"], list)
        or order["orderItems"][0]["quantityOrdered"] == "two",
        "unknown_currency": lambda order: order["proceeds"]["grandTotal"]["currencyCode"] == "XTS",
        "unknown_country": lambda order: order["recipient"]["deliveryAddress"]["countryCode"] == "ZZ",
        "unknown_sku": lambda order: order["orderItems"][0]["product"]["sellerSku"] not in known,
    }
    for kind, is_broken in broken.items():
        api.control("faults", {"kind": kind, "count": 1})
        hits = [[is_broken(order) for order in ask(api, fulfillmentStatuses="UNSHIPPED,SHIPPED").get_json()["orders"]]
                for _ in range(2)]
        assert [page.count(True) for page in hits] == [1, 0], kind


def test_truncated_json(api):
    api.control("faults", {"kind": "truncated_json", "count": 1})
    with pytest.raises(json.JSONDecodeError):
        json.loads(ask(api).data)
    assert json.loads(ask(api).data)["orders"]


@pytest.mark.parametrize("fault", [{}, {"kind": "earthquake"}, {"kind": "hang", "probability": 2},
                                   {"kind": "hang", "often": True}])
def test_faults_are_checked(api, fault):
    response = api.http.post("/_sim/faults", json=fault)
    assert response.status_code == 400 and response.get_json()["error"]
    assert api.control("faults") == {"faults": []}
