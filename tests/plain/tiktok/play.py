"""Parcels, cancellations, returns and products to play with, and a handler per operation."""

from datetime import datetime, timezone
from decimal import Decimal

from addons.marketplace.contract import (
    Cancellation,
    CancelReason,
    Money,
    Refund,
    RefundLine,
    Restock,
    Shipment,
    ShipmentLine,
    WebhookRequest,
)
from addons.marketplace_tiktok.connector import webhook_signature
from tests.plain.fake_http import FakeTime
from tests.plain.tiktok.tiktok import (
    APP_KEY,
    APP_SECRET,
    NOW,
    SHOP,
    TikTok,
    connect,
    item,
    order,
    success,
)

ORDER = order(1)["id"]


EVRI = {"id": "6617675021119438849", "name": "Evri"}


def shipment(*items, carrier="Evri", tracking="JX12345", number=1, **fields):
    """A parcel of line items of ``order(number)``."""
    return Shipment(
        reference=fields.pop("reference", f"OUT/{number}"),
        shop_id=SHOP,
        order_id=order(number)["id"],
        carrier_code="",
        carrier_name=carrier,
        tracking=tracking,
        shipped_at=datetime.fromtimestamp(NOW, timezone.utc),
        lines=tuple(ShipmentLine(entry["id"], 1) for entry in items or [item(1)]),
        **fields,
    )


def play(credentials=None, **handlers):
    """``(fake, connector)`` with a handler per operation, ``packages_ship=…``; a constant is answered as it is."""
    tiktok = TikTok(FakeTime(NOW))
    named = {
        name.replace("_", ".", 1): handler if callable(handler) else (lambda *_args, played=handler: played())
        for name, handler in handlers.items()
    }
    tiktok.handlers = lambda: named
    return tiktok, connect(tiktok, *([credentials] if credentials else []))


def serve_order(*items, **fields):
    total = {"total_amount": str(10 * len(items))}
    return lambda *_args: success({"orders": [order(1, list(items), total, **fields)]})


def providers(*_args):
    return success({"shipping_providers": [EVRI, {"id": "1", "name": "Others"}]})


def done(*_args):
    return success()


def sent(tiktok, operation):
    return [body for name, _query, body in tiktok.calls if name == operation]


def confirm():
    """``{operation: body}`` of confirming a whole package."""
    tiktok, connector = play(
        orders_detail=serve_order(item(1, package_id="11")), logistics_providers=providers, packages_ship=done
    )
    (result,) = connector.confirm_shipments([shipment()])
    assert result.accepted
    return {operation: body for operation, _query, body in tiktok.calls}


def arrange(create=None, detail=None, items=None, credentials=None, **handlers):
    tiktok, connector = play(
        credentials,
        orders_detail=serve_order(*(items or [item(1)]), shipping_type="TIKTOK"),
        packages_create=create or done,
        packages_detail=detail or (lambda *_args: success({"package_id": "11", "tracking_number": "TT1"})),
        packages_ship=done,
        **handlers,
    )
    (arrangement,) = connector.arrange_shipments([shipment(tracking="")])
    arrange.tiktok = tiktok
    return arrangement


def split_off(split, group):
    """Id of the package that is split off; ``group`` is how the answer names it."""

    def renamed(*args):
        status, headers, stream = split(*args)
        content = stream.getvalue().replace(f'"splittable_group_id": "{group}"'.encode(), b'"splittable_group_id": "1"')
        return status, headers, type(stream)(content)

    shipped = []
    _tiktok, connector = play(
        orders_detail=serve_order(item(1, package_id="11"), item(2, package_id="11")),
        logistics_providers=providers,
        packages_split=renamed,
        packages_ship=lambda _query, _body, package: shipped.append(package) or success(),
    )
    assert connector.confirm_shipments([shipment()])[0].accepted
    return shipped[0]


def combine_all(search, combined):
    _tiktok, connector = play(packages_combinable=search, packages_combine=combined)
    found = connector.find_combinable(SHOP)
    return (found, *connector.combine_packages(SHOP, found))


def product(*skus, number="1729592969712207008"):
    return {"id": number, "title": "Teapot", "status": "ACTIVATE", "skus": list(skus)}


def sku(number, quantity=5, *more):
    stocks = [(quantity, "7068517275539719942"), *more]
    return {
        "id": f"17295929697122070{number}",
        "seller_sku": f"SKU-{number}",
        "price": {"currency": "GBP", "sale_price": "12.34"},
        "inventory": [{"quantity": units, "warehouse_id": warehouse} for units, warehouse in stocks],
    }


def products(*entries):
    return lambda *_args: success({"products": list(entries), "next_page_token": ""})


def fbt(*_args):
    return success({"warehouses": [{"warehouse_ids": ["FBT1"]}]})


def cancellation(**fields):
    return Cancellation(
        **{"reference": "C1", "shop_id": SHOP, "order_id": ORDER, "reason": CancelReason.PRICE, **fields}
    )


def known(status="CANCELLATION_REQUEST_PENDING", role="BUYER", *units):
    return {
        "cancel_id": "4035318504086604100",
        "cancel_status": status,
        "role": role,
        "order_id": ORDER,
        "cancel_line_items": [{"order_line_item_id": unit} for unit in units or [item(1)["id"]]],
    }


def cancellations(*entries):
    return lambda *_args: success({"cancellations": list(entries), "next_page_token": ""})


def received(action="SELLER_RESPOND_REFUND", status="RETURN_OR_REFUND_REQUEST_PENDING", **fields):
    amount = {"currency": "GBP", "refund_total": "10.00"}
    return {
        "return_id": "4035318504086604111",
        "order_id": ORDER,
        "return_type": "RETURN_AND_REFUND",
        "return_status": status,
        "create_time": int(NOW) - 900,
        "update_time": int(NOW) - 600,
        "refund_amount": amount,
        "return_line_items": [
            {
                "return_line_item_id": "1",
                "order_line_item_id": item(1)["id"],
                "seller_sku": "S",
                "refund_amount": amount,
            }
        ],
        "seller_next_action_response": [{"action": action, "deadline": int(NOW) + 900}] if action else [],
        **fields,
    }


def returns(*entries):
    return lambda *_args: success({"return_orders": list(entries), "next_page_token": ""})


def refund(amount="10.00", restock=Restock.NONE, **fields):
    line = RefundLine(item(1)["id"], 1, Money(Decimal(amount), "GBP", amount), restock)
    return Refund(
        **{"reference": "R1", "shop_id": SHOP, "order_id": ORDER, "lines": (line,), "reason": "late", **fields}
    )


def hook(body, **headers):
    signed = {"authorization": webhook_signature(APP_KEY, APP_SECRET, body), **headers}
    return WebhookRequest("POST", "https://shop.example/hook", signed, {}, body, NOW)
