"""Orders in several packages at Shopee that are packed otherwise here."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from addons.marketplace.contract import InvalidPayload, NotReady, OrderStatus, Parcel, Rejected, Shipment, ShipmentLine
from tests.plain.fake_http import answer
from tests.plain.shopee.samples import SHOP, at, item, order, package_item
from tests.plain.shopee.shopee import Shopee
from tests.plain.shopee.training import Training

ORDER = "260528000001"
A, B, C = "1001-2001", "1002-2002", "1003-2003"
WHOLE = ((A, 2), (B, 1), (C, 1))


def split_order(*packages, items=None, **statuses):
    """An order of two A, one B and one C in packages ``OFG1``, ``OFG2`` …

    :param packages: ``{number of the item: units}``
    :param statuses: by package
    """
    received = order(1, items or [item(1, 2), item(2), item(3)])
    rows = {row["item_id"] - 1000: row for row in received["item_list"]}
    received["package_list"] = [
        received["package_list"][0]
        | {
            "package_number": f"OFG{number}",
            "logistics_status": statuses.get(f"OFG{number}", "LOGISTICS_READY"),
            "item_list": [package_item(rows[key], units) for key, units in content.items()],
        }
        for number, content in enumerate(packages, 1)
    ]
    return received


def parcel(reference="P1", lines=WHOLE, **fields):
    parts = tuple(ShipmentLine(*line) for line in lines)
    return Shipment(reference, SHOP, ORDER, "SPX", "SPX", "", at(0), parts, **fields)


def shipped(shopee):
    return [body["package_number"] for what, body in shopee.booked if what == "ship"]


def contents(shopee):
    """Units per package at Shopee."""
    packages = shopee.orders[ORDER]["package_list"]
    return [{row["item_id"] - 1000: row["model_quantity"] for row in package["item_list"]} for package in packages]


def test_an_order_that_is_one_parcel_here_is_one_package_again():
    shopee = Shopee(orders=[split_order({1: 2}, {2: 1, 3: 1})])
    for _ in range(2):
        (result,) = shopee.connect().arrange_shipments([parcel()])
        assert (result.accepted, result.package_id, result.tracking) == (True, "OFGWHOLE", shopee.tracking)
    assert [what for what, _body in shopee.booked] == ["unsplit", "ship"]


def test_packages_of_no_parcel_stay_as_they_are():
    shopee = Shopee(orders=[split_order({1: 1}, {2: 1}, {3: 1}, {1: 1})])
    (result,) = shopee.connect().confirm_shipments([parcel(lines=[(A, 1), (C, 1)])])
    assert result.accepted
    assert contents(shopee) == [{1: 1, 3: 1}, {2: 1}, {1: 1}]
    assert [what for what, _body in shopee.booked] == ["unsplit", "split", "ship"]
    rest = [parcel("P2", [(A, 1)]), parcel("P3", [(B, 1)])]
    assert [result.accepted for result in shopee.connect().confirm_shipments(rest)] == [True, True]
    assert len(shipped(shopee)) == len(set(shipped(shopee))) == 3


def test_a_lost_answer_to_the_undoing_is_found_out():
    shopee = Shopee(orders=[split_order({1: 2}, {2: 1, 3: 1})])
    shopee.lose_next_write = True
    (result,) = shopee.connect().confirm_shipments([parcel()])
    assert result.accepted
    assert [what for what, _body in shopee.booked] == ["unsplit", "ship"]


@pytest.mark.parametrize("code", ["error_server", "order.order_unsplit_failed"])
def test_an_outage_leaves_the_split_for_later(code):
    shopee = Shopee(orders=[split_order({1: 2}, {2: 1, 3: 1})])
    shopee.fail = lambda path, query: shopee.error(code) if path.endswith("unsplit_order") else None
    (result,) = shopee.connect().confirm_shipments([parcel()])
    assert (result.accepted, bool(result.retry_after)) == (False, True)
    assert not shopee.booked


def test_a_refusal_for_another_reason_is_told():
    shopee = Shopee(orders=[split_order({1: 2}, {2: 1, 3: 1})])
    shopee.fail = lambda path, query: shopee.error("error_param", "no") if path.endswith("unsplit_order") else None
    (result,) = shopee.connect().confirm_shipments([parcel()])
    assert (result.accepted, result.retry_after) == (False, None)
    assert "error_param" in result.message
    assert not shopee.booked


@pytest.mark.parametrize("code", ["order.order_cannot_undo_split", "error_permission"])
def test_a_split_that_stays_is_shipped_by_its_packages(code):
    shopee = Shopee(orders=[split_order({1: 2}, {2: 1, 3: 1})])
    shopee.fail = lambda path, query: shopee.error(code) if path.endswith("unsplit_order") else None
    (result,) = shopee.connect().arrange_shipments([parcel()])
    assert (result.accepted, result.package_id) == (True, "OFG1,OFG2")
    assert shipped(shopee) == ["OFG1", "OFG2"]


@pytest.mark.parametrize("status", ["LOGISTICS_REQUEST_CREATED", "LOGISTICS_PICKUP_DONE"])
def test_beside_an_arranged_package_the_others_are_arranged_one_by_one(status):
    shopee = Shopee(orders=[split_order({1: 2}, {2: 1}, {3: 1}, OFG1=status)])
    for _ in range(2):
        (result,) = shopee.connect().arrange_shipments([parcel(lines=[(C, 1), (B, 1)])])
        assert (result.accepted, set(result.package_id.split(","))) == (True, {"OFG2", "OFG3"})
    named = parcel(lines=[(C, 1), (B, 1)], package_id=result.package_id)
    assert shopee.connect().arrange_shipments([named]) == [result]
    assert sorted(shipped(shopee)) == ["OFG2", "OFG3"]


def test_what_is_left_of_a_parcel_is_arranged_at_the_next_attempt():
    shopee = Shopee(orders=[split_order({1: 2}, {2: 1, 3: 1}, OFG1="LOGISTICS_REQUEST_CREATED")])
    (result,) = shopee.connect().confirm_shipments([parcel()])
    assert result.accepted
    assert shipped(shopee) == ["OFG2"]


def test_a_cancelled_package_is_not_shipped_within_a_parcel():
    shopee = Shopee(orders=[split_order({1: 2}, {2: 1, 3: 1}, OFG2="LOGISTICS_INVALID")])
    (result,) = shopee.connect().confirm_shipments([parcel()])
    assert (result.accepted, result.message) == (False, "the package OFG2 is LOGISTICS_INVALID")
    assert not shopee.booked


def test_a_number_of_the_carrier_is_awaited_for_each_package():
    shopee = Shopee(orders=[split_order({1: 2}, {2: 1, 3: 1}, OFG1="LOGISTICS_REQUEST_CREATED")])
    late = {"response": {"tracking_number": ""}}
    shopee.fail = lambda path, query: (
        shopee.reply(late) if path.endswith("get_tracking_number") and query["package_number"] == "OFG1" else None
    )
    (result,) = shopee.connect().arrange_shipments([parcel()])
    assert (result.accepted, result.tracking, result.retry_after) == (True, "", 300.0)


@pytest.mark.parametrize("lines", [[(A, 1)], [(A, 1), (B, 1)], [(A, 3)]])
def test_parts_of_packages_are_refused_and_the_split_stays(lines):
    shopee = Shopee(orders=[split_order({1: 2}, {2: 1, 3: 1})])
    (result,) = shopee.connect().confirm_shipments([parcel(lines=lines)])
    assert not result.accepted
    assert "undo the split" in result.message
    assert not shopee.booked


def test_a_package_that_is_a_parcel_is_taken_before_sums():
    shopee = Shopee(orders=[split_order({1: 1}, {1: 1}, {1: 2}, items=[item(1, 4)])])
    results = shopee.connect().arrange_shipments([parcel("P1", [(A, 2)]), parcel("P2", [(A, 2)])])
    assert all(result.accepted for result in results)
    assert contents(shopee) == [{1: 2}, {1: 2}]
    assert len({result.package_id for result in results}) == 2


def test_waybills_that_are_no_pdf_are_not_put_together():
    shopee = Shopee(orders=[split_order({1: 2}, {2: 1, 3: 1})])
    wanted = [Parcel("P1", SHOP, ORDER, "OFG1,OFG2")]
    connector = shopee.connect()
    with pytest.raises(NotReady) as waiting:
        connector.fetch_labels(wanted)
    shopee.fail = lambda path, query: (
        answer(b"<html>", Content_Type="text/html") if path.endswith("download_shipping_document") else None
    )
    with pytest.raises(InvalidPayload, match="put together"):
        connector.fetch_labels(wanted, handle=waiting.value.handle)


# === THE SIMULATOR === #


@pytest.fixture
def training():
    return Training()


@pytest.fixture
def connector(training):
    return training.connector()


def sold(training, connector, *kinds):
    """A new order of at least two lines."""
    (order_id,) = training.api.control("orders", {"marketplace": "shopee-SG", "kinds": kinds})["orders"]
    training.api.clock.pass_time(60)
    return connector.parse_order(connector.fetch_order(order_id).payload)


def parcel_of(received, reference, lines):
    parts = tuple(ShipmentLine(*line) for line in lines)
    shop = received.shop_id
    return Shipment(reference, shop, received.external_id, "SPX", "SPX", "", received.updated_at, parts)


def waybills(connector, received, arranged):
    """Text of the waybill's pages."""
    wanted = [
        Parcel(arranged.reference, received.shop_id, received.external_id, arranged.package_id, arranged.tracking)
    ]
    with pytest.raises(NotReady) as waiting:
        connector.fetch_labels(wanted)
    (label,) = connector.fetch_labels(wanted, handle=waiting.value.handle)
    assert (label.reference, label.content_type) == (arranged.reference, "application/pdf")
    return [page.extract_text() for page in PdfReader(BytesIO(label.content)).pages]


