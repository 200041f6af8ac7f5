from odoo import Command, fields, models

from ..engine import FirstMileError, Load, compare
from .messages import refuse
from .price_sheet import MODES, to_decimal


class FirstMileQuote(models.Model):
    """What a forwarder asks for a shipment, or why it makes no offer."""

    _name = "first.mile.quote"
    _description = "Freight Quote"
    _order = "shipment_id, refusal nulls first, company_amount, days, id"

    shipment_id = fields.Many2one("first.mile.shipment", required=True, ondelete="cascade", index=True)
    tariff_id = fields.Many2one("first.mile.tariff", string="Price Sheet", required=True, ondelete="cascade")
    partner_id = fields.Many2one(related="tariff_id.partner_id", string="Forwarder")
    mode = fields.Selection(MODES)
    currency_id = fields.Many2one(related="tariff_id.currency_id")
    company_currency_id = fields.Many2one(related="shipment_id.company_id.currency_id", string="Company Currency")
    billed = fields.Float(string="Billed Units", digits=(16, 3))
    basis = fields.Selection(related="tariff_id.basis")
    chargeable = fields.Float(string="Chargeable (kg)", digits=(16, 3), help="By the forwarder's own rule.")
    amount = fields.Monetary()
    company_amount = fields.Monetary(string="In Company Currency", currency_field="company_currency_id")
    days = fields.Integer(help="Days at most that the forwarder states.")
    detail = fields.Char(help="Freight, fuel and each fee.")
    refusal = fields.Char(string="No Offer", help="Why the forwarder makes no offer.")
    accepted = fields.Boolean(readonly=True)

    def action_accept(self):
        """Ship with this forwarder; its price is the estimate of the freight."""
        self.ensure_one()
        shipment = self.shipment_id
        shipment.quote_ids.accepted = False
        self.accepted = True
        shipment.write({"forwarder_id": self.partner_id.id, "mode": self.mode})
        name = self.env._("Freight %s", self.partner_id.name)
        shipment._set_estimate("freight", name, "chargeable", self.amount, self.currency_id)


class FirstMileShipment(models.Model):
    _inherit = "first.mile.shipment"

    def action_compare_quotes(self):
        """Ask all price sheets of the lane anew, of every mode."""
        self.ensure_one()
        sheets = self.env["first.mile.tariff"].search([("lane_id", "=", self.lane_id.id)])
        containers = {self.container_type: self.container_count} if self.container_type else {}
        load = Load(self.carton_ids._to_boxes(), self.lane_id.id, self.ship_date, containers)
        company_currency = self.company_id.currency_id
        rates = self._get_exchange_rates(sheets.currency_id)
        try:
            quotes, refusals = compare(sheets._to_engine(), load, rates, to_decimal(company_currency.rounding))
        except FirstMileError as error:
            raise refuse(self.env, error) from error
        values = [self._get_quote_values(quote) for quote in quotes]
        values += [self._get_refusal_values(refusal) for refusal in refusals]
        self.quote_ids = [Command.clear(), *(Command.create(vals) for vals in values)]
        return True

    def _get_quote_values(self, quote):
        labels = {"freight": self.env._("Freight"), "fuel": self.env._("Fuel")}
        return {
            "tariff_id": quote.sheet.key,
            "mode": quote.sheet.mode,
            "billed": float(quote.billed),
            "chargeable": float(quote.weighing.chargeable),
            "amount": float(quote.amount),
            "company_amount": float(quote.company_amount),
            "days": quote.sheet.days_max or quote.sheet.days_min,
            "detail": "; ".join(f"{labels.get(label, label)} {amount}" for label, amount in quote.parts),
        }

    def _get_refusal_values(self, refusal):
        texts = {
            "empty": lambda: self.env._("The shipment has no cartons."),
            "not_valid": lambda: self.env._("The prices do not hold on %(day)s."),
            "no_container": lambda: self.env._("No price for the container. Choose its type on the shipment."),
            "no_price": lambda: self.env._("The price sheet has no prices. Enter them."),
            "below_breaks": lambda: self.env._("%(billed)s units are below the first price, from %(start)s on."),
            "no_exchange_rate": lambda: self.env._(
                "There is no exchange rate of %(currency)s. Enter one under Accounting › Configuration › Currencies, "
                "then compare again."
            ),
        }
        text = texts[refusal.code]() % refusal.values
        return {"tariff_id": refusal.sheet.key, "mode": refusal.sheet.mode, "refusal": text}
