from collections import Counter

from odoo import fields, models
from odoo.addons.queue_job.jobrunner.runner import PG_ADVISORY_LOCK_ID
from odoo.tools import SQL

CHANNEL = "root.marketplace"
CONFIRMABLE = ("marketplace.shipment", "marketplace.parcel", "marketplace.cancellation", "marketplace.refund")


class MarketplaceHealth(models.TransientModel):
    """One look at what must move by itself: the job runner, the jobs and the shops."""

    _name = "marketplace.health"
    _description = "Marketplace Health"

    runner_alive = fields.Boolean(compute="_compute_jobs", help="A job runner watches this database.")
    job_waiting_count = fields.Integer("Jobs Waiting", compute="_compute_jobs", help="Jobs that could run now.")
    job_running_count = fields.Integer("Jobs Running", compute="_compute_jobs")
    job_failed_count = fields.Integer("Jobs Failed", compute="_compute_jobs")
    waiting_minutes = fields.Integer("Longest Wait (min)", compute="_compute_jobs", help="Wait of the oldest due job.")
    shop_ids = fields.Many2many("marketplace.shop", compute="_compute_shop_ids")

    def _compute_display_name(self):
        self.display_name = self.env._("Health")

    def _compute_jobs(self):
        now = fields.Datetime.now()
        [(waiting, running, failed, oldest)] = self.env.execute_query(
            SQL(
                """SELECT count(*) FILTER (WHERE due),
                          count(*) FILTER (WHERE state = 'started'),
                          count(*) FILTER (WHERE state = 'failed'),
                          min(since) FILTER (WHERE due)
                     FROM (SELECT state,
                                  COALESCE(eta, date_created) AS since,
                                  state IN ('pending', 'enqueued') AND COALESCE(eta, date_created) <= %(now)s AS due
                             FROM queue_job
                            WHERE state IN ('pending', 'enqueued', 'started', 'failed') AND channel LIKE %(channel)s
                          ) job""",
                now=now,
                channel=f"{CHANNEL}%",
            )
        )
        self.runner_alive = self._is_runner_alive()
        self.job_waiting_count = waiting
        self.job_running_count = running
        self.job_failed_count = failed
        self.waiting_minutes = (now - oldest).total_seconds() // 60 if oldest else 0

    def _is_runner_alive(self):
        """A living runner holds a lock of its own on this database for as long as it is connected."""
        return bool(
            self.env.execute_query(
                SQL(
                    """SELECT 1 FROM pg_locks
                        WHERE locktype = 'advisory' AND granted
                          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                          AND (classid::bigint << 32) | objid::bigint = %s""",
                    PG_ADVISORY_LOCK_ID,
                )
            )
        )

    def _compute_shop_ids(self):
        self.shop_ids = self.env["marketplace.shop"].search([("active", "=", True)])

    # === ACTIONS === #

    def action_open(self):
        """Look now; the page reads everything when it is shown."""
        return self.create({})._get_records_action(name=self.env._("Health"))

    def action_refresh(self):
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_view_waiting_jobs(self):
        return self._action_jobs(self.env._("Jobs Waiting"), ["pending", "enqueued"])

    def action_view_running_jobs(self):
        return self._action_jobs(self.env._("Jobs Running"), ["started"])

    def action_view_failed_jobs(self):
        return self._action_jobs(self.env._("Jobs Failed"), ["failed"])

    def _action_jobs(self, name, states):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "queue.job",
            "view_mode": "list,form",
            "domain": [("channel", "=like", f"{CHANNEL}%"), ("state", "in", states)],
        }


class MarketplaceShop(models.Model):
    _inherit = "marketplace.shop"

    health = fields.Selection(related="account_id.health", string="Account Health")
    rejected_count = fields.Integer(
        "Rejected",
        compute="_compute_problem_counts",
        help="Confirmations, labels, acknowledgements, cancellations and refunds that the marketplace refused.",
    )
    stock_problem_count = fields.Integer(
        "Stock Problems",
        compute="_compute_problem_counts",
        help="Listings whose quantity was refused, or that the shop shows differently than it was told.",
    )

    def _compute_problem_counts(self):
        rejected = Counter()
        for model in CONFIRMABLE:
            rejected.update(self._count_records(model, [("state", "=", "rejected")]))
        rejected.update(self._count_refused_acknowledgements())
        self._set_counts("rejected_count", rejected)
        wrong = ["|", ("push_state", "=", "rejected"), ("seen_difference", "!=", 0)]
        self._set_counts("stock_problem_count", self._count_records("marketplace.listing", wrong))

    def _count_refused_acknowledgements(self):
        """:return: ``{shop: number of orders}``"""
        domain = [("marketplace_shop_id", "in", self.ids), ("marketplace_acknowledged", "=", "rejected")]
        # Also for roles that see the shop, but no orders.
        groups = self.env["sale.order"].sudo()._read_group(domain, ["marketplace_shop_id"], ["__count"])
        return {shop.with_env(self.env): count for shop, count in groups}

    def _count_records(self, model, domain):
        """:return: ``{shop: number of records}``"""
        return dict(self.env[model]._read_group([("shop_id", "in", self.ids), *domain], ["shop_id"], ["__count"]))
