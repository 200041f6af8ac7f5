"""The storm's marketplaces behind the connector contract: a worker asks the process that holds the world."""

from datetime import timedelta
from decimal import Decimal

from odoo.addons.marketplace.contract import (
    ActionResult,
    Address,
    Buyer,
    Capability,
    Charge,
    ChargeKind,
    Connector,
    Fulfilment,
    Money,
    NotReady,
    Order,
    OrderLine,
    OrderStatus,
    Page,
    PushResult,
    RawRecord,
    Unavailable,
    Window,
)

from scripts.lib.bench._storm_world import BEGIN, PRICE, to_time

DISPATCH = timedelta(days=1)


class StormConnector(Connector):
    """One channel of the storm.

    :param ask: function ``(shop, verb, *arguments)`` that the world answers with ``(kind of answer, value)``
    :param shop: its number, as text
    :param currency: code of the currency in which it sells
    """

    capabilities = frozenset(
        {Capability.ORDERS, Capability.STOCK_PUSH, Capability.SHIPMENT_CONFIRMATION, Capability.REFUND}
    )

    def __init__(self, ask, shop: str, currency: str):
        self._ask = ask
        self.shop = shop
        self.currency = currency

    def _call(self, verb, *arguments):
        kind, value = self._ask(self.shop, verb, *arguments)
        if kind == "not_ready":
            raise NotReady(*value)
        if kind == "unavailable":
            raise Unavailable(value)
        return value

    def fetch_shops(self):
        raise self._unsupported(Capability.AUTHORISATION)

    def fetch_orders(self, shop_ids, since, until=None, token=""):
        rows, complete_until = self._call("list_orders", (since - BEGIN).total_seconds())
        return Page(tuple(self._record(row) for row in rows), complete_until=to_time(complete_until))

    def _record(self, row):
        number, revision, status, changed, ordered, sku = row
        payload = {
            "id": number,
            "revision": revision,
            "status": status,
            "changed": changed,
            "ordered": ordered,
            "sku": sku,
        }
        return RawRecord("order", self.shop, number, str(revision), payload, to_time(changed))

    def parse_order(self, payload):
        price = Money(Decimal(PRICE), self.currency, PRICE)
        line = OrderLine("1", f"SKU-{payload['sku']:04d}", "Goods", 1, (Charge(ChargeKind.ITEM, price, None),))
        ordered = to_time(payload["ordered"])
        return Order(
            external_id=payload["id"],
            shop_id=self.shop,
            revision=str(payload["revision"]),
            status=OrderStatus(payload["status"]),
            fulfilment=Fulfilment.MERCHANT,
            ordered_at=ordered,
            updated_at=to_time(payload["changed"]),
            lines=(line,),
            total=price,
            buyer=Buyer(key=f"{self.shop}-{payload['id']}"),
            address=Address(
                name="Ada Byron",
                street=f"{payload['id']} Mill Lane",
                city="Leeds",
                postal_code="LS1 4AP",
                country_code="GB",
                phone="0113 496 0000",
            ),
            ship_by=Window(end=ordered + DISPATCH),
        )

    def push_stock(self, shop_id, levels, handle=None):
        numbers = {level.sku: level.quantity for level in levels}
        accepted = set(self._call("push", numbers, handle))
        return [PushResult(level.sku, level.sku in accepted) for level in levels]

    def confirm_shipments(self, shipments):
        self._call("ship", [shipment.order_id for shipment in shipments])
        return [ActionResult(shipment.reference, accepted=True) for shipment in shipments]

    def refund_orders(self, refunds):
        self._call("refund", [refund.reference for refund in refunds])
        return [ActionResult(refund.reference, accepted=True) for refund in refunds]
