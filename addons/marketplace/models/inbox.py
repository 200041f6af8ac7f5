import json

from odoo import api, fields, models

from ..contract import InvalidPayload

# Model that imports each kind of object.
IMPORTERS = {"order": "marketplace.order.importer", "return": "marketplace.return.importer"}


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
    def _find_known(self, shop, record):
        """The row of an object that was filed before, while we still hold what it says.

        :param record: :class:`~..contract.RawRecord`
        """
        domain = [
            ("shop_id", "=", shop.id),
            ("kind", "=", record.kind),
            ("external_id", "=", record.external_id),
            ("revision", "=", record.revision),
        ]
        return self.search(domain).filtered("payload")

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

    # === READING === #

    def _parse(self, verb):
        """Parse payloads.

        :param str verb: of the connector, e.g. ``parse_order``
        :return: ``{row: record of the contract}`` of those that could be; the others are marked as failed
        """
        parsed, parsers = {}, {}
        self.fetch(["shop_id", "payload", "external_id", "updated_at"])
        for row in self:
            account = row.shop_id.account_id
            if account not in parsers:
                parsers[account] = getattr(account._get_connector(), verb)
            try:
                parsed[row] = parsers[account](row.payload)
            except InvalidPayload as error:
                advice = self.env._("Fetch it again; if it stays, report the payload.")
                row._set_problem("failed", "invalid", str(error), advice)
        return parsed

    @api.model
    def _drop_superseded(self, parsed):
        """Keep the newest revision of each object; older ones are marked, also those that waited from before.

        :param dict parsed: ``{row: record of the contract}``
        :return: the same without what is replaced
        """
        latest = {}
        for row, record in parsed.items():
            key = (row.shop_id.id, record.external_id)
            if key not in latest or (record.updated_at, row.id) > (latest[key][1].updated_at, latest[key][0].id):
                latest[key] = (row, record)
        kept = dict(latest.values())
        superseded = self.browse().concat(*(row for row in parsed if row not in kept))
        superseded |= self.search(
            [
                ("shop_id", "in", [row.shop_id.id for row in kept]),
                ("kind", "in", list({row.kind for row in kept})),
                ("external_id", "in", [record.external_id for record in kept.values()]),
                ("state", "in", ["waiting", "failed"]),
                ("id", "not in", [row.id for row in kept]),
            ]
        )
        if superseded:
            superseded.write({"state": "superseded", "processed_at": fields.Datetime.now()})
        return kept

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
        for (shop, kind), rows in self.sorted("id").grouped(lambda row: (row.shop_id, row.kind)).items():
            if kind not in IMPORTERS:
                continue
            size = self.env[IMPORTERS[kind]]._batch_size
            for start in range(0, len(rows), size):
                part = rows[start : start + size]
                part.with_delay(
                    channel="root.marketplace.import",
                    identity_key=f"marketplace-import-{part[0].id}-{part[-1].id}-{len(part)}",
                    description=part._describe_import(shop),
                )._job_import()

    def _describe_import(self, shop):
        if self[0].kind == "return":
            return self.env._("Import %(count)s returns of %(shop)s", count=len(self), shop=shop.name)
        return self.env._("Import %(count)s orders of %(shop)s", count=len(self), shop=shop.name)

    @api.model
    def _cron_import(self):
        """Queue what has been received and not imported: a safety net for jobs that were lost."""
        domain = [("state", "=", "new"), ("kind", "in", list(IMPORTERS)), ("received_at", "<", "-5M")]
        self.search(domain)._enqueue_import()

    def _job_import(self):
        """Import rows that are still new; another job may have taken some of them."""
        rows = self.try_lock_for_update().filtered(lambda row: row.state == "new")
        for kind, kind_rows in rows.grouped("kind").items():
            self.env[IMPORTERS[kind]]._import_rows(kind_rows)

    @api.autovacuum
    def _gc_superseded(self, limit=10000):
        """Replaced revisions are kept for 90 days."""
        rows = self.search([("state", "=", "superseded"), ("received_at", "<", "-90d")], limit=limit)
        rows.unlink()
        return len(rows), limit if len(rows) == limit else 0
