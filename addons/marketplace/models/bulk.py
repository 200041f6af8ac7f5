"""What a batch of one company's orders need not repeat record by record."""

from odoo import models


class BulkMixin(models.AbstractModel):
    """Spares bulk imports (context ``marketplace_bulk``) work that is the same for every record of a batch."""

    _name = "marketplace.bulk.mixin"
    _description = "Bulk Import"

    def _check_company(self, fnames=None):
        """Override of `base` to trust a batch: it is of one company, and every value in it comes from that company's
        shops, warehouses and rules."""
        return None if self.env.context.get("marketplace_bulk") else super()._check_company(fnames)

    def _add_precomputed_values(self, vals_list):
        """Override of `base`, which makes a draft record per line of values to compute what is missing: give what is
        known already. Fields that `_precompute_bulk` does not know are still computed the usual way."""
        if self.env.context.get("marketplace_bulk"):
            self._precompute_bulk(vals_list)
        return super()._add_precomputed_values(vals_list)

    def _precompute_bulk(self, vals_list):
        """Complete create values with what the fields' compute methods would find.

        :param list vals_list: changed in place
        """


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "marketplace.bulk.mixin"]


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "marketplace.bulk.mixin"]

    def _precompute_bulk(self, vals_list):
        """Override of `marketplace.bulk.mixin`: currency and rate, asked once per currency and day."""
        rates = {}
        Pricelist = self.env["product.pricelist"]
        for vals in vals_list:
            if "sale_order_template_id" in self._fields:  # of `sale_management`
                vals.setdefault("sale_order_template_id", False)
            company = self.env["res.company"].browse(vals["company_id"])
            currency = Pricelist.browse(vals["pricelist_id"]).currency_id
            key = (company, currency, vals["date_order"].date())
            if key not in rates:
                rates[key] = self.env["res.currency"]._get_conversion_rate(company.currency_id, currency, *key[::2])
            vals["currency_id"] = currency.id
            vals["currency_rate"] = rates[key]

    def _compute_amounts(self):
        """Override of `sale`: the same sums without the table of tax groups that nobody looks at during an import."""
        if not self.env.context.get("marketplace_bulk"):
            return super()._compute_amounts()
        Tax = self.env["account.tax"]
        for order in self:
            lines = [line._prepare_base_line_for_taxes_computation() for line in order._get_priced_lines()]
            lines += order._add_base_lines_for_early_payment_discount()
            Tax._add_tax_details_in_base_lines(lines, order.company_id)
            Tax._round_base_lines_tax_details(lines, order.company_id)
            by_line = Tax._aggregate_base_lines_tax_details(lines, lambda _line, tax_data: bool(tax_data))
            sums = Tax._aggregate_base_lines_aggregated_values(by_line).values()
            order.amount_untaxed = sum(values["total_excluded_currency"] for values in sums)
            order.amount_tax = sum(values["tax_amount_currency"] for values in sums)
            order.amount_total = order.amount_untaxed + order.amount_tax
        return None


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "marketplace.bulk.mixin"]

    def _precompute_bulk(self, vals_list):
        """Override of `marketplace.bulk.mixin`: what comes from the order, and the amounts."""
        Order, Product = self.env["sale.order"], self.env["product.product"]
        amounts = {}
        for vals in vals_list:
            order = Order.browse(vals["order_id"])
            vals.update(
                company_id=order.company_id.id,
                currency_id=order.currency_id.id,
                order_partner_id=order.partner_id.id,
                salesman_id=order.user_id.id,
                state=order.state,
            )
            if vals.get("marketplace_by_data"):
                vals["qty_delivered_method"] = "marketplace"
            else:
                product = Product.browse(vals["product_id"])
                vals["qty_delivered_method"] = "stock_move" if product.type == "consu" else "manual"
            taxes = self._read_bulk_taxes(vals)
            if all(tax.amount_type in ("percent", "fixed", "division") for tax in taxes):
                key = (order.company_id, order.currency_id, taxes, vals["price_unit"], vals["product_uom_qty"])
                if key not in amounts:
                    amounts[key] = self._compute_bulk_amounts(*key)
                vals.update(amounts[key])

    def _read_bulk_taxes(self, vals):
        [(_set, _zero, ids)] = vals["tax_ids"]
        return self.env["account.tax"].browse(ids)

    def _compute_bulk_amounts(self, company, currency, taxes, price_unit, quantity):
        """Amounts of a line, as `_compute_amount` finds them: they depend on nothing else, as no tax looks at the
        product."""
        Tax = self.env["account.tax"]
        line = Tax._prepare_base_line_for_taxes_computation(
            None, price_unit=price_unit, quantity=quantity, tax_ids=taxes, currency_id=currency, discount=0.0
        )
        Tax._add_tax_details_in_base_line(line, company)
        Tax._round_base_lines_tax_details([line], company)
        subtotal = line["tax_details"]["total_excluded_currency"]
        total = line["tax_details"]["total_included_currency"]
        return {
            "price_subtotal": subtotal,
            "price_total": total,
            "price_tax": total - subtotal,
            "price_reduce_taxexcl": subtotal / quantity if quantity else 0.0,
            "price_reduce_taxinc": total / quantity if quantity else 0.0,
        }

    def _compute_untaxed_amount_to_invoice(self):
        """Override of `sale`: a line not invoiced that is considered in full, or not at all, needs no computation."""
        if not self.env.context.get("marketplace_bulk"):
            return super()._compute_untaxed_amount_to_invoice()
        rest = self.filtered("invoice_lines")
        for line in self - rest:
            by_delivery = line.product_id.invoice_policy == "delivery"
            units = line.qty_delivered if by_delivery else line.product_uom_qty
            if line.state != "sale" or not units:
                line.untaxed_amount_to_invoice = 0.0
            elif units == line.product_uom_qty:
                line.untaxed_amount_to_invoice = line.price_subtotal
            else:
                rest |= line
        return super(SaleOrderLine, rest)._compute_untaxed_amount_to_invoice()


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "marketplace.bulk.mixin"]


class StockMove(models.Model):
    _name = "stock.move"
    _inherit = ["stock.move", "marketplace.bulk.mixin"]

    def _precompute_bulk(self, vals_list):
        """Override of `marketplace.bulk.mixin`: the packaging is the unit of the order line."""
        for vals in vals_list:
            if vals.get("sale_line_id"):
                line = self.env["sale.order.line"].browse(vals["sale_line_id"])
                vals["packaging_uom_id"] = line.product_uom_id.id


class StockMoveLine(models.Model):
    _name = "stock.move.line"
    _inherit = ["stock.move.line", "marketplace.bulk.mixin"]
