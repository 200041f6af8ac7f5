from odoo import api, fields, models

# Named on a check; the list shows all.
SHOWN_SKUS = 20


class FbaSummary(models.Model):
    """What Amazon says it has of a SKU now, by what it does with the units, beside what its ledger adds up to."""

    _name = "fba.summary"
    _description = "Inventory at Amazon"
    _order = "msku, fnsku"
    _rec_name = "msku"

    warehouse_id = fields.Many2one("overseas.warehouse", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True, index=True)
    msku = fields.Char("SKU", required=True, readonly=True)
    fnsku = fields.Char("FNSKU", required=True, readonly=True)
    asin = fields.Char("ASIN", readonly=True)
    condition = fields.Char(readonly=True)
    product_id = fields.Many2one("product.product", readonly=True, ondelete="restrict", index="btree_not_null")
    sellable = fields.Integer(readonly=True, help="Units that buyers can get.")
    for_orders = fields.Integer("Reserved for Orders", readonly=True)
    moving = fields.Integer(readonly=True, help="Reserved, between Amazon's warehouses.")
    processing = fields.Integer(readonly=True, help="Reserved, being measured or examined.")
    researching = fields.Integer(readonly=True, help="Units that Amazon looks for.")
    unsellable = fields.Integer("Not Sellable", readonly=True)
    dispositions = fields.Char("Why Not Sellable", readonly=True, help="As Amazon calls it.")
    announced = fields.Integer(readonly=True, help="In plans that have not left.")
    shipped = fields.Integer("On Their Way", readonly=True)
    receiving = fields.Integer(readonly=True, help="At Amazon's dock.")
    total = fields.Integer(readonly=True, help="As Amazon states it.")
    on_hand = fields.Integer(readonly=True, help="In Amazon's warehouses, units that move between them left out.")
    ledger_units = fields.Integer("In the Ledger", readonly=True)
    difference = fields.Integer(
        readonly=True,
        help="Units on hand beyond the ledger's, negative where the ledger has more. Units that move may be in the "
        "ledger or not.",
    )
    stated_at = fields.Datetime("Changed There", readonly=True)
    fetched_at = fields.Datetime("As Of", required=True, readonly=True)

    _sku_uniq = models.Constraint("UNIQUE(warehouse_id, msku, fnsku)", "This SKU is recorded already.")

    # === JOBS === #

    @api.model
    def _enqueue_fetch(self, warehouse, seconds=None):
        delayed = self.sudo().with_delay(
            identity_key=f"{self._name}._job_fetch.{'retry.' if seconds else ''}{warehouse.id}",
            eta=seconds,
            description=self.env._("Fetch the inventory of %s", warehouse.name),
        )
        delayed._job_fetch(warehouse)

    @api.model
    def _job_fetch(self, warehouse):
        """Ask Amazon what it has now, and compare it with the ledger. Running it twice changes nothing else."""
        account = warehouse.account_id
        if account.state == "disabled" or account.needs_authorisation:
            return
        summaries, error = account._ask_later(
            self.env._("Fetch the inventory"),
            lambda provider: provider.fba.fetch_inventory(warehouse.code),
            lambda seconds: self._enqueue_fetch(warehouse, seconds),
        )
        if error is None:
            self._take(warehouse, summaries)

    # === COMPARISON === #

    @api.model
    def _take(self, warehouse, summaries):
        """Keep one row per SKU, those that only the ledger has among them; name the SKUs that differ on the last check.

        :param summaries: of :class:`~..connector.inventory.InventorySummary`, all of the warehouse
        """
        stated = {(summary.msku, summary.fnsku): summary for summary in summaries}
        ledger = self._get_ledger_units(warehouse)
        products = warehouse._get_fba_products({msku for msku, _fnsku in (*stated, *ledger)})
        known = {(record.msku, record.fnsku): record for record in self.search([("warehouse_id", "=", warehouse.id)])}
        new = []
        for key in sorted({*stated, *ledger}):
            vals = self._prepare_vals(warehouse, key, stated.get(key), ledger.get(key, 0), products)
            if record := known.pop(key, None):
                record.write(vals)
            else:
                new.append(vals)
        self.browse([record.id for record in known.values()]).unlink()
        self.create(new)
        self._note_differing(warehouse)

    @api.model
    def _get_ledger_units(self, warehouse):
        """``{(MSKU, FNSKU): units}`` of all that the ledger states, without zeros."""
        groups = self.env["fba.ledger.row"]._read_group(
            [("warehouse_id", "=", warehouse.id)], ["msku", "fnsku"], ["units:sum"]
        )
        return {(msku, fnsku): units for msku, fnsku, units in groups if units}

    @api.model
    def _prepare_vals(self, warehouse, key, summary, ledger_units, products):
        msku, fnsku = key
        vals = {
            "warehouse_id": warehouse.id,
            "msku": msku,
            "fnsku": fnsku,
            "product_id": products[msku].id if msku in products else False,
            "ledger_units": ledger_units,
            "fetched_at": fields.Datetime.now(),
            **_prepare_units(summary),
        }
        # Without the ledger's opening balance there is nothing to compare with.
        missing = ledger_units - vals["on_hand"] if warehouse.fba_from else 0
        vals["difference"] = -min(missing, 0) - max(missing - vals["moving"], 0)
        return vals

    @api.model
    def _note_differing(self, warehouse):
        """Name the SKUs whose units differ on the last check."""
        check = self.env["overseas.snapshot"].search(
            [("warehouse_id", "=", warehouse.id), ("state", "!=", "refused")], limit=1
        )
        if not check:
            return
        differing = self.search([("warehouse_id", "=", warehouse.id), ("difference", "!=", 0)])
        named = [f"{record.msku} ({record.on_hand} / {record.ledger_units})" for record in differing[:SHOWN_SKUS]]
        check.message = bool(differing) and self.env._(
            "%(count)d SKUs of Amazon's inventory differ from its ledger (inventory / ledger): %(skus)s. The ledger "
            "comes up to a day late; fetch it again if they stay.",
            count=len(differing),
            skus=", ".join(named),
        )


class OverseasSnapshot(models.Model):
    _inherit = "overseas.snapshot"

    @api.model
    def _take(self, warehouse):
        """Override: Amazon's inventory is fetched after its ledger was compared, where the account can be asked."""
        result = super()._take(warehouse)
        if warehouse.is_fba and warehouse.account_id._get_capabilities():
            self.env["fba.summary"]._enqueue_fetch(warehouse)
        return result


def _prepare_units(summary):
    """Columns of a SKU's units; zeros of one that only the ledger has."""
    names = ("sellable", "for_orders", "moving", "processing", "researching", "announced", "shipped", "receiving")
    if summary is None:
        return {
            **dict.fromkeys((*names, "unsellable", "total", "on_hand"), 0),
            **dict.fromkeys(("asin", "condition", "dispositions", "stated_at"), False),
        }
    units = {name: getattr(summary, name) for name in names}
    unsellable = sum(summary.unsellable.values())
    there = ("sellable", "for_orders", "processing", "researching")
    return {
        **units,
        "asin": summary.asin,
        "condition": summary.condition,
        "unsellable": unsellable,
        "dispositions": ", ".join(f"{name} {count}" for name, count in summary.unsellable.items()),
        "total": summary.total,
        "on_hand": unsellable + sum(units[name] for name in there),
        "stated_at": summary.updated_at and summary.updated_at.replace(tzinfo=None, microsecond=0),
    }
