"""The fields of ``QueryRoot``: what a shop lets an app read."""

import re
from decimal import Decimal

from graphql import GraphQLError

from ...world.catalogue import MERCHANT
from .connections import connection, page
from .orders_view import LOCATION, LOCATIONS, OrderView, gid, tail
from .payments import Payments
from .refunds_view import refunds, returns, suggested

_RANGE = re.compile(r"updated_at:(>=|<=)'([^']+)'")
_SKU = re.compile(r'sku:"((?:[^"\\]|\\.)*)"')
_FIRST_VARIANT = 40_000


class Queries:
    """Resolvers for one call.

    :param Call call: with the shop in ``region``
    :param Shop shop: which it is
    """

    def __init__(self, call, shop):
        self.call, self.shop_info, self.payments = call, shop, Payments(call)

    def root(self):
        """Resolvers by field name."""
        return {
            "shop": self.shop,
            "locations": self.locations,
            "orders": self.orders,
            "ordersCount": self.orders_count,
            "order": self.order,
            "fulfillment": self.fulfillment,
            "fulfillmentOrder": self.fulfilment_order,
            "refund": self.refund,
            "return": self.return_,
            "productVariants": self.variants,
            "webhookSubscriptions": self.subscriptions,
            "bulkOperation": self.bulk_operation,
            "job": self.job,
            "nodes": self.payments.nodes,
            "shopifyPaymentsAccount": self.payments.account,
        }

    def shop(self, info):
        """The shop itself."""
        shop = self.shop_info
        country = {"countryCodeV2": shop.country}
        return {
            "name": shop.title,
            "myshopifyDomain": shop.domain,
            "currencyCode": shop.currency,
            "shopAddress": country,
        }

    def locations(self, info, **args):
        """Where the shop has stock."""
        places = [
            {"id": id_, "name": name, "isActive": True, "isFulfillmentService": False}
            for id_, name in LOCATIONS.items()
        ]
        return page(places, **args)

    # === ORDERS === #

    def orders(self, info, query="", first=None, after=None, **_args):
        """Orders by the time of their last change."""
        limits = dict(_RANGE.findall(query or ""))
        found, following = self.call.site.search(
            self.call,
            "updated",
            f"{limits['>='][:19]}.000Z" if ">=" in limits else "",
            f"{limits['<='][:19]}.999Z" if "<=" in limits else "9",
            None,
            10**6 if first is None else first,
            after,
        )
        return connection([self.show(order) for order in found], following or "")

    def orders_count(self, info, query="", limit=10_000):
        """How many orders a search finds."""
        count = len(self.orders(info, query)["nodes"])
        return {"count": count if limit is None else min(count, limit)}

    def order(self, info, id):
        """One order, ``None`` if the shop has none of this id."""
        view = self.view(id)
        return self.show(view.order) if view else None

    def view(self, id_):
        """:class:`OrderView` of a global id, or ``None``."""
        order = self.call.site.find_order(self.call, tail(id_))
        return OrderView(order) if order else None

    def show(self, order):
        """An order with its refunds and returns."""
        view = OrderView(order)
        return {
            **view.show(),
            "refunds": lambda info, first=None: refunds(view)[:first],
            "returns": lambda info, **args: page(returns(view), **args),
            "suggestedRefund": lambda info, refundLineItems=(), shippingAmount=None: suggested(
                view, refundLineItems or (), Decimal(shippingAmount or 0)
            ),
        }

    def fulfillment(self, info, id):
        """One parcel by its id: the order's and its position."""
        number = tail(id)
        view = self.view(number[:-1])
        return next((parcel for parcel in view.parcels() if parcel["id"] == id), None) if view else None

    def fulfilment_order(self, info, id):
        """The fulfilment order of an order."""
        view = self.view(tail(id))
        return view.show()["fulfillmentOrders"](info)["nodes"][0] if view else None

    def refund(self, info, id):
        """One refund by its id: the order's, one digit for its kind, and its position."""
        view = self.view(tail(id)[:13])
        return next((refund for refund in refunds(view) if refund["id"] == id), None) if view else None

    def return_(self, info, id):
        """One return."""
        found = self.call.site.find_return(self.call, tail(id))
        return next(item for item in returns(OrderView(found[0])) if item["id"] == id) if found else None

    # === PRODUCTS === #

    def variants(self, info, query="", first=None, after=None, **_args):
        """Product variants, all or those of some SKUs; like Shopify's search it finds SKUs that begin so, too."""
        wanted = [sku.replace('\\"', '"').replace("\\\\", "\\") for sku in _SKU.findall(query or "")]
        found = [
            self.variant(listing)
            for listing in self.call.world.listings(self.call.region)
            if listing["channel"] == MERCHANT and (not wanted or listing["sku"].startswith(tuple(wanted)))
        ]
        return page(found, first, after)

    def variant(self, listing):
        """A listing as ``ProductVariant``."""
        market = self.shop_info.market
        return {
            "id": gid("ProductVariant", _FIRST_VARIANT + listing["number"]),
            "sku": listing["sku"],
            "barcode": listing["barcode"],
            "displayName": listing["title"],
            "price": str(Decimal(listing["prices"][market])),
            "inventoryQuantity": listing["quantity"],
            "product": {"status": "ACTIVE"},
            "inventoryItem": {
                "id": gid("InventoryItem", _FIRST_VARIANT + listing["number"]),
                "tracked": True,
                "inventoryLevel": lambda info, locationId: self.level(listing, locationId),
            },
        }

    def level(self, listing, location):
        """What a location offers of a listing."""
        if location not in LOCATIONS:
            raise GraphQLError(f"Invalid location {location}")
        number = f"{_FIRST_VARIANT + listing['number']}?location={tail(location)}"
        quantity = self.at(listing, location)
        return {
            "id": gid("InventoryLevel", number),
            "isActive": True,
            "quantities": lambda info, names: (
                [{"name": "available", "quantity": quantity}] if "available" in names else []
            ),
        }

    def at(self, listing, location):
        """Units at a location: the first one has what the others have not."""
        elsewhere = self.call.store.setting(f"shopify:showroom:{self.call.region}:{listing['sku']}", 0)
        return listing["quantity"] - elsewhere if location == LOCATION else elsewhere

    def listing_of(self, item):
        """The listing of an inventory item, or ``None``."""
        for listing in self.call.world.listings(self.call.region):
            if gid("InventoryItem", _FIRST_VARIANT + listing["number"]) == item and listing["channel"] == MERCHANT:
                return listing
        return None

    # === THE APP'S OWN === #

    def subscriptions(self, info, **args):
        """Webhook subscriptions of the app."""
        found = [
            {"id": gid("WebhookSubscription", entry["id"]), "topic": entry["enum"], "uri": entry["url"]}
            for entry in self.call.site.webhooks.registered(self.call.region)
        ]
        return page(found, **args)

    def bulk_operation(self, info, id):
        """A bulk operation."""
        return self.call.store.document("shopify.bulk", tail(id), self.call.region)

    def job(self, info, id):
        """A job: cancelling an order is done when it is asked for again."""
        return {"id": id, "done": True}
