from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import UNIT, snapshot


class CostSnapshot(models.Model):
    """Stock and its cost at the end of a month. It never changes: what comes later for the month counts in the next."""

    _name = "cost.snapshot"
    _inherit = ["cost.month"]
    _description = "Cost Snapshot"
    _order = "day desc"
    _rec_name = "day"

    line_ids = fields.One2many("cost.snapshot.line", "snapshot_id", string="Stock", readonly=True)
    value = fields.Monetary("Total", compute="_compute_value")
    # False only while its stock is being taken; NULL where that was before there was this column.
    is_taken = fields.Boolean("Closed", readonly=True, default=False)

    _day_uniq = models.Constraint("UNIQUE(company_id, day)", "This month is already closed.")

    def init(self):
        """Have PostgreSQL refuse what the ORM refuses; all that may change of a snapshot is that it becomes taken."""
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION cost_snapshot_keep() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'A cost snapshot is never changed or deleted.';
            END $$;
            DROP TRIGGER IF EXISTS keep ON cost_snapshot;
            CREATE TRIGGER keep BEFORE DELETE ON cost_snapshot
               FOR EACH ROW EXECUTE FUNCTION cost_snapshot_keep();
            CREATE OR REPLACE TRIGGER keep_taken BEFORE UPDATE ON cost_snapshot
               FOR EACH ROW WHEN (
                   OLD.is_taken IS DISTINCT FROM FALSE OR NEW.is_taken IS NOT TRUE
                   OR (OLD.id, OLD.company_id, OLD.day) IS DISTINCT FROM (NEW.id, NEW.company_id, NEW.day)
               ) EXECUTE FUNCTION cost_snapshot_keep();
            """
        )

    @api.depends("line_ids")
    def _compute_value(self):
        lines = self.env["cost.snapshot.line"]
        totals = dict(lines._read_group([("snapshot_id", "in", self.ids)], ["snapshot_id"], ["value:sum"]))
        for record in self:
            record.value = totals.get(record, 0)

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `base`: closes the month and takes its stock."""
        records = super().create(vals_list)
        for record in records.sorted("day"):
            record.sudo()._take()
        return records

    def _take(self):
        self.ensure_one()
        company = self.company_id
        if not company.cost_layer_method:
            raise UserError(self.env._("Choose a costing method in the settings of Inventory first."))
        self._check_day()
        company._close_cost_month(self.day)
        method = self.env["cost.state"]._replay(company, company.cost_layer_method, until=self.day)
        self.env["cost.snapshot.line"].create(
            [
                {
                    "snapshot_id": self.id,
                    "company_id": company.id,
                    "product_id": line.product,
                    "place_id": line.place,
                    "quantity": line.units / UNIT,
                    **self.env["cost.amounts"]._prepare_amounts(line.amounts, company.currency_id),
                }
                for line in snapshot(method)
            ]
        )
        self.is_taken = True

    def _check_day(self):
        if self.day != self.day + relativedelta(day=31):
            raise UserError(
                self.env._("A month is closed on its last day: choose %s.", self.day + relativedelta(day=31))
            )
        if self.day >= fields.Date.context_today(self):
            raise UserError(self.env._("The month of %s is not over yet. Close it when it is.", self.day))
        if self.search_count([("company_id", "=", self.company_id.id), ("day", ">", self.day)], limit=1):
            raise UserError(self.env._("A later month is closed already. Months are closed in their order."))

    def write(self, vals):
        """Override of `base`: a closed month stays as it is. Once only is noted that its stock is complete."""
        if vals == {"is_taken": True} and not any(self.mapped("is_taken")):
            return super().write(vals)
        raise UserError(self.env._("A closed month is never changed; what comes later counts in the open month."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        """A closed month stays."""
        raise UserError(self.env._("A closed month is never deleted; what comes later counts in the open month."))


class CostSnapshotLine(models.Model):
    _name = "cost.snapshot.line"
    _inherit = ["cost.amounts"]
    _description = "Stock in a Cost Snapshot"
    _order = "product_id, place_id"
    _rec_name = "product_id"

    snapshot_id = fields.Many2one("cost.snapshot", required=True, ondelete="restrict", index=True, readonly=True)
    product_id = fields.Many2one("product.product", required=True, ondelete="restrict", readonly=True)
    place_id = fields.Many2one(
        "stock.location", "Warehouse or Transit", required=True, ondelete="restrict", readonly=True
    )
    quantity = fields.Float(digits=(16, 6), readonly=True)

    def init(self):
        """The stock of a closed month stays as well: nothing of it changes, nothing is added."""
        self.env.cr.execute(
            """
            CREATE OR REPLACE TRIGGER keep BEFORE UPDATE OR DELETE ON cost_snapshot_line
               FOR EACH ROW EXECUTE FUNCTION cost_snapshot_keep();
            CREATE OR REPLACE FUNCTION cost_snapshot_complete() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF EXISTS (SELECT FROM added JOIN cost_snapshot month ON month.id = added.snapshot_id
                            WHERE month.is_taken IS DISTINCT FROM FALSE) THEN
                    RAISE EXCEPTION 'Nothing is added to a closed month.';
                END IF;
                RETURN NULL;
            END $$;
            CREATE OR REPLACE TRIGGER complete AFTER INSERT ON cost_snapshot_line
               REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION cost_snapshot_complete();
            """
        )
