"""Delivery addresses. Source: TikTok Shop's document "Get Order Detail", ``recipient_address``."""

import re

from ...marketplace.contract import Address

# TikTok hides parts of what its own carriers deliver: "(+1)213-***-1234", "1*** Coleman Ave".
_MASK = re.compile(r"\*{2,}")
_LEVELS = {"L1": "state", "L2": "city", "L3": "district"}
_WORDS = (
    ("state", "state"), ("province", "state"), ("prefecture", "state"), ("region", "state"),
    ("city", "city"), ("municipality", "city"), ("post town", "city"),
    ("district", "district"), ("county", "district"), ("town", "district"),
)  # fmt: skip


def read_address(recipient):
    """:class:`Address`, or ``None`` while TikTok gives none (unpaid and on hold).

    :param Node recipient: ``recipient_address``
    """
    if not recipient.data:
        return None
    places = _read_places(recipient)
    lines = [recipient.text(f"address_line{number}") for number in (1, 2, 3, 4)]
    lines = [line for line in lines if line] or [recipient.text("address_detail")]
    received = {
        "name": recipient.text("name"),
        "street": lines[0],
        "street2": lines[1] if len(lines) > 1 else "",
        "street3": ", ".join(lines[2:]),
        "city": recipient.text("post_town") or places.get("city", ""),
        "district": places.get("district", ""),
        "state": places.get("state", ""),
        "postal_code": recipient.text("postal_code"),
        "phone": recipient.text("phone_number"),
    }
    hidden = {name for name, text in received.items() if _MASK.search(text)}
    clear = {name: "" if name in hidden else text for name, text in received.items()}
    # A hidden telephone number hinders nobody: TikTok gives it to the carrier.
    masked = bool(hidden - {"phone"}) or not clear["name"] or not clear["street"]
    return Address(**clear, country_code=recipient.text("region_code"), masked=masked)


def _read_places(recipient):
    """``{city, district, state: name}``, by what TikTok calls each level and else by its number."""
    places = {}
    for level in recipient.nodes("district_info"):
        name = level.text("address_name")
        word = level.text("address_level_name").lower()
        place = next((place for known, place in _WORDS if known in word), "")
        if not place and not word:
            place = _LEVELS.get(level.text("address_level"), "")
        if place and name:
            places.setdefault(place, name)
    return places
