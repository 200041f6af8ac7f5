"""Parcels whose carrier the marketplace books and whose waybill it prints."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel that the marketplace has booked.

    :param reference: our own number of the parcel, as in its :class:`~.records.Shipment`
    :param package_id: the marketplace's number of the parcel
    """

    reference: str
    shop_id: str
    order_id: str
    package_id: str
    tracking: str = ""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What the marketplace said to the wish to ship a parcel.

    :param tracking: tracking number; empty while the carrier has not given one
    :param retry_after: seconds; ask again later for what is still missing
    """

    reference: str
    accepted: bool
    package_id: str = ""
    tracking: str = ""
    carrier_name: str = ""
    message: str = ""
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """The waybill of a parcel.

    :param content: the file
    :param content_type: e.g. ``application/pdf``
    """

    reference: str
    content: bytes
    content_type: str = "application/pdf"
