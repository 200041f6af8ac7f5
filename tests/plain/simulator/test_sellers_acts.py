"""What sellers' software does to the world, on the made-up channel: ship, book carriers, cancel, refund, take back."""

from dataclasses import replace
from decimal import Decimal

import pytest

from addons.marketplace_simulator.server.http import Call
from addons.marketplace_simulator.server.world import money, parcels, returns, seller
from addons.marketplace_simulator.server.world.events import Refused
from addons.marketplace_simulator.server.world.marketplaces import Marketplace

from .api import Api
from .bazaar import BAZAAR

SG = "bazaar-SG"


@pytest.fixture
def api():
    """The bazaar without orders."""
    return Api(channels=(BAZAAR,))


@pytest.fixture
def world(api):
    return api.simulator.world


def order_of(api, *kinds, **options):
    """A new order of some kinds."""
    (key,) = api.control("orders", {"marketplace": SG, "kinds": list(kinds), **options})["orders"]
    return api.simulator.world.get_order(key)


def fresh(world, order):
    return world.get_order(order["id"])


# --- money ---

def test_platform_money_reduces_what_the_buyer_pays_and_reaches_the_seller(api):
    for _number in range(30):
        order = order_of(api, "multi_line", "shipping", "discount", "platform_voucher", "shipping_subsidy")
        charged = money.order_part(order, *money.CHARGES)
        sellers, platforms = money.order_part(order, *money.DISCOUNTS), money.order_part(order, *money.SUBSIDIES)
        assert money.order_total(order) == charged - sellers - platforms > 0
        assert money.order_subsidy(order) == platforms > 0 and sellers > 0


@pytest.mark.parametrize("facilitator, payer", [(True, "collected"), (False, "added")])
def test_who_collects_sales_tax(facilitator, payer):
    market = Marketplace("bazaar-US", "bazaar-US", "USD", 1, {"US": 100}, "US", "bazaar", facilitator)
    api = Api(channels=(replace(BAZAAR, markets=(market,)),))
    orders = [api.control("orders", {"channel": "bazaar"})["orders"][0] for _ in range(10)]
    lines = [line for key in orders for line in api.simulator.world.get_order(key)["lines"]]
    assert {line["tax"]["payer"] for line in lines} == {payer} and any(money.line_tax(line) for line in lines)


# --- shipping ---

def test_a_package_is_confirmed_once(world, api):
    order = order_of(api)
    package = {"reference": "1", "carrier": "DHL", "service": "", "tracking": "T1", "shipped_at": order["created"],
               "items": [{"line": line["id"], "quantity": line["quantity"]} for line in order["lines"]]}
    assert seller.confirm_shipment(world, order, package) is True
    assert seller.confirm_shipment(world, fresh(world, order), package) is False
    assert fresh(world, order)["status"] == "shipped"
    assert api.control("books")["shipments"] == {"confirmed": 1, "packages": 1, "repeated": 1, "rejected": 0}


def test_arranged_parcels_get_tracking_and_are_collected_in_time(world, api):
    order = order_of(api, "multi_line", "split_parcels")
    assert len(order["parcels"]) == 2
    first, second = (parcel["id"] for parcel in order["parcels"])
    booked = seller.arrange_parcel(world, order, first)
    assert booked["tracking"] and booked["carrier"] and booked["status"] == "arranged"
    again = seller.arrange_parcel(world, fresh(world, order), first)
    assert again["tracking"] == booked["tracking"]
    world.tick()
    assert fresh(world, order)["status"] == "unshipped"
    seller.acknowledge(world, fresh(world, order))
    api.clock.pass_time(6 * 3600)
    world.tick()
    assert fresh(world, order)["status"] == "partially_shipped"
    seller.arrange_parcel(world, fresh(world, order), second)
    world.tick(everything=True)
    done = fresh(world, order)
    assert done["status"] == "shipped" and {package["tracking"] for package in done["packages"]} > {booked["tracking"]}
    assert api.control("books")["by_channel"]["bazaar"]["shipments"] == {"confirmed": 1}
    with pytest.raises(parcels.ParcelRefused, match="no parcel"):
        seller.arrange_parcel(world, done, "0")


def test_parcels_are_packed_anew(world, api):
    order = order_of(api, "multi_line", "split_parcels")
    whole = [item for parcel in order["parcels"] for item in parcel["items"]]
    before = {parcel["id"] for parcel in order["parcels"]}
    parcels.replan(order, [whole])
    assert len(order["parcels"]) == 1 and not before & {parcel["id"] for parcel in order["parcels"]}
    with pytest.raises(parcels.ParcelRefused, match="units"):
        parcels.replan(order, [whole[:1]])
    parcels.arrange(order, order["parcels"][0]["id"], world.clock.now())
    with pytest.raises(parcels.ParcelRefused, match="arranged already"):
        parcels.replan(order, [whole])


def test_the_waybill_is_a_pdf_that_names_the_parcel(world, api):
    order = order_of(api)
    parcel = seller.arrange_parcel(world, order, order["parcels"][0]["id"])
    pdf = parcels.waybill(order, parcel)
    assert pdf.startswith(b"%PDF-1.4") and pdf.endswith(b"%%EOF\n") and parcel["tracking"].encode() in pdf
    start = int(pdf.split(b"startxref\n")[1].split()[0])
    assert pdf[start:start + 4] == b"xref"


# --- cancelling ---

