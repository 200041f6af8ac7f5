import json

from odoo import api, fields, models


class MarketplaceInbox(models.Model):
    _name = "marketplace.inbox"
    _description = "Marketplace Inbox"
    _order = "id desc"
    _rec_name = "external_id"
    _rec_names_search = ["external_id"]

    shop_id = fields.Many2one("marketplace.shop", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one(related="shop_id.company_id", store=True, index=True)
    kind = fields.Char(required=True, readonly=True, help="What arrived, e.g. order.")
    external_id = fields.Char("Marketplace Number", required=True, readonly=True)
    revision = fields.Char(required=True, readonly=True, help="Changes whenever the marketplace changes the object.")
    payload = fields.Json(
        "Raw Payload", readonly=True, help="What the marketplace sent, untouched.", groups="marketplace.group_manager"
    )
    payload_text = fields.Text("Payload", compute="_compute_payload_text", groups="marketplace.group_manager")
    updated_at = fields.Datetime("Changed at Marketplace", readonly=True)
    received_at = fields.Datetime(readonly=True)
    processed_at = fields.Datetime(readonly=True)
    state = fields.Selection(
        [
            ("new", "New"),
            ("done", "Done"),
            ("waiting", "Waiting for You"),
            ("failed", "Failed"),
            ("superseded", "Replaced by Newer"),
        ],
        default="new",
        required=True,
        readonly=True,
        help="Waiting: something must be set up first, see what to do. Failed: an error, retry after it is fixed.",
    )
    reason_code = fields.Char(readonly=True)
    reason_key = fields.Char(readonly=True, help="What the row waits for, e.g. the unknown SKUs.")
    message = fields.Text("Problem", readonly=True)
    advice = fields.Text("What to Do", readonly=True)
    attempts = fields.Integer(readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True, index="btree_not_null", ondelete="set null")

    _revision_uniq = models.Constraint(
        "UNIQUE(shop_id, kind, external_id, revision)", "This revision has already been received."
    )
    _open_idx = models.Index("(shop_id, state) WHERE state IN ('new', 'waiting', 'failed')")

    @api.depends("payload")
    def _compute_payload_text(self):
        for row in self:
            row.payload_text = json.dumps(row.payload, indent=2, ensure_ascii=False) if row.payload else False

    # === RECEIVING === #

    @api.model
    def _receive(self, shops, records):
        """File received objects; what is already here is left alone, so receiving twice changes nothing.

        :param shops: shops the records may belong to
        :param list records: :class:`~..contract.RawRecord`
        :return: the rows that are new
        """
        shop_by_id = {shop.external_id: shop for shop in shops}
        now = fields.Datetime.now()
        values = [
            (
                shop.id,
                shop.company_id.id,
                record.kind,
                record.external_id,
                record.revision,
                json.dumps(record.payload),
                record.updated_at.replace(tzinfo=None),
                now,
                "new",
                0,
                self.env.uid,
                now,
                self.env.uid,
                now,
            )
            for record in records
            if (shop := shop_by_id.get(record.shop_id))
        ]
        if not values:
            return self.browse()
        rows = self.env.cr.execute_values(
            """INSERT INTO marketplace_inbox (shop_id, company_id, kind, external_id, revision, payload, updated_at,
                   received_at, state, attempts, create_uid, create_date, write_uid, write_date)
               VALUES %s ON CONFLICT (shop_id, kind, external_id, revision) DO NOTHING RETURNING id""",
            values,
            page_size=1000,
            fetch=True,
        )
        return self.browse(row[0] for row in rows)

    @api.model
    def _receive_broken(self, shop, broken):
        """File objects too damaged to carry an id, so that they are seen and never lost.

        :param list broken: ``[(path, reason, raw object)]`` of :class:`~..contract.Page`
        """
        now = fields.Datetime.now()
        return self.create(
            [
                {
                    "shop_id": shop.id,
                    "kind": "broken",
                    "external_id": path,
                    "revision": f"{now:%Y%m%d%H%M%S}-{index}",
                    "payload": raw,
                    "received_at": now,
                    "state": "failed",
                    "reason_code": "broken",
                    "message": reason,
                    "advice": self.env._("Fetch the orders of that time again; if it stays, ask the marketplace."),
                }
                for index, (path, reason, raw) in enumerate(broken)
            ]
        )

    # === RESULTS === #

    def _set_done(self, order_by_row):
        """Mark rows as processed.

        :param dict order_by_row: ``{row: sale order or empty}``
        """
        now = fields.Datetime.now()
        self.write(
            {
                "state": "done",
                "processed_at": now,
                "reason_code": False,
                "reason_key": False,
                "message": False,
                "advice": False,
            }
        )
        for row, order in order_by_row.items():
            row.order_id = order

    def _set_problem(self, state, code, message, advice, key=False):
        """Leave rows visible with the problem and what to do about it."""
        for row in self:
            row.write(
                {
                    "state": state,
                    "reason_code": code,
                    "reason_key": key,
                    "message": message,
                    "advice": advice,
                    "processed_at": fields.Datetime.now(),
                    "attempts": row.attempts + 1,
                }
            )

    # === RETRY === #

    def action_retry(self):
        """Try the rows again now, in the background."""
        rows = self.filtered(lambda row: row.state in ("waiting", "failed") and row.kind != "broken")
        rows.state = "new"
        rows._enqueue_import()
        return True

    @api.model
    def _retry_waiting(self, code, shop, keys):
        """Retry what waits in a shop for something that has been set up.

        :param str code: reason code, e.g. ``unknown_sku``
        :param keys: what is there now, e.g. SKUs
        """
        rows = self.search([("shop_id", "=", shop.id), ("state", "=", "waiting"), ("reason_code", "=", code)])
        keys = set(keys)
        rows.filtered(lambda row: keys & set((row.reason_key or "").split("\n"))).action_retry()

    def action_open_order(self):
        self.ensure_one()
        return self.order_id._get_records_action()

    def _enqueue_import(self):
        """Queue the rows for import, in jobs large enough that the job itself costs next to nothing."""
        size = self.env["marketplace.order.importer"]._batch_size
        for shop, rows in self.sorted("id").grouped("shop_id").items():
            for start in range(0, len(rows), size):
                part = rows[start : start + size]
                part.with_delay(
                    channel="root.marketplace.import",
                    identity_key=f"marketplace-import-{part[0].id}-{part[-1].id}-{len(part)}",
                    description=self.env._("Import %(count)s orders of %(shop)s", count=len(part), shop=shop.name),
                )._job_import()

    @api.model
    def _cron_import(self):
        """Queue what has been received and not imported: a safety net for jobs that were lost."""
        self.search([("state", "=", "new"), ("kind", "=", "order"), ("received_at", "<", "-5M")])._enqueue_import()

    def _job_import(self):
        """Import rows that are still new; another job may have taken some of them."""
        rows = self.try_lock_for_update().filtered(lambda row: row.state == "new")
        self.env["marketplace.order.importer"]._import_rows(rows)

    @api.autovacuum
    def _gc_superseded(self, limit=10000):
        """Replaced revisions are kept for 90 days."""
        rows = self.search([("state", "=", "superseded"), ("received_at", "<", "-90d")], limit=limit)
        rows.unlink()
        return len(rows), limit if len(rows) == limit else 0
