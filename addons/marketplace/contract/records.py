"""What flows between a marketplace and Odoo, in the words of the trade.

All records are frozen. Times are aware UTC. A value that the marketplace does not state is ``None`` or an empty
string, never zero.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from .money import Money


class OrderStatus(str, Enum):
    """Where the marketplace sees the order."""

    PENDING = "pending"  # not payable or shippable yet; address and money may be missing
    UNSHIPPED = "unshipped"
    PARTIALLY_SHIPPED = "partially_shipped"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"
    UNFULFILLABLE = "unfulfillable"
    UNKNOWN = "unknown"  # a word that we do not know yet, see ``Order.status_text``; a person looks at the order


class Fulfilment(str, Enum):
    """Who ships."""

    MERCHANT = "merchant"  # from the seller's own or rented warehouses
    MARKETPLACE = "marketplace"  # from the marketplace's warehouse (FBA and its like)


class ChargeKind(str, Enum):
    """What the buyer pays for. Discounts are negative amounts of their own kind."""

    ITEM = "item"
    SHIPPING = "shipping"
    GIFT_WRAP = "gift_wrap"
    COD = "cod"
    TIP = "tip"
    OTHER = "other"
    ITEM_DISCOUNT = "item_discount"
    SHIPPING_DISCOUNT = "shipping_discount"
    GIFT_WRAP_DISCOUNT = "gift_wrap_discount"
    COD_DISCOUNT = "cod_discount"


class TaxTreatment(str, Enum):
    """How the stated tax relates to the stated amount."""

    INCLUDED = "included"  # the amount contains the tax
    ADDED = "added"  # the tax comes on top and is part of the order total
    OUTSIDE = "outside"  # the tax comes on top and is not part of the order total


class TaxCollector(str, Enum):
    """Who owes the tax to the state."""

    SELLER = "seller"
    MARKETPLACE = "marketplace"


@dataclass(frozen=True, slots=True)
class Window:
    """A promised span of time; either end may be open."""

    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """One part of what the buyer pays, as received.

    :param amount: signed amount as stated
    :param tax: tax on it as stated, signed alike; ``None`` where the marketplace states none
    """

    kind: ChargeKind
    amount: Money
    tax: Money | None = None
    tax_treatment: TaxTreatment = TaxTreatment.INCLUDED
    tax_collector: TaxCollector = TaxCollector.SELLER

    @property
    def total(self):
        """Decimal share of this charge in the order total."""
        if self.tax is not None and self.tax_treatment is TaxTreatment.ADDED:
            return self.amount.amount + self.tax.amount
        return self.amount.amount

    @property
    def net(self):
        """Decimal amount without the stated tax."""
        if self.tax is not None and self.tax_treatment is TaxTreatment.INCLUDED:
            return self.amount.amount - self.tax.amount
        return self.amount.amount


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; fields the marketplace masks (``***``) or withholds are empty and ``masked`` is set."""

    name: str = ""
    company: str = ""
    street: str = ""
    street2: str = ""
    street3: str = ""
    city: str = ""
    district: str = ""
    state: str = ""
    postal_code: str = ""
    country_code: str = ""
    phone: str = ""
    masked: bool = False


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who bought.

    :param key: stable anonymous key of the buyer at this marketplace (e-mail alias, user id); empty if unknown
    """

    key: str = ""
    name: str = ""
    email: str = ""
    company: str = ""
    purchase_order: str = ""
    vat: str = ""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One item of an order.

    :param quantity: units ordered and not cancelled
    :param quantity_shipped: units that left a warehouse, according to the marketplace
    :param charges: every stated part of the line's money; their totals add up to the line's share of the order
    """

    external_id: str
    sku: str
    title: str
    quantity: int
    charges: tuple[Charge, ...]
    quantity_shipped: int = 0
    product_id: str = ""  # the marketplace's own product id, e.g. ASIN
    gift_message: str = ""
    cancel_reason: str = ""


