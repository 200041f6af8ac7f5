"""A simulated operator of warehouses in this process, behind the conformance kit of its provider."""

import json
from datetime import date, timedelta
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
_FAULTS = {"rate limited": "throttle", "server error": "error_500", "truncated": "truncated_json"}


class Operator:
    """A simulator with one operator.

    :param check: ``(request, url, response)`` → nothing; holds an exchange against the specification
    """

    def __init__(self, name, check):
        self.api = Api(channels=(name,))
        self.name, self._check = name, check
        self.site = self.api.simulator.channels[name]
        self.access = self.api.control("credentials")["channels"][name]
        self.waits = []

    @property
    def depot(self):
        """Its books."""
        return self.site.depot

    def play(self, event, **body):
        """What people in the warehouse do."""
        return self.api.control(f"depots/{self.name}/{event}", body)

    def options(self, lose=None):
        """Arguments of a provider.

        :param lose: ``request -> bool``: whether the first such request is carried out without an answer
        """
        server = FakeServer(handler=lambda request: self._pass(request, lose))
        self._lost = False
        return {
            "session": session_of(server),
            "endpoint": self.access["endpoint"],
            "clock": lambda: self.api.clock.now().timestamp(),
            "sleep": self._sleep,
        }

    def _sleep(self, seconds):
        self.waits.append(seconds)
        self.api.clock.pass_time(seconds)

    def _pass(self, request, lose):
        self.api.simulator.buckets.clear()
        url = urlsplit(request.url)
        response = self.api.http.open(
            f"{url.path}?{url.query}", method=request.method, headers=dict(request.headers), data=request.body or b""
        )
        if not self.api.control("faults")["faults"]:
            self._check(request, url, response)
        if lose and lose(request) and not self._lost:
            self._lost = True
            return requests.ReadTimeout("no answer")
        headers = {name.replace("-", "_"): value for name, value in response.headers.items()}
        return answer(response.data, response.status_code, **headers)


class OperatorConformance(ProviderConformance):
    """The kit over a simulated operator; what derives it names ``operator_name`` and fills in the rest."""

    operator_name = ""
    refusal = {}
    """Body of an answer that refuses a request."""

    def build(self, access, **options):
        """A provider with credentials; ``access`` as the simulator states them."""
        raise NotImplementedError

    def spoiled(self, access):
        """Credentials that the operator does not know."""
        raise NotImplementedError

    def is_write(self, request):
        """Whether a request makes a product, notice or order."""
        raise NotImplementedError

    def check(self, request, url, response):
        """Hold an exchange against the specification."""
        raise NotImplementedError

    @property
    def operator(self):
        if not hasattr(self, "_operator"):
            self._operator = Operator(self.operator_name, self.check)
            for sku, (sellable, damaged) in self.stock().items():
                self._operator.play("put_stock", place=self.warehouse, sku=sku, sellable=sellable, damaged=damaged)
            now = self._operator.api.clock.now()
            self.since, self.until = now - timedelta(days=5), now + timedelta(days=5)
        return self._operator

    def make_provider(self, failure=None):
        operator = self.operator
        options = operator.options(self.is_write if failure == "lost answer" else None)
        access = self.spoiled(operator.access) if failure == "bad credentials" else operator.access
        if failure in _FAULTS:
            operator.api.control("faults", {"kind": _FAULTS[failure], "operation": f"{operator.name}.*"})
        if failure == "no connection":
            options["session"] = session_of(FakeServer(handler=lambda request: requests.ConnectionError("refused")))
        if failure == "bad request":
            options["session"] = session_of(
                FakeServer(handler=lambda request: answer(json.dumps(self.refusal).encode()))
            )
        return self.build(access, **options)

    def waited(self):
        return sum(self.operator.waits)

    def stock(self):
        return {"CUPS": (20, 0), "PLATE": (30, 2), "SPOON": (15, 0)}

    def writes(self):
        return {
            ProviderCapability.PRODUCTS: (self.card("FORK", "0.1"), self.card("GHOST", "0")),
            ProviderCapability.INBOUND: (self.notice("ASN1", "PLATE"), self.notice("ASN2", "NO-SUCH")),
            ProviderCapability.OUTBOUND: (self.order("WH/OUT/1", 2), self.order("WH/OUT/2", 2000)),
        }

    def booked(self, capability):
        depot = self.operator.depot
        known = {
            ProviderCapability.PRODUCTS: [one for one in depot.products() if one["sku"] not in self.stock()],
            ProviderCapability.INBOUND: depot.inbounds(),
            ProviderCapability.OUTBOUND: depot.outbounds(),
        }
        return len(known[capability])

    def receive(self, reference, counts, finished):
        self.operator.play("receive", reference=reference, counts=counts, finished=finished)

    def ship(self, reference):
        self.operator.play("ship", reference=reference)

    def bring_back(self, reference):
        self.operator.play("bring_back", reference=reference)

    def card(self, sku, weight):
        """A product to be made known."""
        return ProductCard(
            sku,
            sku.title(),
            Decimal(weight),
            *SIZE,
            "cutlery",
            Money(Decimal(1), "USD", "1"),
            hs_code="821599",
            origin="CN",
        )

    def notice(self, reference, sku):
        """Two cartons, one of them mixed."""
        cartons = (
            Carton(1, *SIZE, Decimal(8), (("CUPS", 12), (sku, 12))),
            Carton(2, *SIZE, Decimal(9), ((sku, 10),)),
        )
        return InboundNotice(
            reference, self.warehouse, cartons, Transport.SEA_LCL, date(2026, 3, 1), tracking="HLCU123"
        )

    def order(self, reference, units):
        """Cups for one buyer."""
        address = Address(
            name="Ada", street="Weg 1", city="Bonn", postal_code="53111", country_code="DE", phone="+49 228 1"
        )
        lines = (OutboundLine("CUPS", units, Money(Decimal("9.5"), "EUR", "9.5")),)
        return OutboundOrder(reference, self.warehouse, self.service, address, lines, email="ada@example.com")
