from collections import defaultdict
from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.addons.marketplace.models.job_retry import lock_for_job

from ..contract import ProviderCapability

# Events are asked for again from a while before the last check: warehouses book some of them late.
LATE_BOOKINGS = timedelta(days=2)
GRADES = ("sellable", "damaged")


class OverseasSnapshot(models.Model):
    """What a warehouse says it has, against what Odoo has."""

    _name = "overseas.snapshot"
    _description = "Stock Check of an Overseas Warehouse"
    _order = "taken_at desc, id desc"
    _rec_name = "taken_at"

    warehouse_id = fields.Many2one("overseas.warehouse", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True, index=True)
    taken_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    line_ids = fields.One2many("overseas.snapshot.line", "snapshot_id", readonly=True)
    state = fields.Selection(
        [("equal", "Equal"), ("different", "Different"), ("refused", "Refused")],
        required=True,
        readonly=True,
        help="Refused: the report cannot be true; nothing was taken over from it.",
    )
    message = fields.Text(readonly=True)
    product_count = fields.Integer("Products", readonly=True)
    difference_count = fields.Integer("Differences", readonly=True)
    unexplained_count = fields.Integer("Not Explained", readonly=True)

    # === JOBS === #

    @api.model
    def _cron_take(self):
        """Queue a check of each warehouse whose account is in use."""
        domain = self.env["overseas.account"]._get_live_domain()
        for warehouse in self.env["overseas.warehouse"].sudo().search([("account_id", "any", domain)]):
            self._enqueue_take(warehouse)

    @api.model
    def _enqueue_take(self, warehouse, seconds=None):
        delayed = self.sudo().with_delay(
            identity_key=f"{self._name}._job_take.{'retry.' if seconds else ''}{warehouse.id}",
            eta=seconds,
            description=self.env._("Check the stock of %s", warehouse.name),
        )
        delayed._job_take(warehouse)

    @api.model
    def _job_take(self, warehouse):
        """Check a warehouse. Running it twice makes two checks and changes nothing else.

        :raise RetryableJobError: another check or an adjustment is running
        """
        lock_for_job(warehouse)._begin_turn()
        self._take(warehouse)

    @api.model
    def _take(self, warehouse):
        """Ask a warehouse what it has, and compare."""
        account = warehouse.account_id
        if account.state == "disabled" or not account._has_capability(ProviderCapability.STOCK):
            return
        report, error = account._ask_later(
            self.env._("Check stock"),
            lambda provider: self._read(provider, warehouse),
            lambda seconds: self._enqueue_take(warehouse, seconds),
        )
        if error is None:
            self._compare(warehouse, *report)

    @api.model
    def _read(self, provider, warehouse):
        """All stock lines, and the events since the last check.

        :return: ``(stock lines, events, damaged entries)``
        """
        codes = [warehouse.code]
        lines, broken = read_pages(lambda token: provider.fetch_stock(codes, token=token))
        if ProviderCapability.STOCK_EVENTS not in provider.capabilities:
            return lines, [], broken
        until = datetime.now(timezone.utc)
        last = self.search([("warehouse_id", "=", warehouse.id), ("state", "!=", "refused")], limit=1)
        since = warehouse.create_date
        if last:
            since = max(since, last.taken_at - LATE_BOOKINGS)
        since = since.replace(tzinfo=timezone.utc)
        events, more = read_pages(lambda token: provider.fetch_stock_events(codes, since, until, token=token))
        return lines, events, broken + more

    # === COMPARISON === #

    @api.model
    def _compare(self, warehouse, stock, events, broken=()):
        """Record what the warehouse has against what Odoo has.

        A report with a negative number cannot be true, one with unreadable lines is no whole: they are refused, and
        say why.

        :param list stock: `StockLine`
        :param list events: `StockEvent`
        """
        if reason := self._get_fault(stock, broken):
            return self.create({"warehouse_id": warehouse.id, "state": "refused", "message": reason})
        Event = self.env["overseas.stock.event"]
        Event._keep(warehouse, events)
        Event._note_taken(warehouse)
        theirs = self._get_theirs(stock)
        product_by_sku, ours = self._get_ours(warehouse, theirs)
        open_events = self._get_open_events(warehouse)
        vals_list = [
            vals
            for key in sorted({*theirs, *ours})
            if (vals := self._prepare_line_vals(key, product_by_sku, theirs, ours, open_events))
        ]
        unexplained = sum(1 for vals in vals_list if vals["unexplained"])
        snapshot = self.create(
            {
                "warehouse_id": warehouse.id,
                "state": "different" if vals_list else "equal",
                "product_count": len({sku for sku, _grade in (*theirs, *ours)}),
                "difference_count": len(vals_list),
                "unexplained_count": unexplained,
            }
        )
        lines = self.env["overseas.snapshot.line"].create([{**vals, "snapshot_id": snapshot.id} for vals in vals_list])
        lines._adjust_by_rule()
        return snapshot

    @api.model
    def _get_fault(self, stock, broken):
        """Why a report cannot be true; empty if it can."""
        negative = sorted(
            {line.sku for line in stock if min(line.sellable, line.reserved, line.damaged, line.pending) < 0}
        )
        if negative:
            return self.env._(
                "The warehouse reports a negative number of: %s. Nothing was taken over; ask the warehouse to correct "
                "its count, then check again.",
                ", ".join(negative),
            )
        if broken:
            path, reason, _entry = broken[0]
            return self.env._(
                "%(count)d lines of the report cannot be read, the first at %(path)s: %(reason)s. Nothing was taken "
                "over; check again, and ask the warehouse if it stays.",
                count=len(broken),
                path=path,
                reason=reason,
            )
        return ""

    @api.model
    def _get_theirs(self, stock):
        """``{(SKU, grade): units}`` in the building; those that wait to be put away count as sellable."""
        units = defaultdict(int)
        for line in stock:
            units[line.sku, "sellable"] += line.on_hand + line.pending
            units[line.sku, "damaged"] += line.damaged
        return {key: count for key, count in units.items() if count}

    @api.model
    def _get_ours(self, warehouse, theirs):
        """``({SKU: product}, {(SKU, grade): units})`` in the stock and quarantine locations."""
        places = {"sellable": warehouse.warehouse_id.lot_stock_id, "damaged": warehouse.quarantine_location_id}
        units = {}
        for grade, location in places.items():
            for product, quantity in self.env["stock.quant"]._read_group(
                [("location_id", "child_of", location.id)], ["product_id"], ["quantity:sum"]
            ):
                if round(quantity):
                    units[product, grade] = round(quantity)
        account = warehouse.account_id
        entries = self.env["overseas.product"].search(
            [
                ("account_id", "=", account.id),
                "|",
                ("product_id", "in", [product.id for product, _grade in units]),
                ("sku", "in", [sku for sku, _grade in theirs]),
            ]
        )
        sku_by_product = {entry.product_id: entry.sku for entry in entries}
        ours = {
            (sku_by_product.get(product) or product.default_code or product.display_name, grade): count
            for (product, grade), count in units.items()
        }
        products = {entry.sku: entry.product_id for entry in entries}
        for product, _grade in units:
            products.setdefault(sku_by_product.get(product) or product.default_code or product.display_name, product)
        return products, ours

    @api.model
    def _get_open_events(self, warehouse):
        """``{(SKU, grade): events}`` that Odoo's stock does not have."""
        events = self.env["overseas.stock.event"].search([("warehouse_id", "=", warehouse.id), ("taken", "=", False)])
        return events.grouped(lambda event: (event.sku, event.grade))

    @api.model
    def _prepare_line_vals(self, key, product_by_sku, theirs, ours, open_events):
        """Values of a line; ``None`` where both sides agree and no event is open."""
        sku, grade = key
        difference = theirs.get(key, 0) - ours.get(key, 0)
        events = open_events.get(key, self.env["overseas.stock.event"])
        explained = sum(events.mapped("units"))
        if not difference and not explained:
            return None
        return {
            "sku": sku,
            "product_id": product_by_sku[sku].id if sku in product_by_sku else False,
            "grade": grade,
            "theirs": theirs.get(key, 0),
            "ours": ours.get(key, 0),
            "difference": difference,
            "explained": explained,
            "unexplained": difference - explained,
            "event_ids": [fields.Command.set(events.ids)],
        }

    def action_take_again(self):
        """Check the same warehouses once more, in the background."""
        for warehouse in self.warehouse_id:
            self._enqueue_take(warehouse)


def read_pages(verb):
    """All records of a paged verb, and all entries that could not be read."""
    records, broken, token = [], [], ""
    while True:
        page = verb(token)
        records += page.records
        broken += page.broken
        token = page.next_token
        if not token:
            return records, broken
