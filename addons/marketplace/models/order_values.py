from odoo import models
from odoo.fields import Command

from ..contract import Fulfilment


class MarketplaceOrderImporter(models.AbstractModel):
    """Values of sale orders and their lines."""

    _inherit = "marketplace.order.importer"

    def _prepare_order_vals(self, batch, shop, order, plan, buyer, delivery, name):
        """Values of a sale order, including all that ``create()`` would otherwise compute record by record.

        :param order: :class:`~..contract.Order`
        :param list plan: :class:`~..contract.PlannedLine`
        :param buyer: partner who bought
        :param delivery: partner with the delivery address
        :return: vals with their lines
        """
        currency = batch.currency_of(shop, order)
        fiscal_position = self._get_fiscal_position(batch, buyer, delivery)
        merchant = order.fulfilment is Fulfilment.MERCHANT
        return {
            **batch.defaults_of("sale.order"),
            **self._prepare_revision_vals(order),
            "marketplace_acknowledged": False if order.acknowledged else "pending",
            "name": name,
            "company_id": batch.company.id,
            "origin": order.external_id,
            "client_order_ref": order.buyer.purchase_order or order.number or order.external_id,
            "marketplace_shop_id": shop.id,
            "marketplace_ref": order.external_id,
            "marketplace_fulfilment": order.fulfilment.value,
            "marketplace_is_business": order.is_business,
            "date_order": order.ordered_at.replace(tzinfo=None),
            "partner_id": buyer.id,
            "partner_invoice_id": buyer.id,
            "partner_shipping_id": delivery.id,
            "fiscal_position_id": fiscal_position.id,
            "pricelist_id": batch.pricelist_of(shop, currency).id,
            "currency_id": currency.id,
            "warehouse_id": (shop.warehouse_id if merchant else shop.fulfilment_warehouse_id).id,
            "team_id": shop.team_id.id,
            "user_id": False,
            "payment_term_id": False,
            "preferred_payment_method_line_id": False,
            "journal_id": False,
            "note": False,
            "validity_date": False,
            "require_signature": False,
            "require_payment": False,
            "prepayment_percent": 0.0,
            "picking_policy": "direct",
            "order_line": [
                Command.create(self._prepare_line_vals(batch, shop, order, line, fiscal_position, delivery, sequence))
                for sequence, line in enumerate(plan, 1)
            ],
        }

    def _prepare_revision_vals(self, order):
        """Values that each new revision of an order brings up to date."""
        return {
            "marketplace_status": order.status.value,
            "marketplace_revision": order.revision,
            "marketplace_updated_at": order.updated_at.replace(tzinfo=None),
            "marketplace_ship_by": order.ship_by.end.replace(tzinfo=None) if order.ship_by.end else False,
            "marketplace_deliver_by": order.deliver_by.end.replace(tzinfo=None) if order.deliver_by.end else False,
            "marketplace_service_level": order.service_level,
            "marketplace_total": float(order.total.amount) if order.total else 0.0,
            "marketplace_charges": charges_to_json(order.charges) or False,
            "marketplace_status_text": order.status_text or False,
            "marketplace_buyer_note": order.buyer_note or False,
            "marketplace_warnings": "\n".join(order.warnings) or False,
            "marketplace_subsidies": charges_to_json(order.subsidies) or False,
            "marketplace_is_replacement": order.is_replacement,
            "marketplace_replaces": order.replaces or False,
        }

    def _prepare_line_vals(self, batch, shop, order, planned, fiscal_position, delivery, sequence):
        """Values of one sale order line from a :class:`~..contract.PlannedLine`."""
        if planned.line:
            product = batch.listing_of(shop, planned.line).product_id
        else:
            product = batch.charge_product(planned.kind)
        taxes = batch.taxes_of(product, fiscal_position) if planned.taxed else self.env["account.tax"]
        vals = {
            **batch.defaults_of("sale.order.line"),
            "sequence": sequence,
            "product_id": product.id,
            "name": batch.line_name_of(product, delivery.lang),
            "product_uom_qty": planned.quantity,
            "product_uom_id": product.uom_id.id,
            "price_unit": float(planned.unit_price),
            "discount": 0.0,
            "tax_ids": [Command.set(taxes.ids)],
            "customer_lead": product.sale_delay,
            "analytic_distribution": False,
            "product_custom_attribute_value_ids": [],
            "product_no_variant_attribute_value_ids": [],
        }
        if planned.line:
            vals.update(self._prepare_item_vals(shop, order, planned))
        return vals

    def _prepare_item_vals(self, shop, order, planned):
        """Marketplace values of a line of goods: its number, money as received, and what has left already."""
        by_data = order.fulfilment is Fulfilment.MARKETPLACE or bool(planned.shipped)
        vals = {
            "marketplace_line_ref": planned.line.external_id,
            "marketplace_charges": charges_to_json(planned.line.charges),
            "marketplace_by_data": by_data,
        }
        if by_data:
            # Its default counts as given at creation and would keep it from being computed.
            vals["qty_delivered"] = vals["marketplace_qty_shipped"] = planned.shipped
        if by_data and planned.shipped:
            vals["marketplace_shipped_at"] = shipped_at = self._get_shipped_at(order)
            if shop.stock_from and shipped_at < shop.stock_from:
                vals["marketplace_qty_moved"] = planned.shipped
        return vals

    def _get_shipped_at(self, order):
        """When the marketplace shipped: its last parcel, else the order's last change."""
        times = [package.shipped_at for package in order.packages if package.shipped_at]
        return max(times, default=order.updated_at).replace(tzinfo=None)

    def _get_fiscal_position(self, batch, buyer, delivery):
        FiscalPosition = self.env["account.fiscal.position"]
        place = (delivery.country_id.id, delivery.state_id.id, delivery.zip if batch.has_zip_positions() else False)
        own = bool(buyer.vat or delivery.property_account_position_id or buyer.property_account_position_id)
        key = ("fiscal", *place, (buyer.id, delivery.id) if own else False)
        return batch.keep(key, lambda: FiscalPosition._get_fiscal_position(buyer, delivery))


def charges_to_json(charges):
    """Charges as they were received, for storage: amounts stay text."""
    return [
        {
            "kind": charge.kind.value,
            "amount": charge.amount.text,
            "currency": charge.amount.currency,
            "tax": charge.tax.text if charge.tax else None,
            "tax_treatment": charge.tax_treatment.value,
            "tax_collector": charge.tax_collector.value,
        }
        for charge in charges
    ]
