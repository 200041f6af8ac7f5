"""A provider's hooks of the conformance kit, played by the simulator's depot of its operator."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import urlsplit

import requests

from addons.marketplace.contract import Address, Money
from addons.overseas_warehouse.conformance import ProviderConformance
from addons.overseas_warehouse.contract import (
    Carton,
    InboundNotice,
    OutboundLine,
    OutboundOrder,
    ProductCard,
    ProviderCapability,
    Transport,
)
from tests.plain.fake_http import FakeServer, answer, session_of
from tests.plain.simulator.api import Api

SIZE = (Decimal(40), Decimal(30), Decimal(20))
FAULTS = {"rate limited": "throttle", "server error": "error_503", "truncated": "truncated_json"}


class Wire(FakeServer):
    """Hands a provider's requests to the simulator.

    :param check: ``(request, url, response)`` of what went well
    """

    def __init__(self, api, check=None):
        super().__init__(handler=self._pass)
        self.api, self.check = api, check
        self.failure, self.lost, self.refusal, self.slept = None, False, None, []
        self.is_write = lambda request: False

    def clock(self):
        return self.api.clock.now().timestamp()

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.api.clock.pass_time(seconds)

    def _pass(self, request):
        if self.failure == "no connection":
            return requests.ConnectionError("refused")
        if self.failure == "bad request":
            return self.refusal
        self.api.clock.pass_time(0.2)
        url = urlsplit(request.url)
        response = self.api.http.open(
            f"{url.path}?{url.query}", method=request.method, headers=dict(request.headers), data=request.body or b""
        )
        if self.failure == "lost answer" and not self.lost and self.is_write(request):
            self.lost = True
            return requests.ReadTimeout("no answer")
        if self.check and self.failure is None and response.status_code < 300:
            self.check(request, url, response)
        headers = {name.replace("-", "_"): value for name, value in response.headers.items()}
        return answer(response.data, response.status_code, **headers)


class DepotConformance(ProviderConformance):
    """What derives it sets the names, ``connect`` and what is special about its operator."""

    operator = ""
    warehouse = ""
    service = ""
    place = ""
    """The depot's code of :attr:`warehouse`."""
    refusal = ()
    """An answer that refuses any request."""

    def connect(self, access, bad, **options):
        """The provider; with wrong credentials if ``bad``."""
        raise NotImplementedError

    def is_write(self, request):
        """Whether a request creates something."""
        raise NotImplementedError

    def check(self, request, url, response):
        """Compare an exchange with the documents."""

    def make_provider(self, failure=None):
        if not hasattr(self, "api"):
            self.api = Api(channels=(self.operator,))
            self.depot = self.api.simulator.channels[self.operator].depot
            self.access = self.api.control("credentials")["channels"][self.operator]
            self.since = self.api.clock.now() - timedelta(days=2)
            self.until = self.api.clock.now() + timedelta(days=2)
            self.slept = []
            for sku, (sellable, damaged) in self.stock().items():
                self.depot.put_stock(self.place, sku, sellable, damaged)
        wire = Wire(self.api, self.check)
        wire.failure, wire.refusal, wire.is_write, wire.slept = failure, self.refusal, self.is_write, self.slept
        if failure in FAULTS:
            self.api.control("faults", {"kind": FAULTS[failure], "operation": f"{self.operator}.*"})
        options = {"session": session_of(wire), "clock": wire.clock, "sleep": wire.sleep}
        return self.connect(self.access, failure == "bad credentials", endpoint=self.access["endpoint"], **options)

    def waited(self):
        return sum(self.slept)

    def stock(self):
        return {"CUP": (20, 0), "PLATE": (30, 0), "SPOON": (15, 0)}

    def writes(self):
        return {
            ProviderCapability.PRODUCTS: (card("FORK", "0.1"), card("GHOST", "0")),
            ProviderCapability.INBOUND: (self.notice("ASN1", "PLATE"), self.notice("ASN2", "NO-SUCH")),
            ProviderCapability.OUTBOUND: (self.order("WH/OUT/1", 2), self.order("WH/OUT/2", 2000)),
        }

    def notice(self, reference, sku):
        """Two cartons, one of them mixed."""
        cartons = (
            Carton(1, *SIZE, Decimal(8), (("CUP", 12), (sku, 6))),
            Carton(2, *SIZE, Decimal(9), ((sku, 10),)),
        )
        return InboundNotice(reference, self.warehouse, cartons, Transport.SEA_LCL, date(2026, 3, 1), tracking="MSKU1")

    def order(self, reference, units):
        """Cups for one buyer."""
        address = Address(
            name="Ada", street="Weg 1", city="Bonn", state="NW", postal_code="53111", country_code="DE", phone="0228"
        )
        lines = (OutboundLine("CUP", units),)
        return OutboundOrder(reference, self.warehouse, self.service, address, lines, order_number="1001")

    def booked(self, capability):
        if capability is ProviderCapability.PRODUCTS:
            return len({product["sku"] for product in self.depot.products()} - set(self.stock()))
        inbound = capability is ProviderCapability.INBOUND
        return len(self.depot.inbounds() if inbound else self.depot.outbounds())

    def receive(self, reference, counts, finished):
        self._play("receive", reference=reference, counts=counts, finished=finished)

    def expected(self, reference):
        notice = self.depot.inbound(reference=reference)
        return date.fromisoformat(notice["eta"]), notice["tracking"]

    def ship(self, reference):
        self._play("ship", reference=reference)

    def bring_back(self, reference):
        self._play("bring_back", reference=reference)

    def _play(self, event, **body):
        self.api.control(f"depots/{self.operator}/{event}", body)


def card(sku, weight):
    """A product to be made known."""
    value = Money(Decimal("1.50"), "USD", "1.50")
    return ProductCard(sku, sku.title(), Decimal(weight), *SIZE, "cutlery", value, barcode=f"B-{sku}", hs_code="821599")


def utc(*parts):
    """An aware time."""
    return datetime(*parts, tzinfo=timezone.utc)