def test_the_simulator_undoes_a_split(training, connector):
    received = sold(training, connector, "multi_line", "split_parcels")
    assert len(received.packages) == 2
    whole = parcel_of(received, "P1", [(line.external_id, line.quantity) for line in received.lines])
    (arranged,) = connector.arrange_shipments([whole])
    (booked,) = training.order(received.external_id)["parcels"]
    assert (arranged.package_id, arranged.tracking) == (f"OFG{booked['id']}", booked["tracking"])
    assert connector.arrange_shipments([whole]) == [arranged]
    (page,) = waybills(connector, received, arranged)
    assert booked["tracking"] in page


def test_the_simulator_ships_a_parcel_of_two_packages(training, connector):
    received = sold(training, connector, "multi_line", "split_parcels")
    first, second = received.packages
    alone = parcel_of(received, "P0", first.quantities.items())
    assert connector.confirm_shipments([alone])[0].accepted
    whole = parcel_of(received, "P1", [(line.external_id, line.quantity) for line in received.lines])
    (arranged,) = connector.arrange_shipments([whole])
    booked = {f"OFG{row['id']}": row["tracking"] for row in training.order(received.external_id)["parcels"]}
    assert booked.keys() == {first.external_id, second.external_id}
    pairs = dict(zip(arranged.package_id.split(","), arranged.tracking.split(","), strict=True))
    assert pairs == booked
    pages = waybills(connector, received, arranged)
    assert [tracking in page for tracking, page in zip(pairs.values(), pages, strict=True)] == [True, True]
    training.api.control(f"orders/{received.external_id}/collect", {})
    left = connector.parse_order(connector.fetch_order(received.external_id).payload)
    assert left.status is OrderStatus.SHIPPED


def refusal(connector, path, body):
    """Code of the simulator's refusal; empty where there is none."""
    try:
        connector._api.post("order.pack", "600001", path, body)
    except Rejected as error:
        return error.code
    return ""


def test_the_simulator_splits_and_undoes_only_what_it_may(training, connector):
    received = sold(training, connector, "multi_line", "split_parcels")
    body = {"order_sn": received.external_id}
    package = {"item_list": [{"item_id": 1, "model_id": 1}]}
    again = body | {"package_list": [package, package]}
    assert refusal(connector, "order/split_order", again) == "order_has_been_split"
    assert [refusal(connector, "order/unsplit_order", body) for _ in range(2)] == ["", "order_cannot_undo_split"]
    arranged = sold(training, connector, "multi_line", "split_parcels")
    first = parcel_of(arranged, "P0", arranged.packages[0].quantities.items())
    assert connector.confirm_shipments([first])[0].accepted
    assert refusal(connector, "order/unsplit_order", {"order_sn": arranged.external_id}) == "order_cannot_undo_split"
