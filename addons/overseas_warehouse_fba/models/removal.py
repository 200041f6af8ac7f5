from collections import defaultdict
from dataclasses import replace

from odoo import api, fields, models


class FbaRemoval(models.Model):
    """A removal order as Amazon's report states it. Amazon's API has no call to make one: they are ordered in Seller
    Central and followed here."""

    _name = "fba.removal"
    _description = "FBA Removal Order"
    _order = "requested_at desc, id desc"
    _rec_name = "number"

    warehouse_id = fields.Many2one("overseas.warehouse", required=True, readonly=True, ondelete="restrict", index=True)
    account_id = fields.Many2one(related="warehouse_id.account_id", store=True, index=True)
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True, index=True)
    number = fields.Char("Removal Order", required=True, readonly=True, help="Amazon's number, as in its ledger.")
    purpose = fields.Selection(
        [("return", "Sent Back to Us"), ("disposal", "Disposed Of"), ("liquidation", "Sold by Amazon")],
        "Kind",
        required=True,
        readonly=True,
    )
    status = fields.Char(required=True, readonly=True, help="As Amazon calls it.")
    requested_at = fields.Datetime("Ordered On", readonly=True)
    changed_at = fields.Datetime("Last Change", readonly=True)
    line_ids = fields.One2many("fba.removal.line", "removal_id", "Products", readonly=True)
    parcel_ids = fields.One2many("fba.removal.parcel", "removal_id", "Parcels", readonly=True)
    requested = fields.Integer(compute="_compute_units", store=True, help="Units ordered.")
    open_units = fields.Integer(
        "Still Open", compute="_compute_units", store=True, help="Units that are neither cancelled nor gone."
    )

    _number_uniq = models.Constraint("UNIQUE(account_id, number)", "This removal order is recorded already.")

    @api.depends("line_ids.requested", "line_ids.open_units")
    def _compute_units(self):
        for removal in self:
            removal.requested = sum(removal.line_ids.mapped("requested"))
            removal.open_units = sum(removal.line_ids.mapped("open_units"))

    # === TAKING OVER === #

    @api.model
    def _take(self, sheet, records):
        """Record removal orders as they stand now; what the ledger asked about them is then answered.

        :param records: of :class:`~..connector.removals.RemovalLine`
        :return: number of orders that are new
        """
        lines_by_number = defaultdict(list)
        for record in records:
            lines_by_number[record.order_id].append(record)
        removals, new = self._get_or_create(sheet.warehouse_id, {
            number: lines[0].order_type.value for number, lines in lines_by_number.items()
        })  # fmt: skip
        for number, lines in lines_by_number.items():
            removals[number].write(
                {
                    "purpose": lines[0].order_type.value,
                    "status": ", ".join(dict.fromkeys(line.status for line in lines)),
                    "requested_at": _naive(lines[0].requested_at),
                    "changed_at": _naive(max(filter(None, (line.updated_at for line in lines)), default=None)),
                }
            )
        self.env["fba.removal.line"]._replace(sheet.warehouse_id, removals, lines_by_number)
        self.env["fba.ledger.row"]._refresh(sheet.warehouse_id)
        self.env["fba.claim"]._refresh(sheet.warehouse_id)
        return new

    @api.model
    def _get_or_create(self, warehouse, purposes):
        """``({number: removal order}, how many are new)``.

        :param dict purposes: ``{number: kind}``
        """
        found = self.search([("account_id", "=", warehouse.account_id.id), ("number", "in", list(purposes))])
        removals = {removal.number: removal for removal in found}
        missing = [number for number in purposes if number not in removals]
        created = self.create(
            [
                {"warehouse_id": warehouse.id, "number": number, "purpose": purposes[number], "status": "?"}
                for number in missing
            ]
        )
        return {**removals, **dict(zip(missing, created, strict=True))}, len(missing)


