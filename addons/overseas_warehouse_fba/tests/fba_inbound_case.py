"""A seller account at the training marketplace, spoken to over HTTP, with its warehouse connected."""

import threading
from unittest.mock import patch

import requests
from odoo.addons.marketplace_simulator.server.__main__ import Handler
from odoo.addons.marketplace_simulator.server.app import Simulator
from odoo.addons.marketplace_simulator.server.spapi import accounts
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.fields import Command
from odoo.tests import TransactionCase
from werkzeug.serving import make_server

GB = accounts.marketplace_id("GB")
SPEED = 20_000


class FbaTrainingCase(TransactionCase):
    """``lose`` holds the numbers of the writing calls whose answers are lost after they had their effect."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})

    @classmethod
    def _request_handler(cls, session, request, /, **kwargs):
        """Override of `odoo.tests`, which wants one number of seconds where we wait to connect and to read apart."""
        if isinstance(kwargs.get("timeout"), tuple):
            kwargs["timeout"] = max(kwargs["timeout"])
        return super()._request_handler(session, request, **kwargs)

    def setUp(self):
        super().setUp()
        self.simulator = Simulator(seed=5, regions=("eu",), speed=SPEED, orders=0)
        server = make_server("127.0.0.1", 0, self.simulator, threaded=True, request_handler=Handler)
        self.url = self.simulator.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self._connect()

    def _connect(self):
        self.seller = self.env["marketplace.account"].create(
            {
                "name": "Amazon (training)",
                "provider": "amazon",
                "state": "test",
                "amazon_region": "eu",
                "amazon_client_id": accounts.CLIENT_ID,
                "amazon_client_secret": accounts.CLIENT_SECRET,
                "amazon_refresh_token": accounts.refresh_token("eu"),
                "amazon_seller_id": accounts.SELLERS["eu"]["id"],
                "amazon_endpoint": self.url,
            }
        )
        self.account = self.env["overseas.account"].create(
            {"name": "FBA (training)", "provider": "fba", "state": "test", "fba_account_id": self.seller.id}
        )
        finder = self.env["overseas.warehouse.finder"]._find(self.account)
        finder.line_ids.filtered(lambda line: line.code == GB).connect = True
        finder.action_connect()
        self.warehouse = self.account.warehouse_ids
        self.warehouse.service_id = self.warehouse.service_ids.filtered(lambda service: service.code == "Standard")
        skus = [row["sku"] for row in self.simulator.world.listings("eu") if row["channel"] == "marketplace"]
        self.kettle, self.mug = (self._create_product(sku) for sku in skus[:2])
        self.sender = self.env["res.partner"].create(
            {
                "name": "Hub Shenzhen",
                "street": "1 Bao'an Road",
                "city": "Shenzhen",
                "zip": "518000",
                "country_id": self.env.ref("base.cn").id,
                "phone": "+86 755 1234567",
                "email": "hub@example.com",
            }
        )

    def _create_product(self, sku, **vals):
        product = self.env["product.product"].create(
            {"name": sku.title(), "default_code": sku, "is_storable": True, "standard_price": 4, **vals}
        )
        self.env["overseas.product"].create({"account_id": self.account.id, "product_id": product.id, "sku": sku})
        return product

    def _create_notice(self, contents, **vals):
        """Announced goods of one carton per dict of units."""
        return self.env["overseas.inbound"].create(
            {
                "warehouse_id": self.warehouse.id,
                "fba_ship_from_id": self.sender.id,
                "carton_ids": [
                    Command.create(
                        {
                            "number": number,
                            "length_cm": 50,
                            "width_cm": 40,
                            "height_cm": 30,
                            "weight_kg": 8 + number,
                            "line_ids": [
                                Command.create({"product_id": product.id, "units": units})
                                for product, units in units_by_product.items()
                            ],
                        }
                    )
                    for number, units_by_product in enumerate(contents, 1)
                ],
                **vals,
            }
        )

    # === JOBS === #

    def _run_jobs(self, start, rounds=80):
        """Run what ``start()`` queues and all that this queues, whatever time it was queued for."""
        with trap_jobs() as trap:
            start()
            for _round in range(rounds):
                if not trap.enqueued_jobs:
                    return
                trap.perform_enqueued_jobs()
        self.fail("The jobs do not come to an end.")

    def _lose_answers(self, lost):
        """Lose the answers of writing calls: of those whose numbers, from 1, are in ``lost``.

        :return: list that the calls are noted in
        """
        calls, send = [], requests.Session.send

        def lossy(session, request, **kwargs):
            response = send(session, request, **kwargs)
            if request.method != "GET" and "/inbound/fba/" in request.url:
                calls.append(f"{request.method} {request.url.rsplit('/inboundPlans', 1)[-1]}")
                if len(calls) in lost:
                    raise requests.exceptions.ConnectionError("the answer is lost")
            return response

        self.startPatcher(patch.object(requests.Session, "send", lossy))
        return calls
