"""Parcels of orders whose carrier the channel books: planned, arranged (tracking number, waybill), collected.

A parcel of ``order["parcels"]`` is ``{id, items: [{line, quantity}], status, carrier, tracking, arranged_at}`` with the
status ``planned``, ``arranged`` or ``collected``. A collected parcel is one of ``order["packages"]`` as well.
"""

import random

from ..clock import to_text

CARRIERS = ("J&T Express", "Ninja Van", "SPX Express", "USPS", "Yodel")


class ParcelRefused(Exception):
    """The parcel's or order's state does not allow this."""


def planned(order, split):
    """Return the parcels of a new order: one, or with ``split`` two where there is more than one unit."""
    items = [{"line": line["id"], "quantity": line["quantity"]} for line in order["lines"]]
    if split and len(items) > 1:
        return [_parcel(order, 0, items[:1]), _parcel(order, 1, items[1:])]
    if split and items[0]["quantity"] > 1:
        less = {"line": items[0]["line"], "quantity": items[0]["quantity"] - 1}
        return [_parcel(order, 0, [less]), _parcel(order, 1, [{**less, "quantity": 1}])]
    return [_parcel(order, 0, items)]


def replan(order, groups):
    """Pack the units of the planned parcels anew (split or combine).

    :param groups: per parcel ``[{line, quantity}]``, together exactly the units planned before
    :raise ParcelRefused: if a parcel is on its way already or the units are not the same
    """
    if any(parcel["status"] != "planned" for parcel in order["parcels"]):
        raise ParcelRefused("A parcel of the order is arranged already.")
    if _units(groups) != _units([parcel["items"] for parcel in order["parcels"]]):
        raise ParcelRefused("The parcels do not hold the units of the order.")
    first = 1 + max(int(parcel["id"][-2:]) for parcel in order["parcels"])
    order["parcels"] = [_parcel(order, first + number, items) for number, items in enumerate(groups)]


def refit(order):
    """Plan one parcel anew after units were taken out of the order, unless one is on its way."""
    if all(parcel["status"] == "planned" for parcel in order["parcels"]):
        left = [{"line": line["id"], "quantity": line["quantity"] - line["shipped"]} for line in order["lines"]]
        order["parcels"] = [{**order["parcels"][0], "items": [item for item in left if item["quantity"]]}]


def find(order, parcel_id):
    """Return a parcel of an order.

    :raise ParcelRefused: if there is none with this id
    """
    for parcel in order["parcels"]:
        if parcel["id"] == parcel_id:
            return parcel
    raise ParcelRefused(f"The order has no parcel {parcel_id}.")


def arrange(order, parcel_id, moment):
    """Book the carrier of a parcel.

    :return: False if it was booked before, which changes nothing
    :raise ParcelRefused: if the order cannot be shipped
    """
    parcel = find(order, parcel_id)
    if parcel["status"] != "planned":
        return False
    if order["status"] not in ("unshipped", "partially_shipped"):
        raise ParcelRefused(f"The order is {order['status']} and cannot be shipped.")
    rng = random.Random(f"parcel:{parcel_id}")
    parcel.update(status="arranged", carrier=rng.choice(CARRIERS), tracking=f"SIM{rng.randrange(10**12):012d}",
                  arranged_at=to_text(moment))
    return True


def package(parcel, moment):
    """Return what a collected parcel is as a package of the order."""
    return {"reference": parcel["id"], "carrier": parcel["carrier"], "service": "", "tracking": parcel["tracking"],
            "shipped_at": to_text(moment), "items": parcel["items"]}


def waybill(order, parcel):
    """Return the parcel's waybill: a one-page PDF with tracking number and address."""
    address = order["address"]
    lines = [parcel["carrier"], parcel["tracking"], f"Order {order['id']}", f"Parcel {parcel['id']}",
             address["postcode"], address["country"]]
    text = "BT /F1 16 Tf 40 380 Td 24 TL " + " ".join(f"({_escaped(line)}) Tj T*" for line in lines) + " ET"
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 288 432] /Contents 4 0 R "
               "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
               f"<< /Length {len(text)} >>\nstream\n{text}\nendstream"]
    body, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    rows = "".join(f"{place:010d} 00000 n \n" for place in places)
    tail = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return (body + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{rows}{tail}").encode("latin-1")


def _parcel(order, position, items):
    return {"id": f"{5 * 10**13 + order['number'] * 100 + position}", "items": items, "status": "planned",
            "carrier": "", "tracking": "", "arranged_at": None}


def _units(groups):
    units = {}
    for items in groups:
        for item in items:
            units[item["line"]] = units.get(item["line"], 0) + item["quantity"]
    return {line: quantity for line, quantity in units.items() if quantity}


def _escaped(text):
    plain = text.encode("ascii", "replace").decode()
    return plain.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
