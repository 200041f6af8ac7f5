"""What goes to Amazon and what Amazon offers for it, in the words of the trade. Source: model
``fulfillmentInbound_2024-03-20``. Lengths in centimetres, weights in kilograms, both Decimal."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ...marketplace.contract import Address, Money


@dataclass(frozen=True, slots=True)
class InboundItem:
    """Units of one SKU.

    :param label_owner: who puts the FNSKU label on: ``SELLER``, ``AMAZON`` or ``NONE`` (maker's barcode)
    :param prep_owner: who prepares: the same words
    :param expires_on: of goods with a shelf life
    :param lot: maker's lot
    """

    msku: str
    units: int
    label_owner: str = "SELLER"
    prep_owner: str = "SELLER"
    expires_on: date | None = None
    lot: str = ""
    fnsku: str = ""


@dataclass(frozen=True, slots=True)
class InboundBox:
    """Boxes that are alike.

    :param tuple items: of :class:`InboundItem` in one box
    :param int count: number of boxes
    :param str box_id: Amazon's number, on the label; empty before it gives one
    """

    length_cm: Decimal
    width_cm: Decimal
    height_cm: Decimal
    weight_kg: Decimal
    items: tuple
    count: int = 1
    box_id: str = ""


@dataclass(frozen=True, slots=True)
class InboundOrder:
    """What we want to send.

    :param str reference: ours, at most 40 characters; the plan's name, by which it is found again
    :param str marketplace_id: where the goods shall be sold
    :param Address source: from where they leave
    :param tuple items: of :class:`InboundItem`, all units
    :param tuple boxes: of :class:`InboundBox`, the same units packed
    :param datetime ready_from: aware; when they can be picked up
    :param str email: of the sender, for carriers that want one
    """

    reference: str
    marketplace_id: str
    source: Address
    items: tuple
    boxes: tuple
    ready_from: datetime
    email: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """An asynchronous operation.

    :param tuple problems: texts ``severity code: message``
    """

    operation_id: str
    status: str
    problems: tuple

    @property
    def succeeded(self):
        """Whether it is done well."""
        return self.status == "SUCCESS"

    @property
    def failed(self):
        """Whether it is done badly."""
        return self.status == "FAILED"


@dataclass(frozen=True, slots=True)
class InboundPlan:
    """A plan and the states of its parts.

    :param dict placements: ``{placement option: status}``
    :param dict packings: ``{packing option: status}``
    :param dict shipments: ``{shipment: status}`` of the chosen placement
    """

    plan_id: str
    name: str
    status: str
    marketplace_ids: tuple
    packings: dict
    placements: dict
    shipments: dict


@dataclass(frozen=True, slots=True)
class Fee:
    """What an option costs.

    :param Money amount: positive also for discounts
    :param bool discount: whether it lowers the price
    """

    amount: Money
    discount: bool
    target: str
    description: str


@dataclass(frozen=True, slots=True)
class PackingOption:
    """One way to divide the units into packing groups."""

    option_id: str
    status: str
    groups: tuple
    fees: tuple
    expires_at: datetime | None

    @property
    def costs(self):
        """See :func:`costs_of`."""
        return costs_of(self.fees)


@dataclass(frozen=True, slots=True)
class PlacementOption:
    """One way to divide the units over warehouses."""

    option_id: str
    status: str
    shipment_ids: tuple
    fees: tuple
    expires_at: datetime | None

    @property
    def costs(self):
        """See :func:`costs_of`."""
        return costs_of(self.fees)


@dataclass(frozen=True, slots=True)
class TransportOption:
    """One carrier for one shipment.

    :param solution: ``AMAZON_PARTNERED_CARRIER`` or ``USE_YOUR_OWN_CARRIER``
    :param Money quote: Amazon's price; ``None`` with our own carrier
    :param voidable_until: until when a confirmed offer can be given back
    """

    option_id: str
    shipment_id: str
    mode: str
    solution: str
    carrier_code: str
    carrier_name: str
    quote: Money | None
    expires_at: datetime | None
    voidable_until: datetime | None
    needs_window: bool


@dataclass(frozen=True, slots=True)
class DeliveryWindow:
    """When a shipment may arrive."""

    option_id: str
    starts_at: datetime
    ends_at: datetime
    availability: str
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class InboundShipment:
    """One shipment to one warehouse.

    :param confirmation_id: ``FBA…``, the number in reports and on labels
    :param dict tracking: ``{box: tracking number}`` of small parcels
    :param tuple freight_bills: numbers (PRO) of freight
    """

    shipment_id: str
    confirmation_id: str
    reference_id: str
    name: str
    status: str
    placement_id: str
    warehouse: str
    transport_id: str
    window_id: str
    tracking: dict
    freight_bills: tuple
    bill_of_lading: str


def costs_of(fees):
    """What fees come to: ``{currency: Decimal}``; discounts lower it."""
    totals = {}
    for fee in fees:
        amount = -fee.amount.amount if fee.discount else fee.amount.amount
        totals[fee.amount.currency] = totals.get(fee.amount.currency, Decimal(0)) + amount
    return totals
