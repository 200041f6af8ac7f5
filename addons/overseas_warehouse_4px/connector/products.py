"""Warehouses, ways of shipping and products. Sources: fields.json, ``fulfillment.SkuNewCreate``, ``SkuEdit``, ``Sku``,
``common.Warehouse`` and ``LogisticsProduct``.
"""

import re

from ...marketplace.contract import Rejected, each
from ...overseas_warehouse.contract import Booking, ProductState, ProductStatus, Service, WarehouseInfo
from .fields import centimetres, grams

FULFILMENT = "F"
LAST_MILE = "end"
MOST_SKUS = 100
_SKU = re.compile(r"[A-Z0-9\-_#*/&+?.()@]{4,}")
_CURRENCIES = ("USD", "CNY")
_STATES = {"S": ProductStatus.APPROVED, "N": ProductStatus.PENDING, "X": ProductStatus.REJECTED}


def fetch_warehouses(api):
    """Warehouses that fulfil orders."""
    nodes = api.nodes("com.basis.warehouse.getlist", {"service_code": FULFILMENT})
    return [
        WarehouseInfo(
            node.text("warehouse_code", required=True),
            node.text("warehouse_name_en") or node.text("warehouse_name_cn", required=True),
            node.text("country", required=True).upper(),
        )
        for node in nodes
    ]


def fetch_services(api, warehouse):
    """Last-mile products of a warehouse."""
    query = {"service_code": FULFILMENT, "category_code": LAST_MILE, "source_position_code": warehouse}
    return [
        Service(
            node.text("logistics_product_code", required=True),
            node.text("logistics_product_name_en") or node.text("logistics_product_name_cn", required=True),
        )
        for node in api.nodes("com.basis.logistics_product.getlist", query)
    ]


def push_products(api, settings, cards):
    """Create or correct products; which of the two is asked first."""
    known = {state.sku: state.external_id for state in fetch_products(api, [card.sku for card in cards])}
    return each(cards, lambda card: _push(api, settings, card, known.get(card.sku)), Booking)


def fetch_products(api, skus):
    """Products as 4PX has them."""
    found = []
    for start in range(0, len(skus), MOST_SKUS):
        answer = api.node("fu.wms.sku.getlist", {"lstsku": skus[start : start + MOST_SKUS]})
        found += [_state(node) for node in answer.nodes("skulist")]
    return found


def _push(api, settings, card, number):
    payload = _payload(settings, card)
    if number is None:
        made = api.node("fu.wms.sku.newcreate", {**payload, "product_code": card.barcode}, idempotent=False)
        number = made.text("sku_id")
    else:
        api.call("fu.wms.sku.edit", payload)
    return Booking(card.sku, True, external_id=number)


def _payload(settings, card):
    if not _SKU.fullmatch(card.sku):
        raise Rejected(
            f"{card.sku}: 4PX takes SKUs of four characters and more: capitals, digits and - _ # * / & + ? . ( ) @"
        )
    if card.declared_value.currency not in _CURRENCIES:
        raise Rejected(f"{card.sku}: 4PX takes declared values in USD or CNY, not in {card.declared_value.currency}")
    return {
        "sku_code": card.sku,
        "sku_name": card.name,
        "chinese_name": card.name_local,
        "weight": grams(card.weight_kg),
        "length": centimetres(card.length_cm),
        "width": centimetres(card.width_cm),
        "height": centimetres(card.height_cm),
        "origin_country": card.origin,
        "include_battery": "Y" if card.has_battery else "N",
        "declare_country_list": [_declaration(card, country) for country in settings.countries],
    }


def _declaration(card, country):
    value = f"{card.declared_value.amount:.2f}"
    return {
        "export_country": card.origin,
        "export_declare": card.declared_name_local or card.declared_name,
        "export_hscode": card.hs_code,
        "export_declare_value": value,
        "export_currency": card.declared_value.currency,
        "country": country,
        "import_declare": card.declared_name,
        "hs_code": card.hs_code,
        "declare_value": value,
        "currency": card.declared_value.currency,
    }


def _state(node):
    return ProductState(
        sku=node.text("sku_code", required=True),
        status=_STATES.get(node.text("sku_status"), ProductStatus.UNKNOWN),
        external_id=node.text("sku_id"),
        message=node.text("remark"),
        barcode=node.text("product_code"),
        weight_kg=node.kilograms("weight"),
        length_cm=node.measure("length"),
        width_cm=node.measure("width"),
        height_cm=node.measure("height"),
    )
