from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..contract import ConnectorError, Rejected
from .fetch import OBJECTS, RETRY_SECONDS
from .job_retry import get_retry_seconds


class MarketplaceFetch(models.Model):
    """Daily comparison: the last days are fetched again, and what the regular fetches missed is imported and shown."""

    _inherit = "marketplace.fetch"

    # Orders asked for one by one after a comparison; the others have their turn on the next days.
    _ask_limit = 200

    complete_until = fields.Datetime(
        "Thought Complete Until", readonly=True, help="What changed before and is new now was missed."
    )
    missed_row_ids = fields.Many2many("marketplace.inbox", "marketplace_fetch_missed_rel", readonly=True)
    missed_count = fields.Integer("Missed", readonly=True, help="Changes that the regular fetches had not brought.")
    seen_order_ids = fields.Many2many("sale.order", "marketplace_fetch_seen_rel", readonly=True)

    @api.model
    def _cron_reconcile(self):
        """Start the daily comparison of every account with running shops."""
        domain = [("state", "!=", "disabled"), ("needs_authorisation", "=", False)]
        self.env["marketplace.account"].search(domain)._enqueue_reconciliation()

    def _note_page(self, records, rows):
        """Extend `marketplace.fetch` to tell what was missed, and which open orders the marketplace still shows."""
        super()._note_page(records, rows)
        if self.kind != "reconciliation":
            return
        self._note_missed(rows)
        if self.object == "orders":
            refs = [record.external_id for record in records]
            seen = self.env["sale.order"].search([("marketplace_ref", "in", refs), *self._get_open_domain()])
            self.seen_order_ids |= seen

    def _note_missed(self, rows):
        missed = rows.filtered(lambda row: row.updated_at and row.updated_at <= self.complete_until)
        if missed:
            self.missed_row_ids |= missed
            self.missed_count += len(missed)

    def _get_open_domain(self):
        """Orders of these shops that are not finished here."""
        return Domain(
            [
                ("marketplace_shop_id", "in", self.shop_ids.ids),
                ("marketplace_status", "in", ["pending", "unshipped", "partially_shipped", "unknown"]),
                ("state", "!=", "cancel"),
            ]
        )

    def _finish(self, complete_until):
        """Extend `marketplace.fetch` to ask for open orders that were not shown, and to tell what was missed."""
        result = super()._finish(complete_until)
        if self.kind == "reconciliation":
            if self.object == "orders":
                self._enqueue_ask()
            self._tell_missed()
        return result

    # === OPEN ORDERS THAT WERE NOT SHOWN === #

    def _enqueue_ask(self, seconds=None):
        self.with_delay(
            channel="root.marketplace.fetch",
            eta=seconds,
            identity_key=f"marketplace-ask-{self.id}-{fields.Datetime.now():%H%M%S}",
            description=self.env._("Ask for open orders of %s", self.account_id.name),
        )._job_ask()

    def _get_unseen_orders(self):
        """Open orders that this comparison has neither shown nor asked for, those asked longest ago first."""
        domain = self._get_open_domain() & Domain(
            [
                ("marketplace_updated_at", "<=", self.complete_until),
                ("id", "not in", self.seen_order_ids.ids),
                "|",
                ("marketplace_asked_at", "=", False),
                ("marketplace_asked_at", "<", self.complete_until),
            ]
        )
        asked = self.env["sale.order"].search_count(
            self._get_open_domain() & Domain("marketplace_asked_at", ">=", self.complete_until)
        )
        limit = self._ask_limit - asked
        order = "marketplace_asked_at NULLS FIRST, id"
        return self.env["sale.order"].search(domain, order=order, limit=limit) if limit > 0 else self.env["sale.order"]

    def _job_ask(self):
        """Fetch open orders one by one that the marketplace did not show; what it turns away is asked for later."""
        self.ensure_one()
        if self.account_id.needs_authorisation:
            return
        connector = self.account_id._get_connector()
        rows = self.env["marketplace.inbox"]
        try:
            for order in self._get_unseen_orders():
                rows |= self._ask(connector, order)
        except ConnectorError as error:
            self._note_problem(error)
            if wait := get_retry_seconds(error):
                self._enqueue_ask(max(wait, RETRY_SECONDS))
        self._note_missed(rows)
        self._tell_missed()
        rows._enqueue_import()

    def _ask(self, connector, order):
        """:return: the order's inbox row, if it has changed"""
        try:
            record = connector.fetch_order(order.marketplace_ref)
        except Rejected as error:
            self.message = f"{order.marketplace_ref}: {error.reason}"
            record = None
        order.marketplace_asked_at = fields.Datetime.now()
        return self.env["marketplace.inbox"]._receive(order.marketplace_shop_id, [record] if record else [])

    # === WHAT WAS MISSED === #

    def _tell_missed(self):
        """Show on the shops what this comparison found, and ask a person to look when it found something."""
        missed = self.missed_row_ids.grouped("shop_id")
        for shop in self.shop_ids.sudo():
            count = len(missed.get(shop, ()))
            if self.object == "orders":
                shop.write({"orders_compared_at": fields.Datetime.now(), "missed_count": count})
            if count and not shop.activity_search(["mail.mail_activity_data_warning"]):
                shop.activity_schedule(
                    "mail.mail_activity_data_warning",
                    summary=self.env._("Changes were missed and have been fetched"),
                    note=self.env._("%(count)s changes of %(shop)s came in late.", count=count, shop=shop.name),
                    user_id=self.account_id._get_responsible().id,
                )

    def action_view_missed(self):
        return self.missed_row_ids._get_records_action(name=self.env._("Missed"))


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    def _enqueue_reconciliation(self):
        """Fetch the last days of the running shops again."""
        for account in self:
            for name in account._get_fetched_objects():
                shops = account._get_fetching_shops()
                now = fields.Datetime.now()
                cursors = [shop[OBJECTS[name][2]] for shop in shops]
                days = max(shops.mapped("reconcile_days"))
                if days and all(cursors):
                    since = now - timedelta(days=days)
                    account._start_fetch(name, "reconciliation", since, complete_until=min(cursors))


class MarketplaceShop(models.Model):
    _inherit = "marketplace.shop"

    reconcile_days = fields.Integer(
        "Compare Again (days)",
        default=3,
        help="Once a day the changes of the last days are fetched again, and what was missed is imported. 0: never.",
    )
    orders_compared_at = fields.Datetime("Last Comparison", readonly=True, copy=False)
    missed_count = fields.Integer(
        "Missed Orders",
        readonly=True,
        copy=False,
        help="Order changes that the last daily comparison found and the regular fetches had not brought.",
    )


class SaleOrder(models.Model):
    _inherit = "sale.order"

    marketplace_asked_at = fields.Datetime("Last Asked For", copy=False, readonly=True)
