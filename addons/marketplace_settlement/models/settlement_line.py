from odoo import api, fields, models

_COLUMNS = (
    "settlement_id", "company_id", "account_id", "provider", "currency_id", "row", "words", "kind_id", "amount",
    "amount_text", "posted_at", "date", "market", "shop_id", "order_ref", "order_line_ref", "sku", "units",
    "reference", "note", "original_amount", "original_currency_id",
)  # fmt: skip
_QUOTED = ", ".join(f'"{name}"' for name in (*_COLUMNS, "create_uid", "create_date"))
_INSERT = f"INSERT INTO marketplace_settlement_line ({_QUOTED}) VALUES %s"


class MarketplaceSettlementLine(models.Model):
    """One amount of a settlement, exactly as received. Written in bulk by the import, never by a person."""

    _name = "marketplace.settlement.line"
    _description = "Settlement Amount"
    _order = "settlement_id desc, row"
    _rec_name = "words"

    settlement_id = fields.Many2one(
        "marketplace.settlement", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    account_id = fields.Many2one("marketplace.account", required=True, readonly=True)
    provider = fields.Char("Marketplace", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    row = fields.Integer(required=True, readonly=True, aggregator=None, help="In the document, from 1.")
    words = fields.Char(required=True, readonly=True, help="What the marketplace calls the amount.")
    kind_id = fields.Many2one("marketplace.fee.kind", readonly=True, ondelete="restrict", index="btree_not_null")
    group = fields.Selection(related="kind_id.group")
    nature = fields.Selection(related="kind_id.nature")
    amount = fields.Monetary(required=True, readonly=True, help="Positive: to the seller.")
    amount_text = fields.Char("Amount as Received", required=True, readonly=True)
    posted_at = fields.Datetime("Booked", required=True, readonly=True, help="By the marketplace.")
    date = fields.Date(required=True, readonly=True, help="Day of the booking in the company's time zone.")
    market = fields.Char(readonly=True, help="Site or country as the marketplace names it.")
    shop_id = fields.Many2one("marketplace.shop", readonly=True, ondelete="restrict", index="btree_not_null")
    order_ref = fields.Char("Order Number", readonly=True)
    order_line_ref = fields.Char("Item Number", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True, ondelete="restrict", index="btree_not_null")
    sale_line_id = fields.Many2one(
        "sale.order.line", "Order Line", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    sku = fields.Char("SKU", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True, ondelete="restrict", index="btree_not_null")
    units = fields.Integer(readonly=True)
    reference = fields.Char(readonly=True, help="Shipment, adjustment, case or invoice that the amount is about.")
    note = fields.Char(readonly=True)
    original_amount = fields.Monetary("Amount Before Conversion", "original_currency_id", readonly=True)
    original_currency_id = fields.Many2one("res.currency", "Currency of the Sale", readonly=True)
    move_line_id = fields.Many2one(
        "account.move.line",
        "Journal Item",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The item of the settlement's entry that holds the amount.",
    )
    document_line_id = fields.Many2one(
        "account.move.line",
        "Line of the Bill",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The line of the marketplace's bill, or of a credit note, that holds the amount as income or cost; the "
        "journal item then only settles that document.",
    )

    _row_uniq = models.Constraint("UNIQUE(settlement_id, row)", "A row of a document can only be there once.")
    _order_ref_index = models.Index("(account_id, order_ref) WHERE order_ref IS NOT NULL")
    _waiting_index = models.Index("(provider, words) WHERE kind_id IS NULL")

    @api.model
    def _insert(self, rows):
        """Insert rows with one statement: 100,000 of them come in one settlement.

        :param list rows: tuples in the order of ``_COLUMNS``
        """
        stamp = (self.env.uid, fields.Datetime.now())
        self.env.cr.execute_values(_INSERT, [(*row, *stamp) for row in rows], page_size=len(rows))

    @api.model
    def _classify_again(self, providers):
        """Give lines of settlements that are not posted the kind that their words have now."""
        self.flush_model()
        open_lines = self._read_group(
            [("provider", "in", list(providers)), ("settlement_id.state", "not in", ("posted", "waiting"))],
            ["company_id", "provider", "words", "kind_id"],
        )
        dictionaries = {}
        changes = []
        for company, provider, words, kind in open_lines:
            if (company, provider) not in dictionaries:
                dictionaries[company, provider] = self.env["marketplace.fee.word"]._get_dictionary(provider, company)
            found = dictionaries[company, provider].find(words)
            if found != kind.id:
                changes.append((company.id, provider, words, found or None))
        if changes:
            self._write_kinds(changes)

    @api.model
    def _write_kinds(self, changes):
        self.env.cr.execute_values(
            """
            UPDATE marketplace_settlement_line line SET kind_id = change.kind
              FROM (VALUES %s) AS change (company, provider, words, kind), marketplace_settlement settlement
             WHERE line.company_id = change.company AND line.provider = change.provider AND line.words = change.words
               AND settlement.id = line.settlement_id AND settlement.state != 'posted'
            """,
            changes,
            template="(%s, %s, %s, %s::integer)",
            page_size=len(changes),
        )
        self.invalidate_model(["kind_id"])
        settlements = self.env["marketplace.settlement"].search([("state", "in", ("unknown", "ready"))])
        settlements._set_state_by_words()

    @api.model
    def _write_items(self, triples):
        """Note which items hold amounts; one statement, however many there are.

        :param list triples: ``(id of the journal item, id of the line of the bill or None, ids of the amounts)``
        """
        if not triples:
            return
        self.env.cr.execute_values(
            """
            UPDATE marketplace_settlement_line line SET move_line_id = change.item, document_line_id = change.document
              FROM (SELECT item, document, unnest(lines) AS line FROM (VALUES %s) AS held (item, document, lines)
                   ) AS change
             WHERE line.id = change.line
            """,
            triples,
            template="(%s, %s::integer, %s::integer[])",
            page_size=len(triples),
        )
        self.invalidate_model(["move_line_id", "document_line_id"])
