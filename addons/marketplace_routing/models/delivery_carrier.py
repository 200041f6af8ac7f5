from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..freight import NoQuote
from .freight_messages import describe

TRACKING_PLACEHOLDER = "<shipmenttrackingnumber>"


class DeliveryCarrier(models.Model):
    _name = "delivery.carrier"
    _inherit = ["delivery.carrier", "marketplace.cache.source"]

    delivery_type = fields.Selection(
        selection_add=[("rate_table", "Rate Table")], ondelete={"rate_table": "set default"}
    )
    rate_service = fields.Char(
        "Service", help="How the carrier calls this service, e.g. Priority Line. Rules and reports show it."
    )
    rate_service_level = fields.Selection(
        [("economy", "Economy"), ("standard", "Standard"), ("express", "Express"), ("next_day", "Next Day")],
        string="Service Level",
        help="What a promise to the buyer is compared with.",
    )
    rate_currency_id = fields.Many2one(
        "res.currency",
        default=lambda self: self.env.company.currency_id,
        help="Currency of the prices in the rate table. Estimates are converted into the company's currency.",
    )
    rate_divisor = fields.Integer(
        "Volumetric Divisor",
        default=5000,
        help="Cubic centimetres that count as one kilogram, e.g. 5000 or 6000. The greater of weight and volumetric "
        "weight is paid for. 0: volume does not count.",
    )
    rate_step = fields.Float(
        "Weight Step",
        digits=(12, 3),
        help="The chargeable weight is rounded up to this step, in kg. 0: it is not rounded.",
    )
    rate_max_length = fields.Float("Longest Side", help="Longest side that is taken, in cm. 0: no limit.")
    rate_max_girth = fields.Float(
        "Length plus Girth", help="Longest side plus twice the two others, at most, in cm. 0: no limit."
    )
    freight_zone_ids = fields.One2many("marketplace.freight.zone", "carrier_id", string="Zones", copy=True)
    freight_rate_ids = fields.One2many("marketplace.freight.rate", "carrier_id", string="Rates")
    freight_surcharge_ids = fields.One2many(
        "marketplace.freight.surcharge", "carrier_id", string="Surcharges", copy=True
    )

    _rate_numbers_positive = models.Constraint(
        "CHECK (rate_divisor >= 0 AND rate_step >= 0 AND rate_max_length >= 0 AND rate_max_girth >= 0)",
        "Volumetric divisor, weight step and limits cannot be negative.",
    )

    @api.constrains("delivery_type", "rate_currency_id")
    def _check_rate_currency(self):
        for carrier in self:
            if carrier.delivery_type == "rate_table" and not carrier.rate_currency_id:
                raise ValidationError(self.env._("%s has a rate table: choose its currency.", carrier.name))

    # === ODOO'S INTERFACE OF CARRIERS === #

    def rate_table_rate_shipment(self, order):
        """What Odoo's delivery wizard asks: the price of an order, in the order's currency."""
        Book = self.env["marketplace.rate.book"]
        weight = self.env.context.get("order_weight") or order.shipping_weight or order._get_estimated_weight()
        parcel = Book._prepare_parcel(weight, self._get_order_volume(order))
        destination = Book._prepare_destination(order.partner_shipping_id)
        answer = self._get_rate_quote(order.company_id, order.warehouse_id, destination, parcel)
        if isinstance(answer, NoQuote):
            message = describe(self.env, answer.code, answer.values)
            return {"success": False, "price": 0.0, "error_message": message, "warning_message": False}
        price = self._compute_currency(order, float(answer.amount), "company_to_pricelist")
        return {"success": True, "price": price, "error_message": False, "warning_message": False}

    def _get_order_volume(self, order):
        lines = order.order_line.filtered(
            lambda line: line.product_id.type == "consu" and line.state != "cancel" and not line.is_delivery
        )
        return sum(line.product_qty * line.product_id.volume for line in lines)

    def rate_table_send_shipping(self, pickings):
        """What Odoo asks when transfers are sent. A rate table books nothing: the price of the weighed parcel, in the
        currency of its order, and no tracking number. A transfer that the table has no price for leaves all the same.
        """
        return [{"exact_price": self._get_picking_price(picking), "tracking_number": False} for picking in pickings]

    def _get_picking_price(self, picking):
        Book = self.env["marketplace.rate.book"]
        volume = sum(move.product_qty * move.product_id.volume for move in picking.move_ids)
        parcel = Book._prepare_parcel(picking.shipping_weight or picking.weight, volume)
        destination = Book._prepare_destination(picking.partner_id)
        warehouse = picking.picking_type_id.warehouse_id
        answer = self._get_rate_quote(picking.company_id, warehouse, destination, parcel)
        if isinstance(answer, NoQuote):
            picking._message_log(body=describe(self.env, answer.code, answer.values))
            return 0.0
        if not picking.sale_id:
            return float(answer.amount)
        return self._compute_currency(picking.sale_id, float(answer.amount), "company_to_pricelist")

    def _get_rate_quote(self, company, warehouse, destination, parcel):
        """The carrier's :class:`~..freight.Quote`, or why there is none."""
        self.ensure_one()
        book = self.env["marketplace.rate.book"]._load(company, self)
        quotes, refusals = book.quotes(warehouse.id, destination, parcel)
        return (quotes or refusals)[0]

    def rate_table_get_tracking_link(self, picking):
        """The carrier's page of a transfer, from the tracking link of the carrier."""
        if self.tracking_url and picking.carrier_tracking_ref:
            return self.tracking_url.replace(TRACKING_PLACEHOLDER, picking.carrier_tracking_ref)
        return False

    def rate_table_cancel_shipment(self, pickings):
        """Nothing was booked, so there is nothing to cancel: Odoo takes the tracking number off the transfer."""

    # === ACTIONS === #

    def action_try_quote(self):
        return self._open_rate_wizard("marketplace.freight.trial", self.env._("Try a Quote"))

    def action_import_rates(self):
        return self._open_rate_wizard("marketplace.freight.import", self.env._("Import Rates"))

    def _open_rate_wizard(self, model, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"default_carrier_id": self.id},
        }
