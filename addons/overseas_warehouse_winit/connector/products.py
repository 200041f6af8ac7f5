"""Warehouses, ways of shipping and products. Sources: fields.json, ``oswh.WarehousePayload``,
``oswh.DeliveryWayResponse``, ``oswh.Product``, ``oswh.CommodityInfo``.
"""

from ...marketplace.contract import Rejected, each
from ...overseas_warehouse.contract import Booking, ProductState, ProductStatus, Service, WarehouseInfo
from .fields import grams, plain

# Winit states no country: codes begin with it, e.g. DE0001, US0001, UK0001.
_COUNTRIES = {"UK": "GB"}
_PAGE_SIZE = 50


def fetch_warehouses(api):
    """Overseas warehouses."""
    return [
        WarehouseInfo(code, node.text("warehouseName", required=True), _COUNTRIES.get(code[:2], code[:2]))
        for code, node in _warehouses(api).items()
    ]


def fetch_services(api, warehouse):
    """Ways to deliver from a warehouse."""
    node = _warehouses(api).get(warehouse)
    if node is None:
        raise Rejected(f"Winit has no warehouse {warehouse}")
    ways = api.nodes("queryDeliveryWay", {"warehouseID": node.text("warehouseID", required=True)})
    services = {}
    for way in ways:
        code = way.text("winitProductCode", required=True)
        services.setdefault(code, Service(code, way.text("deliveryWay", required=True)))
    return list(services.values())


def push_products(api, settings, cards):
    """Register or correct products: one operation for both, told apart by SKU."""
    return each(cards, lambda card: _push(api, settings, card), Booking)


def fetch_products(api, skus):
    """Products as Winit has them."""
    found = {}
    for sku in skus:

        def page(number, size, sku=sku):
            return {"skuCode": sku, "pageNo": number, "pageSize": size}

        for node in api.pages("winit.mms.item.list", page, _PAGE_SIZE):
            if node.text("skuCode") == sku:  # the search may find more than what is equal
                found[sku] = _state(node)
    return list(found.values())


def _warehouses(api):
    return {node.text("warehouseCode", required=True): node for node in api.nodes("queryWarehouse")}


def _push(api, settings, card):
    if card.declared_value.currency != "USD":
        raise Rejected(f"{card.sku}: Winit takes declared values in USD, not in {card.declared_value.currency}")
    answered = api.nodes("registerProduct", {"productList": [_payload(settings, card)]})
    if card.sku not in {node.text("productCode") for node in answered}:
        raise Rejected(f"Winit did not confirm the product {card.sku}")
    return Booking(card.sku, True)


def _payload(settings, card):
    value = plain(card.declared_value.amount)
    fields = {
        "productCode": card.sku,
        "chineseName": card.name_local or card.name,
        "englishName": card.name,
        "registeredWeight": grams(card.weight_kg),
        "fixedVolumeWeight": "Y",
        "registeredLength": plain(card.length_cm),
        "registeredWidth": plain(card.width_cm),
        "registeredHeight": plain(card.height_cm),
        "branded": "N",
        "battery": "Y" if card.has_battery else "N",
        "exportCountry": settings.export_country,
        "inporCountry": settings.import_country,
        "inportDeclaredvalue": value,
        "exportDeclaredvalue": value,
    }
    if card.barcode:
        fields["itemThirdVos"] = [{"skuCodeThird": card.barcode, "description": "barcode"}]
    return {name: text for name, text in fields.items() if text}


def _state(node):
    active = node.text("isActive")
    return ProductState(
        sku=node.text("skuCode"),
        status={"Y": ProductStatus.APPROVED, "N": ProductStatus.REJECTED}.get(active, ProductStatus.UNKNOWN),
        external_id=node.text("id"),
        barcode=node.text("code"),
        weight_kg=node.measure("weight") or node.measure("registerWeight"),
        length_cm=node.measure("length") or node.measure("registerLength"),
        width_cm=node.measure("width") or node.measure("registerWidth"),
        height_cm=node.measure("height") or node.measure("registerHeight"),
    )