class FbaRemovalLine(models.Model):
    _name = "fba.removal.line"
    _description = "Product of an FBA Removal Order"
    _order = "removal_id, id"
    _rec_name = "msku"

    removal_id = fields.Many2one("fba.removal", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="removal_id.company_id", store=True, index=True)
    msku = fields.Char("SKU", required=True, readonly=True)
    fnsku = fields.Char("FNSKU", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True, ondelete="restrict", index="btree_not_null")
    disposition = fields.Char("Condition", readonly=True, help="As Amazon calls it.")
    requested = fields.Integer("Ordered", readonly=True)
    cancelled = fields.Integer(readonly=True)
    disposed = fields.Integer(readonly=True)
    shipped = fields.Integer(readonly=True)
    in_process = fields.Integer(readonly=True)
    open_units = fields.Integer("Still Open", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    fee = fields.Monetary(readonly=True)

    @api.model
    def _replace(self, warehouse, removals, lines_by_number):
        """The products of removal orders as the report counts them now."""
        self.search([("removal_id.number", "in", list(lines_by_number)),
                     ("removal_id.account_id", "=", warehouse.account_id.id)]).unlink()  # fmt: skip
        records = [record for lines in lines_by_number.values() for record in lines]
        products = warehouse._get_fba_products({record.msku for record in records})
        names = {record.fee.currency for record in records if record.fee is not None}
        found = self.env["res.currency"].with_context(active_test=False).search([("name", "in", list(names))])
        currency_by_name = {currency.name: currency.id for currency in found}
        return self.create(
            [
                {
                    "removal_id": removals[record.order_id].id,
                    "msku": record.msku,
                    "fnsku": record.fnsku,
                    "product_id": products[record.msku].id if record.msku in products else False,
                    "disposition": record.disposition,
                    "requested": record.requested,
                    "cancelled": record.cancelled,
                    "disposed": record.disposed,
                    "shipped": record.shipped,
                    "in_process": record.in_process,
                    "open_units": record.open_units,
                    "currency_id": currency_by_name.get(record.fee.currency) if record.fee is not None else False,
                    "fee": float(record.fee.amount) if record.fee is not None else 0,
                }
                for record in records
            ]
        )


class FbaRemovalParcel(models.Model):
    _name = "fba.removal.parcel"
    _description = "Parcel of an FBA Removal Order"
    _order = "shipped_at desc, id desc"
    _rec_name = "tracking"

    removal_id = fields.Many2one("fba.removal", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="removal_id.company_id", store=True, index=True)
    shipped_at = fields.Datetime("Shipped On", required=True, readonly=True)
    msku = fields.Char("SKU", required=True, readonly=True)
    fnsku = fields.Char("FNSKU", readonly=True)
    disposition = fields.Char("Condition", readonly=True, help="As Amazon calls it.")
    units = fields.Integer(readonly=True)
    carrier = fields.Char(readonly=True)
    tracking = fields.Char("Tracking Number", readonly=True)

    @api.model
    def _take(self, sheet, records):
        """Record what left for us, each parcel and SKU once; parcels of orders that are not known yet wait for the
        next report.

        :param records: of :class:`~..connector.removals.RemovalShipment`
        :return: number of those that are new
        """
        orders = self.env["fba.removal"].search(
            [
                ("account_id", "=", sheet.warehouse_id.account_id.id),
                ("number", "in", list({record.order_id for record in records})),
            ]
        )
        order_by_number = {order.number: order for order in orders}
        known = {_get_parcel_key(parcel) for parcel in orders.parcel_ids}
        fresh = {}
        for record in records:
            if order := order_by_number.get(record.order_id):
                vals = self._prepare_vals(order, record)
                key = tuple(vals.values())
                if key not in known:
                    fresh[key] = vals
        created = self.create(list(fresh.values()))
        self.env["fba.claim"]._refresh(sheet.warehouse_id)
        return len(created)

    @api.model
    def _prepare_vals(self, order, record):
        return {
            "removal_id": order.id,
            "shipped_at": _naive(record.shipped_at),
            "msku": record.msku,
            "fnsku": record.fnsku,
            "disposition": record.disposition,
            "units": record.units,
            "carrier": record.carrier,
            "tracking": record.tracking,
        }


class FbaSheet(models.Model):
    _inherit = "fba.sheet"

    @api.model
    def _get_takers(self):
        """Override for the reports of removal orders."""
        return {
            **super()._get_takers(),
            "removal": self.env["fba.removal"]._take,
            "removal_parcel": self.env["fba.removal.parcel"]._take,
        }


class OverseasWarehouse(models.Model):
    _inherit = "overseas.warehouse"

    def _get_fba_knowledge(self, references):
        """Override to know what becomes of units that leave by a removal order."""
        knowledge = super()._get_fba_knowledge(references)
        removals = self.env["fba.removal"].search(
            [("account_id", "=", self.account_id.id), ("number", "in", [name for name in references if name])]
        )
        purposes = {removal.number: removal.purpose for removal in removals}
        return replace(knowledge, removals={**knowledge.removals, **purposes})


def _naive(moment):
    """A time as Odoo keeps it."""
    return moment.replace(tzinfo=None, microsecond=0) if moment else False


def _get_parcel_key(parcel):
    return (
        parcel.removal_id.id,
        parcel.shipped_at,
        parcel.msku,
        parcel.fnsku or "",
        parcel.disposition or "",
        parcel.units,
        parcel.carrier or "",
        parcel.tracking or "",
    )
