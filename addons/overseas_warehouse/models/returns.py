from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.fields import Command

from ..contract import ProviderCapability, ReturnStatus
from .snapshot import read_pages

# Returns are asked for again from a while before the last change: operators state some of them late.
LATE_CHANGES = timedelta(days=2)


class OverseasReturn(models.Model):
    """What came back to a warehouse; taken into stock once, when the warehouse has judged it."""

    _name = "overseas.return"
    _description = "Return to an Overseas Warehouse"
    _order = "changed_at desc, id desc"
    _rec_name = "external_id"

    warehouse_id = fields.Many2one("overseas.warehouse", required=True, readonly=True, ondelete="restrict", index=True)
    account_id = fields.Many2one(related="warehouse_id.account_id", store=True, index=True)
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True, index=True)
    external_id = fields.Char("Warehouse Number", required=True, readonly=True)
    outbound_number = fields.Char("Number of the Order", readonly=True)
    outbound_id = fields.Many2one("overseas.outbound", "Order", readonly=True, ondelete="set null", index=True)
    picking_id = fields.Many2one("stock.picking", "Receipt", readonly=True, ondelete="restrict", index=True)
    tracking = fields.Char("Tracking Number", readonly=True)
    reason = fields.Char(readonly=True)
    status_text = fields.Char("Status There", readonly=True)
    changed_at = fields.Datetime(required=True, readonly=True)
    line_ids = fields.One2many("overseas.return.line", "return_id", readonly=True)
    state = fields.Selection(
        [
            ("open", "On Its Way"),
            ("done", "Taken In"),
            ("blocked", "Needs a Person"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="open",
        help="Needs a Person: a product is not known here, or is tracked; add or count it, then retry.",
    )

    _external_uniq = models.Constraint("UNIQUE(account_id, external_id)", "This return is recorded already.")

    # === JOBS === #

    @api.model
    def _cron_fetch(self):
        """Queue a look at the returns of each account in use."""
        self._enqueue_fetch(self.env["overseas.account"].sudo().search(self.env["overseas.account"]._get_live_domain()))

    @api.model
    def _enqueue_fetch(self, accounts, seconds=None):
        accounts._queue(self._name, "_job_fetch", self.env._("Fetch returns"), seconds)

    @api.model
    def _job_fetch(self, account):
        """Take over what came back since the last time; running it twice takes nothing in twice."""
        if account.state == "disabled" or not account._has_capability(ProviderCapability.RETURNS):
            return
        codes = account.warehouse_ids.mapped("code")
        last = self.search([("account_id", "=", account.id)], limit=1)
        since = (last.changed_at or account.create_date).replace(tzinfo=timezone.utc) - LATE_CHANGES
        answer, error = account._ask_later(
            self.env._("Fetch returns"),
            lambda provider: read_pages(lambda token: provider.fetch_returns(codes, since, token=token)),
            lambda seconds: self._enqueue_fetch(account, seconds),
        )
        if error is None:
            account._note_broken(answer[1], self.env._("Fetch returns"))
            self._keep(account, answer[0])

    @api.model
    def _keep(self, account, states):
        """Record returns, and take in those that are judged.

        :param list states: `ReturnState`
        """
        warehouses = {warehouse.code: warehouse for warehouse in account.warehouse_ids}
        by_number = {state.external_id: state for state in states if state.warehouse in warehouses}
        known = self.search([("account_id", "=", account.id), ("external_id", "in", list(by_number))])
        open_returns = known.filtered(lambda record: record.state == "open")
        for record in open_returns:
            record.write(self._prepare_vals(by_number[record.external_id], warehouses))
        recorded = set(known.mapped("external_id"))
        new = self.create(
            [self._prepare_vals(state, warehouses) for number, state in by_number.items() if number not in recorded]
        )
        judged = {number for number, state in by_number.items() if state.status is ReturnStatus.FINISHED}
        found = open_returns | new
        found._find_orders()
        found.filtered(lambda record: record.external_id in judged)._take_in()
        return found

    @api.model
    def _prepare_vals(self, state, warehouses):
        lines = [{"sku": line.sku, "units": line.units, "grade": line.grade.value} for line in state.lines]
        return {
            "warehouse_id": warehouses[state.warehouse].id,
            "external_id": state.external_id,
            "outbound_number": state.outbound,
            "tracking": state.tracking,
            "reason": state.reason,
            "status_text": state.status_text,
            "changed_at": state.updated_at.replace(tzinfo=None),
            "state": "cancelled" if state.status is ReturnStatus.CANCELLED else "open",
            "line_ids": [Command.clear(), *map(Command.create, lines)],
        }

    def _find_orders(self):
        """Find the orders that came back, by either of their numbers, else by the parcel."""
        numbers = [number for number in self.mapped("outbound_number") if number]
        orders = self.env["overseas.outbound"]._get_by_number(self.account_id, numbers)
        by_parcel = self.filtered(lambda record: not record.outbound_number)._get_orders_by_parcel()
        for record in self:
            numbered = orders.get((record.account_id, record.outbound_number))
            record.outbound_id = numbered or by_parcel.get((record.account_id, record.tracking))

    def _get_orders_by_parcel(self):
        """``{(account, tracking number): order}``: what could not be delivered comes back under the number that it left
        with. One that several orders had is left out."""
        numbers = [number for number in self.mapped("tracking") if number]
        if not numbers:
            return {}
        domain = [("account_id", "in", self.account_id.ids), ("tracking", "in", numbers)]
        found = self.env["overseas.outbound"].search(domain).grouped(lambda order: (order.account_id, order.tracking))
        return {key: orders for key, orders in found.items() if len(orders) == 1}

    @api.model
    def _get_by_number(self, accounts, numbers):
        """``{(account, number): return}``, by the warehouse's number of it, or by one of its order where nothing else
        of the order came back."""
        of_order = [("outbound_id", "any", ["|", ("reference", "in", numbers), ("external_id", "in", numbers)])]
        found = self.search([("account_id", "in", accounts.ids), "|", ("external_id", "in", numbers), *of_order])
        by_number = {}
        for order, records in found.grouped("outbound_id").items():
            if len(records) == 1:
                by_number |= {
                    (records.account_id, number): records for number in (order.external_id, order.reference) if number
                }
        return {**by_number, **{(record.account_id, record.external_id): record for record in found}}

    # === STOCK === #

    def _take_in(self):
        """Sellable units go to the stock, damaged ones to quarantine, out of what the customers have."""
        skus = set(self.line_ids.mapped("sku"))
        product_by_sku = self.env["overseas.product"]._get_by_sku(self.account_id[:1], skus)
        ready = self.filtered(
            lambda record: all(
                line.sku in product_by_sku and product_by_sku[line.sku].tracking == "none" for line in record.line_ids
            )
        )
        (self - ready).state = "blocked"
        pickings = self.env["stock.picking"].create([record._prepare_picking_vals() for record in ready])
        moves = [
            line._prepare_move_vals(picking, product_by_sku[line.sku])
            for record, picking in zip(ready, pickings, strict=True)
            for line in record.line_ids
            if line.units
        ]
        self.env["stock.move"].create(moves)
        pickings._action_done()
        for record, picking in zip(ready, pickings, strict=True):
            record.write({"picking_id": picking.id, "state": "done"})

    def _prepare_picking_vals(self):
        warehouse = self.warehouse_id.warehouse_id
        return {
            "picking_type_id": warehouse.in_type_id.id,
            "location_id": self.env.ref("stock.stock_location_customers").id,
            "location_dest_id": warehouse.lot_stock_id.id,
            "partner_id": self.outbound_id.picking_id.partner_id.id,
            "origin": self.external_id,
            "company_id": self.company_id.id,
            "user_id": False,
        }

    def action_retry(self):
        """Take in what was blocked."""
        self.check_access("write")
        self.filtered(lambda record: record.state == "blocked").sudo()._take_in()


class OverseasReturnLine(models.Model):
    _name = "overseas.return.line"
    _description = "Product That Came Back"
    _order = "return_id, id"
    _rec_name = "sku"

    return_id = fields.Many2one("overseas.return", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="return_id.company_id", store=True, index=True)
    sku = fields.Char("SKU", required=True, readonly=True)
    units = fields.Integer(readonly=True)
    grade = fields.Selection([("sellable", "Sellable"), ("damaged", "Damaged")], required=True, readonly=True)

    def _prepare_move_vals(self, picking, product):
        """A move that is ready to be done; it names the delivery that it undoes, so that its cost comes back too."""
        warehouse = self.return_id.warehouse_id
        target = warehouse.warehouse_id.lot_stock_id if self.grade == "sellable" else warehouse.quarantine_location_id
        order = self.return_id.outbound_id
        sent = order._get_sent_moves().get((order, product), self.env["stock.move"])
        common = {
            "picking_id": picking.id,
            "product_id": product.id,
            "location_id": picking.location_id.id,
            "location_dest_id": target.id,
            "company_id": picking.company_id.id,
        }
        line = {**common, "product_uom_id": product.uom_id.id, "quantity": self.units}
        return {
            **common,
            "product_uom": product.uom_id.id,
            "product_uom_qty": self.units,
            "picking_type_id": picking.picking_type_id.id,
            "origin_returned_move_id": sent.id,
            "to_refund": bool(sent),
            "picked": True,
            "state": "confirmed",
            "move_line_ids": [Command.create(line)],
        }
