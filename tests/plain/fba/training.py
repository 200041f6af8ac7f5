"""FBA of the training marketplace in this process; every exchange is held against Amazon's models where they are."""

import json
from urllib.parse import parse_qsl

import requests

from addons.marketplace.contract import NotReady, Unavailable
from addons.marketplace_amazon.connector import Credentials
from addons.marketplace_simulator.server.spapi import accounts
from addons.overseas_warehouse_fba.connector import AmazonFba, ChoiceNeeded, Journey
from tests.plain.amazon.amazon import model_of
from tests.plain.channel_bridge import Bridge
from tests.plain.simulator.api import Api

GB = accounts.marketplace_id("GB")
ENDPOINT = "https://training.example"


class LossyBridge(Bridge):
    """Loses the answer of the writes whose numbers are in ``lose``, after they have had their effect."""

    def __init__(self, api, check):
        super().__init__(api, check)
        self.lose, self.writes = set(), []

    def _pass(self, request):
        result = super()._pass(request)
        if request.method != "GET" and ("/inbound/fba/" in request.url or "/fba/outbound/" in request.url):
            self.writes.append(f"{request.method} {request.url}")
            if len(self.writes) in self.lose:
                return requests.exceptions.ConnectionError("the answer is lost")
        return result


class Fba:
    """A seller with FBA; ``fba`` is the connector.

    :param bool check: whether exchanges are held against the models, which takes most of the time
    """

    def __init__(self, orders=60, check=True):
        self.api = Api(orders=orders)
        self.bridge = LossyBridge(self.api, self._check if check else lambda request, url, response: "")
        session = requests.Session()
        session.trust_env = False
        for scheme in ("https://", "http://"):
            session.mount(scheme, self.bridge)
        credentials = Credentials(
            accounts.CLIENT_ID, accounts.CLIENT_SECRET, accounts.refresh_token("eu"), "eu", accounts.SELLERS["eu"]["id"]
        )
        self.fba = AmazonFba(
            credentials,
            session=session,
            endpoint=ENDPOINT,
            lwa_endpoint=f"{ENDPOINT}/auth/o2/token",
            clock=lambda: self.api.clock.now().timestamp(),
            sleep=self.api.clock.pass_time,
            jitter=lambda: 0.0,
        )

    def skus(self, count):
        """SKUs that Amazon fulfils."""
        found = [entry["sku"] for entry in self.api.simulator.world.listings("eu") if entry["channel"] == "marketplace"]
        return found[:count]

    def wait_for(self, verb, **arguments):
        """Ask until it is ready."""
        handle = None
        while True:
            try:
                return verb(**arguments, handle=handle)
            except NotReady as error:
                handle = json.loads(json.dumps(error.handle))
                self.api.clock.pass_time(error.retry_after)

    def arrange(self, order, pick):
        """Drive a journey to its end; after every lost answer by a new process that has what was saved.

        :param pick: chooses one of the options of a :class:`ChoiceNeeded`
        """
        saved = []
        journey = Journey(self.fba.inbound, order)
        while True:
            try:
                return journey.advance(lambda state: saved.append(json.dumps(state)))
            except NotReady as error:
                self.api.clock.pass_time(error.retry_after)
            except ChoiceNeeded as needed:
                journey.choose(needed.what, pick(needed).option_id, needed.shipment_id)
                saved.append(json.dumps(journey.state))
            except Unavailable:
                journey = Journey(self.fba.inbound, order, json.loads(saved[-1]) if saved else None)

    def _check(self, request, url, response):
        model = model_of(url.path)
        if model is None:
            return ""
        content = request.headers.get("Content-Type", "").startswith("application/json") and request.body
        model.validate_request(
            request.method, url.path, dict(parse_qsl(url.query)), json.loads(request.body) if content else None
        )
        answer = json.loads(response.data) if response.data else None
        model.validate_response(request.method, url.path, response.status_code, answer)
        return model.operation(request.method, url.path)["operationId"]
