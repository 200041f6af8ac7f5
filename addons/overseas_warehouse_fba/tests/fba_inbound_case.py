"""A seller who plans shipments to the training marketplace, and answers that get lost on the way."""

from unittest.mock import patch

import requests
from odoo.addons.marketplace_simulator.server.app import Simulator
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.fields import Command

from .fba_seller_case import FbaSellerCase


class FbaTrainingCase(FbaSellerCase):
    # How much faster than ours the time of the training marketplace passes.
    speed = 20_000

    def setUp(self):
        super().setUp()
        self._serve(Simulator(seed=5, regions=("eu",), speed=self.speed, orders=0))
        self._connect()
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
