from odoo.addons.queue_job.tests.common import trap_jobs

from .fake_connector import FakeMarketplaceCase


class PublisherCase(FakeMarketplaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.publisher = cls.env["marketplace.stock.publisher"]

    def _get_targets(self):
        return dict(self.publisher._compute_targets(self.shop))

    def _without_kits(self):
        """As if no addon knew kits: looking for them takes queries of its own."""
        self.patch(type(self.publisher), "_get_kits", lambda *args: [])

    def _create_move(self, product, quantity, source=None, destination=None, uom=None):
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "product_uom": (uom or product.uom_id).id,
                "location_id": (source or self.stock).id,
                "location_dest_id": (destination or self.customers).id,
                "picking_type_id": self.warehouse.out_type_id.id,
            }
        )
        self.warehouse.out_type_id.reservation_method = "manual"
        move._action_confirm()
        return move

    def _publish(self):
        """Run the publish job and, if it queued something, the push job; the jobs that these left behind."""
        with trap_jobs() as trap:
            self.publisher._job_publish(self.shop)
            queued = [job for job in trap.enqueued_jobs if job.func.__name__ == "_job_push"]
        if not queued:
            return []
        with trap_jobs() as trap:
            self.publisher._job_push(self.shop)
            return list(trap.enqueued_jobs)

    def _pushed(self):
        return [levels for levels, _handle in self.connector.get_calls("push_stock")]