def test_a_whole_order_is_cancelled_once(world, api):
    order = order_of(api)
    entry = seller.cancel(world, order, reason="OUT_OF_STOCK", key="c1")
    assert seller.cancel(world, fresh(world, order), reason="OUT_OF_STOCK", key="c1") == entry
    done = fresh(world, order)
    assert done["status"] == "cancelled" and len(done["cancels"]) == 1
    assert all(line["cancelled_by"] == "merchant" for line in done["lines"])
    with pytest.raises(Refused):
        seller.cancel(world, done, key="c2")


def test_units_are_cancelled_and_the_money_follows(world, api):
    order = order_of(api, "multi_line")
    line, total = order["lines"][0], money.order_total(order)
    share = money.line_total(line)
    seller.cancel(world, order, {line["id"]: line["quantity"]}, key="c1")
    done = fresh(world, order)
    assert done["status"] == "unshipped" and done["lines"][0]["quantity"] == 0
    assert money.order_total(done) == total - share
    assert all(item["line"] != line["id"] for parcel in done["parcels"] for item in parcel["items"])
    with pytest.raises(Refused, match="left to cancel"):
        seller.cancel(world, done, {line["id"]: 1})


def test_a_wish_to_cancel_is_declined(world, api):
    order = order_of(api)
    with pytest.raises(Refused):
        seller.decline_cancel_request(world, order)
    world.apply(order, "cancel_request")
    seller.decline_cancel_request(world, order)
    assert not any(line["cancel_request"] for line in fresh(world, order)["lines"])


# --- money back, goods back ---

def test_a_refund_is_paid_once_and_never_more_than_was_paid(world, api):
    order = order_of(api)
    line, total = order["lines"][0], money.order_total(order)
    entries = seller.refund(world, order, [{"line": line["id"], "quantity": 1, "amount": total}], key="r1")
    again = seller.refund(world, fresh(world, order), [{"line": line["id"], "quantity": 1, "amount": total}], key="r1")
    assert again == entries and Decimal(entries[0]["amount"]) == total
    with pytest.raises(Refused, match="no more than"):
        seller.refund(world, fresh(world, order), [{"line": line["id"], "quantity": 0, "amount": Decimal(1)}], key="r2")


def test_a_refund_of_shipping_belongs_to_no_line(world, api):
    order = order_of(api, "shipping")
    (entry,) = seller.refund(world, order, [], Decimal("1.00"), "late", "r1")
    assert entry["line"] is None and entry["reason"] == "late"


def shipped(api, world, *kinds):
    order = order_of(api, *kinds)
    world.apply(order, "ship")
    return order


def test_a_return_goes_its_way(world, api):
    order = shipped(api, world)
    path = [api.control(f"orders/{order['id']}/{event}", {})["happened"]
            for event in ("return_request", "return_approve", "return_ship", "return_receive", "return_refund")]
    assert path == ["return requested", "return approved", "return shipped", "return received", "return refunded"]
    ((row, entry),) = api.simulator.channels["bazaar"].find_returns(call_of(api))
    assert row["id"] == order["id"] and entry["status"] == "refunded" and entry["tracking"].startswith("RET")
    assert Decimal(entry["refund"]) == sum(Decimal(refund["amount"]) for refund in row["refunds"])
    (listed,) = [one for one in api.control("orders")["orders"] if one["id"] == order["id"]]
    assert listed["returns"][0]["status"] == "refunded"
    assert api.http.post(f"/_sim/orders/{order['id']}/return_ship").status_code == 409


def test_the_seller_answers_returns(world, api):
    order = shipped(api, world, "several_units")
    first, second = (world.apply(order, "return_request") and order["returns"][-1]["id"] for _ in range(2))
    rejected = seller.answer_return(world, order, first, "reject")
    assert rejected["status"] == "rejected" and returns.find(order, second)["status"] == "requested"
    settled = seller.answer_return(world, order, second, "refund", amount=Decimal("1.00"), restock=False)
    assert settled["refund"] == "1.00" and settled["restock"] is False
    with pytest.raises(returns.ReturnRefused, match="return is refunded"):
        seller.answer_return(world, order, second, "approve")


def test_no_more_is_returned_than_was_shipped(world, api):
    order = order_of(api)
    with pytest.raises(returns.ReturnRefused):
        returns.request(order, world.clock.now(), None)
    units = sum(line["quantity"] for line in order["lines"])
    world.apply(order, "ship")
    for _unit in range(units):
        world.apply(order, "return_request")
    assert api.http.post(f"/_sim/orders/{order['id']}/return_request").status_code == 409


def call_of(api):
    """A call without an outlet: it sees the whole channel."""
    return Call(None, api.simulator.channels["bazaar"], None, {})


# --- offers ---

@pytest.mark.parametrize("sku, quantity", [("NOPE", 1), (None, -1), (None, "7"), (None, True)])
def test_quantities_that_make_no_sense_are_refused_and_counted(world, api, sku, quantity):
    known = world.listings(SG)[0]["sku"]
    assert seller.set_quantity(world, SG, sku or known, quantity)
    assert seller.set_quantity(world, SG, known, 3) == "" and world.listing(SG, known)["quantity"] == 3
    stock = api.control("books")["by_channel"]["bazaar"]["stock"]
    assert stock == {"accepted": 1, "rejected": 1, "by_sku": {SG: {known: 3}, "bazaar-ID": {}, "bazaar-KW": {}}}


def test_an_oversold_unit_is_counted_at_its_channel(world, api):
    sku = world.listings(SG)[0]["sku"]
    world.set_quantity(SG, sku, 0)
    api.control("orders", {"marketplace": SG, "skus": [sku], "allow_oversell": True, "kinds": []})
    assert api.control("books")["by_channel"]["bazaar"]["oversold"] == 1