@dataclass(frozen=True, slots=True)
class Package:
    """A parcel of an order as the marketplace knows it.

    :param quantities: ``{order line external id: units}``
    """

    external_id: str
    quantities: dict[str, int]
    carrier: str = ""
    tracking: str = ""
    shipped_at: datetime | None = None
    status: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """A marketplace order at one revision.

    :param revision: text that changes whenever the marketplace changes the order
    :param total: what the buyer pays; ``None`` while the marketplace does not state it (pending orders)
    :param charges: charges of the order as a whole (e.g. a delivery tip)
    :param number: the number that buyer and seller see, where it is not ``external_id``
    :param buyer_note: what the buyer wrote with the order, e.g. where to leave the parcel
    :param status_text: the marketplace's own word for the status
    :param acknowledged: false: the marketplace waits to hear that the order was received
    :param subsidies: what the marketplace pays the seller towards discounts and shipping; no part of ``total``
    :param warnings: what a person should see before shipping, e.g. a high risk of fraud
    :param is_replacement: goods of another order are sent once more, free of charge; the money may not be stated
    :param replaces: ``external_id`` of that order, where the marketplace names it
    """

    external_id: str
    shop_id: str
    revision: str
    status: OrderStatus
    fulfilment: Fulfilment
    ordered_at: datetime
    updated_at: datetime
    lines: tuple[OrderLine, ...]
    total: Money | None = None
    charges: tuple[Charge, ...] = ()
    buyer: Buyer = Buyer()
    address: Address | None = None
    ship_by: Window = Window()
    deliver_by: Window = Window()
    service_level: str = ""
    packages: tuple[Package, ...] = ()
    cancel_request: str = ""  # the buyer's reason when the buyer asks to cancel
    is_business: bool = False
    programs: tuple[str, ...] = ()
    number: str = ""
    buyer_note: str = ""
    status_text: str = ""
    acknowledged: bool = True
    subsidies: tuple[Charge, ...] = ()
    warnings: tuple[str, ...] = ()
    is_replacement: bool = False
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class ShopInfo:
    """A shop that the credentials may act for."""

    external_id: str
    name: str
    country_code: str
    currency: str
    language: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class Listing:
    """An offer of the seller in a shop."""

    shop_id: str
    sku: str
    title: str
    fulfilment: Fulfilment
    product_id: str = ""  # ASIN, item id …
    fulfilment_sku: str = ""  # the marketplace warehouse's label, e.g. FNSKU
    price: Money | None = None
    quantity: int | None = None
    status: str = ""
    barcode: str = ""


@dataclass(frozen=True, slots=True)
class StockLevel:
    """Units on offer of one SKU in one shop.

    :param lead_days: days until the parcel leaves
    :param available_on: day from which the units are there, if they are still on their way; only for connectors with
        the capability ``STOCK_DATES``, the others leave it out
    """

    sku: str
    quantity: int
    lead_days: int | None = None
    available_on: date | None = None


@dataclass(frozen=True, slots=True)
class FulfilmentStock:
    """Units of one SKU in the marketplace's own warehouse."""

    sku: str
    fulfilment_sku: str = ""
    product_id: str = ""
    available: int = 0
    reserved: int = 0
    unsellable: int = 0
    inbound: int = 0
    researching: int = 0


@dataclass(frozen=True, slots=True)
class ShipmentLine:
    """Units of one order line in a parcel."""

    order_line_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Shipment:
    """A parcel handed to a carrier, to be confirmed to the marketplace.

    :param reference: our own number of the parcel, the idempotency key of the confirmation
    :param carrier_code: the marketplace's code of the carrier, or ``Other``
    :param package_id: the marketplace's number of the parcel, where it booked the carrier
    """

    reference: str
    shop_id: str
    order_id: str
    carrier_code: str
    carrier_name: str
    tracking: str
    shipped_at: datetime
    lines: tuple[ShipmentLine, ...]
    service: str = ""
    ship_from: Address | None = None
    package_id: str = ""
