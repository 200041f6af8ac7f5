"""Two ways to import the same orders: the suite's, and the plain way of one order after the other."""

from datetime import datetime
from decimal import Decimal

BATCH = 500


def import_ours(env, shop, payloads: list[dict]):
    """File raw orders, import them, commit, reserve them, commit.

    :return: the sale orders
    """
    orders = file_and_import(env, shop, payloads)
    if merchant := orders.filtered(lambda order: order.marketplace_fulfilment == "merchant"):
        env["marketplace.stock.reserver"]._reserve_waiting(shop.warehouse_id, merchant.ids)
        env.cr.commit()
    return orders


def file_and_import(env, shop, payloads: list[dict]):
    """File raw orders and import them without reserving; commit.

    :return: the sale orders
    """
    from odoo.addons.marketplace_amazon.connector.orders import raw_record

    rows = env["marketplace.inbox"]._receive(shop, [raw_record(payload) for payload in payloads])
    orders = env["marketplace.order.importer"]._import_rows(rows)
    env.cr.commit()
    return orders


def import_plain(env, shop, payload: dict):
    """Find or create the customer, create the order, confirm it and let Odoo reserve; what the marketplace has shipped
    is delivered too.

    :return: the sale order
    """
    order = create_plain(env, shop, payload)
    order.action_confirm()
    if payload["fulfillment"]["fulfilledBy"] == "AMAZON":
        done = order.picking_ids.with_context(skip_sms=True).button_validate()
        if done is not True:
            raise RuntimeError(f"{order.name}: the delivery asks for a person: {done}")
    env.cr.commit()
    return order


def create_plain(env, shop, payload: dict):
    """Find or create the customer and create the order, a quotation still.

    :return: the sale order
    """
    return env["sale.order"].create(_prepare_order(env, shop, payload))


def _prepare_order(env, shop, payload: dict) -> dict:
    partner = _find_partner(env, payload) or env["res.partner"].create(_prepare_partner(env, payload))
    merchant = payload["fulfillment"]["fulfilledBy"] == "MERCHANT"
    lines = []
    for item in payload["orderItems"]:
        product = env["product.product"].search([("default_code", "=", item["product"]["sellerSku"])], limit=1)
        price = Decimal(item["product"]["price"]["unitPrice"]["amount"])
        lines.append(
            (0, 0, {"product_id": product.id, "product_uom_qty": item["quantityOrdered"], "price_unit": float(price)})
        )
    return {
        "partner_id": partner.id,
        "warehouse_id": (shop.warehouse_id if merchant else shop.fulfilment_warehouse_id).id,
        "client_order_ref": payload["orderId"],
        "date_order": datetime.fromisoformat(payload["createdTime"].replace("Z", "+00:00")).replace(tzinfo=None),
        "order_line": lines,
    }


def _find_partner(env, payload: dict):
    """By e-mail; buyers of orders that the marketplace ships have none, so by what is shown of their address."""
    if email := payload["buyer"].get("buyerEmail") if "buyer" in payload else None:
        return env["res.partner"].search([("email", "=", email)], limit=1)
    address = payload["recipient"]["deliveryAddress"]
    return env["res.partner"].search(
        [("name", "=", "Amazon buyer"), ("zip", "=", address["postalCode"]), ("city", "=", address["city"])], limit=1
    )


def _prepare_partner(env, payload: dict) -> dict:
    address = payload["recipient"]["deliveryAddress"]
    country = env["res.country"].search([("code", "=", address["countryCode"])], limit=1)
    return {
        "name": address.get("name") or "Amazon buyer",
        "email": payload.get("buyer", {}).get("buyerEmail"),
        "phone": address.get("phone"),
        "street": address.get("addressLine1"),
        "street2": address.get("addressLine2"),
        "city": address["city"],
        "zip": address["postalCode"],
        "country_id": country.id,
    }
