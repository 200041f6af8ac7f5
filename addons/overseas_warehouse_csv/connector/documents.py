"""Products, notices and orders as rows of the files for the warehouse; what is incomplete is refused before."""

from datetime import datetime, timezone
from hashlib import sha256

from ...marketplace.contract import Rejected, each
from ...overseas_warehouse.contract import Booking
from .faults import BadDocument
from .layouts import DOCUMENTS
from .writing import write_sheet


def send(folder, settings, clock, kind, records, rows_of):
    """Write one file with all records that stand in none yet; one :class:`Booking` per record.

    :param rows_of: record → its rows; raises :class:`.faults.BadDocument`
    """
    if not records:
        return []
    known, rows = folder.written(kind), {}

    def take(record):
        if record.reference not in known:
            try:
                rows[record.reference] = rows_of(settings, record)
            except BadDocument as error:
                raise Rejected(folder.describe([error.fault]), error.code) from None
        return Booking(record.reference, True, external_id=record.reference)

    bookings = each(records, take, Booking)
    if rows:
        ending, content = write_sheet([row for found in rows.values() for row in found], DOCUMENTS[kind], settings)
        folder.put(kind, f"{_name(kind, clock, rows)}.{ending}", content)
    return bookings


def product_rows(settings, card):
    """The row of a product."""
    _require(card.sku, {"name": card.name, "declared_name": card.declared_name})
    if missing := _unmeasured(card):
        raise BadDocument("unmeasured", reference=card.sku, missing=missing)
    return [
        {
            "reference": card.sku,
            "name": card.name,
            "name_local": card.name_local,
            "barcode": card.barcode,
            **_measures(card),
            "declared_name": card.declared_name,
            "declared_name_local": card.declared_name_local,
            "declared_value": card.declared_value.amount,
            "currency": card.declared_value.currency,
            "hs_code": card.hs_code,
            "origin": card.origin,
            "battery": "yes" if card.has_battery else "no",
        }
    ]


def notice_rows(settings, notice):
    """A row per carton and SKU."""
    _known_warehouse(settings, notice)
    for carton in notice.cartons:
        if missing := _unmeasured(carton):
            raise BadDocument("carton_unmeasured", reference=notice.reference, carton=carton.number, missing=missing)
    return [
        {
            "reference": notice.reference,
            "warehouse": notice.warehouse,
            "transport": notice.transport.value,
            "eta": notice.eta.isoformat(),
            "tracking": notice.tracking,
            "carton": carton.number,
            **_measures(carton),
            "label": carton.label,
            "sku": sku,
            "units": units,
            "note": notice.note,
        }
        for carton in notice.cartons
        for sku, units in carton.contents
    ]


def order_rows(settings, order):
    """A row per line."""
    _known_warehouse(settings, order)
    address = order.address
    name = address.name or address.company
    _require(
        order.reference,
        {"name": name, "street": address.street, "city": address.city, "country": address.country_code},
    )
    if settings.services and order.service not in {service.code for service in settings.services}:
        raise BadDocument("service_not_there", reference=order.reference, service=order.service)
    return [
        {
            "reference": order.reference,
            "warehouse": order.warehouse,
            "service": order.service,
            "name": name,
            "company": address.company,
            "street": address.street,
            "street2": " ".join(filter(None, (address.street2, address.street3, address.district))),
            "city": address.city,
            "state": address.state,
            "postal_code": address.postal_code,
            "country": address.country_code,
            "phone": address.phone,
            "email": order.email,
            "sku": line.sku,
            "units": line.units,
            "lot": line.lot,
            "declared_value": line.declared_value.amount if line.declared_value else "",
            "currency": line.declared_value.currency if line.declared_value else "",
            "order_number": order.order_number,
            "note": order.note,
        }
        for line in order.lines
    ]


def _measures(thing):
    names = ("length_cm", "width_cm", "height_cm", "weight_kg")
    return {name: getattr(thing, name) for name in names}


def _unmeasured(thing):
    return tuple(name for name, value in _measures(thing).items() if not value or value <= 0)


def _require(reference, values):
    if missing := tuple(name for name, value in values.items() if not value):
        raise BadDocument("lacks", reference=reference, missing=missing)


def _known_warehouse(settings, record):
    if record.warehouse not in {info.code for info in settings.warehouses}:
        raise BadDocument("warehouse_not_there", reference=record.reference, warehouse=record.warehouse)


def _name(kind, clock, references):
    at = datetime.fromtimestamp(clock(), timezone.utc).strftime("%Y%m%d-%H%M%S")
    digest = sha256("\n".join(sorted(references)).encode()).hexdigest()[:8]
    return f"{kind}-{at}-{digest}"
