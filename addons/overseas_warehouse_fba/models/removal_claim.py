from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.missing import RemovedUnits, SentParcel, missing_removals

REMOVED_KINDS = ("removal", "disposal")


class FbaRemovalParcel(models.Model):
    """A parcel from Amazon is counted by a person: what arrived goes to stock, what did not is owed."""

    _inherit = "fba.removal.parcel"

    state = fields.Selection(
        [("coming", "On Its Way"), ("counted", "Counted")], "Status", required=True, readonly=True, default="coming"
    )
    arrived_units = fields.Integer("Arrived", readonly=True)
    move_ids = fields.Many2many("stock.move", string="Stock Moves", readonly=True, copy=False)

    def action_count(self):
        """Open the dialog in which a person says what was in the parcel."""
        self.ensure_one()
        self._check_coming()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Count the Parcel"),
            "res_model": "fba.removal.count",
            "view_mode": "form",
            "target": "new",
            "context": {"default_parcel_id": self.id},
        }

    def _check_coming(self):
        if self.state != "coming":
            raise UserError(self.env._("The parcel %s has been counted already.", self.tracking or self.msku))

    def _count(self, units, location):
        """Take what arrived out of transit into stock, and write off the rest, which the claims list then shows.

        :param int units: that were in the parcel
        :param location: where they are now
        :raise UserError: more units than were sent, or a SKU without product
        """
        self.check_access("write")
        self._check_coming()
        if not 0 <= units <= self.units:
            raise UserError(self.env._("Amazon sent %s units: count between none and these.", self.units))
        warehouse = self.removal_id.warehouse_id
        product = warehouse._get_fba_products({self.msku}).get(self.msku)
        if not product:
            raise UserError(self.env._("No product is known for the SKU %s. Match its listing first.", self.msku))
        loss = product.with_company(warehouse.company_id).property_stock_inventory
        parts = [(location, units), (loss, self.units - units)]
        moves = self.sudo()._move(product, [(target, count) for target, count in parts if count])
        self.sudo().write({"state": "counted", "arrived_units": units, "move_ids": moves.ids})
        self.env["fba.claim"].sudo()._refresh(warehouse)

    def _get_sent(self):
        """The parcel in the words of the engine."""
        return SentParcel(
            self.removal_id.number,
            self.tracking or "",
            self.fnsku or "",
            self.msku,
            self.shipped_at.date(),
            self.units,
            self.arrived_units,
        )

    def _move(self, product, parts):
        """Done moves out of transit.

        :param parts: ``[(location, units)]``
        """
        warehouse, Row = self.removal_id.warehouse_id, self.env["fba.ledger.row"]
        transit = warehouse.transit_location_id
        lots = Row._get_lots(product, transit)
        reason = self.env._(
            "Removal order %(number)s, parcel %(tracking)s",
            number=self.removal_id.number,
            tracking=self.tracking or "?",
        )
        moves = self.env["stock.move"].create(
            [
                {
                    **Row._prepare_goods_vals(product, transit, target, count, fields.Datetime.now(), lots),
                    "company_id": warehouse.company_id.id,
                    "origin": reason,
                    "inventory_name": reason,
                }
                for target, count in parts
            ]
        )
        moves._action_done()
        return moves


class OverseasWarehouse(models.Model):
    _inherit = "overseas.warehouse"

    def _find_fba_claims(self):
        """Override to claim what left Amazon for us and is nowhere."""
        lines = self.env["fba.removal.line"].search(
            [("removal_id.warehouse_id", "=", self.id), ("open_units", "<=", 0)]
        )
        parcels = self.env["fba.removal.parcel"].search([("removal_id.warehouse_id", "=", self.id)])
        removed = self._get_fba_removed(lines, parcels)
        return super()._find_fba_claims() + missing_removals(removed, [parcel._get_sent() for parcel in parcels])

    @api.model
    def _get_fba_removed(self, lines, parcels):
        """Ended removals as the engine wants them: what the ledger took out, and what Amazon accounts for."""
        packed, gone = defaultdict(int), defaultdict(int)
        for parcel in parcels:
            packed[parcel.removal_id, parcel.msku] += parcel.units
        for number, msku, units in self.env["fba.ledger.row"]._read_group(
            [
                ("warehouse_id", "=", self.id),
                ("kind", "in", REMOVED_KINDS),
                ("reference", "in", lines.removal_id.mapped("number")),
            ],
            ["reference", "msku"],
            ["units:sum"],
        ):
            gone[number, msku] -= units
        return [
            RemovedUnits(
                removal.number,
                grouped[0].fnsku or "",
                msku,
                (removal.changed_at or removal.requested_at or fields.Datetime.now()).date(),
                gone[removal.number, msku],
                # What is liquidated goes to whom Amazon sold it: no parcel comes to us.
                sum(grouped.mapped("disposed"))
                + (sum(grouped.mapped("shipped")) if removal.purpose == "liquidation" else packed[removal, msku]),
            )
            for (removal, msku), grouped in lines.grouped(lambda line: (line.removal_id, line.msku)).items()
        ]
