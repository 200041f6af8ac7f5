from odoo import models

BILLS = ("in_invoice", "in_refund", "in_receipt")


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        """Override of `account`: says on a bill of a closed month where its costs count."""
        posted = super()._post(soft)
        posted.filtered(lambda move: move.move_type in BILLS)._tell_closed_month()
        return posted

    def _tell_closed_month(self):
        for company, bills in self.grouped("company_id").items():
            closed = company.cost_layer_method and company._get_cost_closed_day()
            if not closed:
                continue
            for bill in bills:
                if (bill.invoice_date or bill.date) <= closed and bill._has_costs_of_stock():
                    bill.message_post(body=bill._get_closed_text())

    def _has_costs_of_stock(self):
        """Whether the bill is for goods in stock, or on the account of costs to capitalise."""
        clearing = self.company_id.cost_layer_clearing_account_id
        return any(line.product_id.is_storable or line.account_id == clearing for line in self.invoice_line_ids)

    def _get_closed_text(self):
        stated = self.invoice_date or self.date
        return self.env._(
            "The month of %(stated)s is closed in the cost layers and stays as it was. What this bill makes dearer or "
            "cheaper counts from %(day)s on, for what is in stock and in transit and for what was sold; there is "
            "nothing to do. To have its own journal entry in the open month as well, reset the bill to draft and "
            "change its accounting date.",
            stated=stated,
            day=self.company_id._get_cost_open_day(stated),
        )
