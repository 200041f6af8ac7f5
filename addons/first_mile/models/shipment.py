from datetime import datetime, time

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..engine import FirstMileError, get_default_rule, weigh
from .messages import refuse
from .price_sheet import CONTAINERS, MODES, to_decimal


class FirstMileShipment(models.Model):
    """Goods on their way from a supplier or hub to the warehouse that sells them."""

    _name = "first.mile.shipment"
    _description = "First-Mile Shipment"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(string="Reference", required=True, readonly=True, copy=False, default="/")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    user_id = fields.Many2one(
        "res.users", string="Responsible", default=lambda self: self.env.user, tracking=True,
        help="Gets an activity when the shipment is late.",
    )  # fmt: skip
    lane_id = fields.Many2one("first.mile.lane", required=True, check_company=True, index=True)
    mode = fields.Selection(MODES, required=True, default="sea_lcl", help="Of the main carriage.", tracking=True)
    forwarder_id = fields.Many2one("res.partner", tracking=True)
    warehouse_id = fields.Many2one("stock.warehouse", string="From", required=True, check_company=True)
    destination_id = fields.Many2one("stock.warehouse", string="To", required=True, check_company=True)
    container_type = fields.Selection(CONTAINERS, string="Container")
    container_count = fields.Integer(string="Containers", default=1)
    currency_id = fields.Many2one(
        "res.currency", string="Declared in", required=True, default=lambda self: self.env.company.currency_id,
        help="Currency of the declared values, the duty and the import VAT.",
    )  # fmt: skip
    ship_date = fields.Date(
        string="Loading Day", required=True, default=fields.Date.context_today, tracking=True,
        help="Prices, exchange rates and duties of this day are used.",
    )  # fmt: skip
    line_ids = fields.One2many("first.mile.shipment.line", "shipment_id", string="Goods", copy=True)
    carton_ids = fields.One2many("first.mile.carton", "shipment_id", string="Cartons")
    leg_ids = fields.One2many("first.mile.leg", "shipment_id", string="Legs")
    tracking_ids = fields.One2many("first.mile.tracking", "shipment_id", string="Tracking Numbers")
    quote_ids = fields.One2many("first.mile.quote", "shipment_id", string="Quotes")
    cost_ids = fields.One2many("first.mile.cost", "shipment_id", string="Costs")
    picking_ids = fields.One2many("stock.picking", "first_mile_shipment_id", string="Transfers")
    picking_count = fields.Integer(compute="_compute_picking_count")
    cancelled = fields.Boolean(copy=False)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("planned", "Planned"),
            ("in_transit", "In Transit"),
            ("arrived", "Arrived"),
            ("received", "Received"),
            ("cancelled", "Cancelled"),
        ],
        compute="_compute_state",
        store=True,
        tracking=True,
        string="Status",
    )
    etd = fields.Date(compute="_compute_dates", store=True, string="ETD", help="Estimated departure of the first leg.")
    eta = fields.Date(compute="_compute_dates", store=True, string="ETA", help="Estimated arrival of the last leg.")
    roll_count = fields.Integer(compute="_compute_dates", store=True, string="Roll-overs")
    carton_count = fields.Integer(compute="_compute_measures", string="Number of Cartons")
    weight = fields.Float(compute="_compute_measures", string="Gross Weight (kg)", digits=(16, 3))
    volume = fields.Float(compute="_compute_measures", string="Volume (m³)", digits=(16, 4))
    chargeable = fields.Float(
        compute="_compute_measures", string="Chargeable (kg)", digits=(16, 3),
        help="By what is usual in the mode; each forwarder's quote shows its own.",
    )  # fmt: skip
    duty_amount = fields.Monetary(compute="_compute_duty", string="Estimated Duty")
    vat_amount = fields.Monetary(compute="_compute_duty", string="Estimated Import VAT")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                company = vals.get("company_id") or self.env.company.id
                sequence = self.env["ir.sequence"].with_company(company)
                vals["name"] = sequence.next_by_code("first.mile.shipment") or "/"
        return super().create(vals_list)

    @api.depends("picking_ids")
    def _compute_picking_count(self):
        for shipment in self:
            shipment.picking_count = len(shipment.picking_ids)

    @api.depends("cancelled", "picking_ids.state", "leg_ids.ata", "leg_ids.sequence")
    def _compute_state(self):
        for shipment in self:
            shipment.state = shipment._get_state()

    def _get_state(self):
        if self.cancelled:
            return "cancelled"
        pickings = self.picking_ids.filtered(lambda picking: picking.state != "cancel")
        if not pickings:
            return "draft"
        departures = pickings.filtered("is_first_mile_departure")
        arrivals = pickings - departures
        if not any(picking.state == "done" for picking in departures):
            return "planned"
        if arrivals and all(picking.state == "done" for picking in arrivals):
            return "received"
        last = self.leg_ids.sorted(lambda leg: (leg.sequence, leg.id))[-1:]
        return "arrived" if last.ata else "in_transit"

    @api.depends("leg_ids.etd", "leg_ids.eta", "leg_ids.roll_count")
    def _compute_dates(self):
        for shipment in self:
            legs = shipment.leg_ids
            shipment.etd = min(filter(None, legs.mapped("etd")), default=False)
            shipment.eta = max(filter(None, legs.mapped("eta")), default=False)
            shipment.roll_count = sum(legs.mapped("roll_count"))

    @api.depends("carton_ids.weight", "carton_ids.length_cm", "carton_ids.width_cm", "carton_ids.height_cm", "mode")
    def _compute_measures(self):
        for shipment in self:
            cartons = shipment.carton_ids
            shipment.carton_count = len(cartons)
            shipment.weight = sum(cartons.mapped("weight"))
            shipment.volume = sum(cartons.mapped("volume"))
            measured = all(min(carton.weight, carton.volume) > 0 for carton in cartons)
            boxes = cartons._to_boxes() if measured else ()
            shipment.chargeable = float(weigh(boxes, get_default_rule(shipment.mode)).chargeable)

    @api.depends("line_ids.duty_amount", "line_ids.vat_amount")
    def _compute_duty(self):
        for shipment in self:
            shipment.duty_amount = sum(shipment.line_ids.mapped("duty_amount"))
            shipment.vat_amount = sum(shipment.line_ids.mapped("vat_amount"))

    def action_estimate_duty(self):
        """Assess duty and import VAT of the goods, and keep the duty as an estimated cost."""
        for shipment in self:
            try:
                shipment.line_ids._assess(shipment)
            except FirstMileError as error:
                raise refuse(self.env, error) from error
            shipment._set_estimate("duty", self.env._("Duty"), "duty", shipment.duty_amount, shipment.currency_id)
        return True

    def _set_estimate(self, component, name, basis, amount, currency):
        """Replace the estimate of a component, unless it has been billed."""
        self.ensure_one()
        old = self.cost_ids.filtered(lambda cost: cost.component == component and not cost.is_actual)
        old.unlink()
        if amount:
            values = {"component": component, "name": name, "basis": basis, "estimate": amount}
            self.cost_ids = [Command.create({**values, "currency_id": currency.id, "date": self.ship_date})]

    def action_merge(self):
        """Move everything of the later shipments into the first one."""
        target, others = self.sorted("id")[:1], self.sorted("id")[1:]
        if not others:
            raise UserError(self.env._("Select at least two shipments to merge."))
        names = ("company_id", "lane_id", "mode", "warehouse_id", "purchase_id", "destination_id", "currency_id")
        alike = {tuple(shipment[name] for name in names) for shipment in self}
        if len(alike) > 1 or set(self.mapped("state")) != {"draft"} or self.cost_ids.filtered("is_actual"):
            raise UserError(
                self.env._(
                    "Only drafts without bills, on the same lane, in the same mode, between the same warehouses, of "
                    "the same order and declared in the same currency can be merged."
                )
            )
        numbers = self.carton_ids.mapped("number")
        if len(numbers) != len(set(numbers)):
            raise UserError(self.env._("Some carton numbers are in several of the shipments. Number them anew first."))
        others.carton_ids.shipment_id = target
        others.tracking_ids.shipment_id = target
        target._take_lines(others.line_ids)
        others.cancelled = True
        target.message_post(body=self.env._("Merged with %s.", ", ".join(others.mapped("name"))))
        return target._open()

    def _take_lines(self, lines):
        for line in lines:
            same = self.line_ids.filtered(lambda own, product=line.product_id: own.product_id == product)
            if same:
                same.quantity += line.quantity
                line.unlink()
            else:
                line.shipment_id = self

    def action_cancel(self):
        """Cancel what has not left."""
        if any(shipment.state not in ("draft", "planned") for shipment in self):
            raise UserError(
                self.env._("Goods that have left cannot be cancelled. Send them back by a transfer instead.")
            )
        self.picking_ids.action_cancel()
        self.cancelled = True

    def _open(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }

    def action_open_pickings(self):
        """Transfers of the shipment."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Transfers"),
            "res_model": "stock.picking",
            "view_mode": "list,form",
            "domain": [("first_mile_shipment_id", "in", self.ids)],
        }

    @staticmethod
    def _to_moment(day):
        """Noon of a day: transfers have times, carriers state days."""
        return datetime.combine(day, time(12))

    def _get_exchange_rates(self, currencies):
        """Value of 1 unit of each currency in the company's on the loading day, as Decimal by code.

        Currencies without any exchange rate are left out.
        """
        self.ensure_one()
        own = self.company_id.currency_id
        return {
            currency.name: to_decimal(currency._get_conversion_rate(currency, own, self.company_id, self.ship_date))
            for currency in currencies
            if currency._is_rated(self.company_id)
        }

    def _check_rates(self, currencies):
        """:raise UserError: currencies that cannot be converted; says what to do"""
        self.ensure_one()
        missing = [currency.name for currency in currencies if not currency._is_rated(self.company_id)]
        if missing:
            raise UserError(
                self.env._(
                    "There is no exchange rate of %s. Enter one under Accounting › Configuration › Currencies, then "
                    "try again.",
                    ", ".join(missing),
                )
            )
