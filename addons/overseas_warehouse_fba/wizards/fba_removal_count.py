from odoo import api, fields, models


class FbaRemovalCount(models.TransientModel):
    _name = "fba.removal.count"
    _description = "Count of a Parcel of an FBA Removal Order"

    parcel_id = fields.Many2one("fba.removal.parcel", required=True, readonly=True)
    msku = fields.Char(related="parcel_id.msku")
    company_id = fields.Many2one(related="parcel_id.company_id")
    sent_units = fields.Integer("Sent", related="parcel_id.units")
    arrived_units = fields.Integer(
        "Arrived",
        compute="_compute_arrived_units",
        store=True,
        readonly=False,
        precompute=True,
        help="The rest is claimed from Amazon.",
    )
    location_id = fields.Many2one(
        "stock.location",
        "Put Into",
        compute="_compute_location_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        domain="[('usage', '=', 'internal'), ('company_id', 'in', (company_id, False))]",
    )

    @api.depends("parcel_id")
    def _compute_arrived_units(self):
        for count in self:
            count.arrived_units = count.parcel_id.units

    @api.depends("parcel_id")
    def _compute_location_id(self):
        """The first warehouse of the company that nobody runs for us."""
        companies = self.parcel_id.company_id
        foreign = self.env["overseas.warehouse"].sudo().search([("company_id", "in", companies.ids)]).warehouse_id
        for count in self:
            domain = [("company_id", "=", count.parcel_id.company_id.id), ("id", "not in", foreign.ids)]
            count.location_id = self.env["stock.warehouse"].sudo().search(domain, limit=1).lot_stock_id

    def action_confirm(self):
        """Take in what arrived."""
        self.ensure_one()
        self.parcel_id._count(self.arrived_units, self.location_id)
        return {"type": "ir.actions.act_window_close"}
