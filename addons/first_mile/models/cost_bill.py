from odoo import fields, models
from odoo.addons.marketplace.contract import share
from odoo.exceptions import UserError

from .price_sheet import to_decimal


class FirstMileCost(models.Model):
    """Costs and the lines of vendor bills: a line is for one cost, or for the costs of several shipments together."""

    _inherit = "first.mile.cost"

    def _get_bill_part(self):
        """What the cost bears of its bill line, in its currency: the part stated, or all of a line of its own."""
        line = self.bill_line_id.sudo()
        others = line.first_mile_cost_ids - self._origin - self
        return self.bill_part if self.bill_part or others else line.price_subtotal

    def _get_booked_amount(self):
        """The cost in the company's currency as the bill books it; the costs of a line add up to what it books."""
        line = self.bill_line_id.sudo()
        costs = (line.first_mile_cost_ids - self._origin) | self
        costs = costs.sorted(lambda cost: cost._origin.id or float("inf"))
        parts = [to_decimal(cost._get_bill_part()) for cost in costs]
        if sum(parts) != to_decimal(line.price_subtotal):
            part = self._get_bill_part() / line.price_subtotal if line.price_subtotal else 0
            return self.company_currency_id.round(line.balance * part)
        unit = to_decimal(self.company_currency_id.rounding)
        booked = share(to_decimal(line.balance), [abs(part) for part in parts], unit)
        return float(dict(zip(costs, booked, strict=True))[self])

    def action_allocate(self):
        """Extends to divide the costs of one bill line together, and only what the line is."""
        lines = self.bill_line_id.sudo()
        lines.filtered(lambda line: line.parent_state == "posted")._check_first_mile_parts()
        together = lines.first_mile_cost_ids.filtered("share_ids").sudo(False)
        return super(FirstMileCost, self | together).action_allocate()

    def _try_allocate(self):
        """Divide one cost again; returns why that is not possible, or nothing."""
        try:
            with self.env.cr.savepoint():
                self.action_allocate()
        except UserError as error:
            return str(error)
        return None


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    first_mile_cost_ids = fields.One2many("first.mile.cost", "bill_line_id", string="Freight Costs")

    def _check_first_mile_parts(self):
        """:raise UserError: a line that is not the sum of what the costs of shipments bear of it"""
        for line in self:
            costs = line.first_mile_cost_ids
            total = to_decimal(line.price_subtotal)
            borne = sum(to_decimal(cost._get_bill_part()) for cost in costs)
            if costs and borne != total:
                raise UserError(
                    self.env._(
                        "'%(line)s' is %(total)s %(currency)s, but the costs of %(shipments)s bear %(borne)s of it. "
                        "Correct their parts of the bill line, or select them under Freight Costs and divide the line.",
                        line=line.name or line.move_id.display_name,
                        total=total,
                        currency=line.currency_id.name,
                        shipments=", ".join(costs.shipment_id.mapped("name")),
                        borne=borne,
                    )
                )


class AccountMove(models.Model):
    """Bills of forwarders and customs: the costs that they belong to follow them."""

    _inherit = "account.move"

    def _post(self, soft=True):
        """Override of `account`: a bill with another amount than the estimate changes what the units bear."""
        self._get_freight_bills().sudo().invoice_line_ids._check_first_mile_parts()
        posted = super()._post(soft)
        posted._refresh_first_mile_costs()
        return posted

    def button_cancel(self):
        """Override of `account`: without its bill a cost is the estimate again."""
        result = super().button_cancel()
        self._refresh_first_mile_costs()
        return result

    def _get_freight_bills(self):
        return self.filtered(lambda move: move.move_type in ("in_invoice", "in_refund"))

    def _refresh_first_mile_costs(self):
        if bills := self._get_freight_bills():
            lines = bills.invoice_line_ids.ids
            self.env["first.mile.cost"].sudo().search([("bill_line_id", "in", lines)])._refresh()
