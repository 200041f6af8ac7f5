"""FBA of one seller over a server in memory, which checks every exchange against the official models."""

from datetime import datetime, timezone
from decimal import Decimal

from addons.marketplace.contract import Address
from addons.overseas_warehouse_fba.connector import AmazonFba
from addons.overseas_warehouse_fba.connector.inbound_records import InboundBox, InboundItem, InboundOrder
from addons.overseas_warehouse_fba.connector.outbound import McfLine, McfOrder
from tests.plain.amazon.amazon import CREDENTIALS
from tests.plain.fake_http import FakeTime, session_of

READY = datetime(2026, 6, 1, 8, tzinfo=timezone.utc)
HUB = Address(
    name="Li Wei", company="Hub Shenzhen", street="1 Bao'an Road", city="Shenzhen", state="Guangdong",
    postal_code="518000", country_code="CN", phone="+86 755 1234567",
)  # fmt: skip
BUYER = Address(name="Ann", street="1 High St", city="Leeds", postal_code="LS1 1AA", country_code="GB")


def connect(server, **options):
    """:class:`AmazonFba` of a :class:`tests.plain.amazon.amazon.Amazon`."""
    time = FakeTime(datetime(2026, 5, 28, tzinfo=timezone.utc).timestamp())
    options = {
        "session": session_of(server),
        "clock": time.clock,
        "sleep": time.sleep,
        "jitter": lambda: 0.0,
        **options,
    }
    return AmazonFba(CREDENTIALS, **options)


def box(*items, count=1):
    """Boxes of 40 × 30 × 20 cm and 5.5 kg; items as ``(MSKU, units)``."""
    sides = (Decimal(40), Decimal(30), Decimal(20))
    return InboundBox(*sides, Decimal("5.5"), tuple(InboundItem(msku, units) for msku, units in items), count)


def inbound_order(boxes, marketplace_id, reference="WH/OUT/00042"):
    """An order of what is in the boxes."""
    units = {}
    for entry in boxes:
        for item in entry.items:
            units[item.msku] = units.get(item.msku, 0) + item.units * entry.count
    items = tuple(InboundItem(msku, count) for msku, count in sorted(units.items()))
    return InboundOrder(reference, marketplace_id, HUB, items, tuple(boxes), READY, "hub@example.com")


def mcf_order(reference="WH-OUT-00077", units=2, msku="TEAPOT"):
    """A shop's order for one SKU."""
    lines = (McfLine("L1", msku, units),)
    return McfOrder(reference, "SHOP-1001", READY, "Thank you", BUYER, lines)
