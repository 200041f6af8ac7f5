from collections import defaultdict
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal

from odoo import api, fields, models

from ..engine.missing import RefundedUnits, missing_returns, paid_back_whole

RETURN_KINDS = ("return_sourced", "return_unsourced")
# Charges of an order's item that are the price of its goods.
_GOODS = ("item", "item_discount")


class FbaBuyerRecord(models.AbstractModel):
    """Units of a buyer's order that Amazon shipped, as one of its reports names them, each once."""

    _name = "fba.buyer.record"
    _description = "Units of a Buyer's Order at Amazon"
    _rec_name = "order_number"

    warehouse_id = fields.Many2one("overseas.warehouse", required=True, readonly=True, ondelete="restrict", index=True)
    account_id = fields.Many2one(related="warehouse_id.account_id", store=True, index=True)
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True, index=True)
    sheet_id = fields.Many2one("fba.sheet", "Report", readonly=True, ondelete="restrict", index=True)
    key = fields.Char(required=True, readonly=True)
    order_number = fields.Char("Order", required=True, readonly=True, index=True)
    msku = fields.Char("SKU", required=True, readonly=True)
    product_id = fields.Many2one("product.product", readonly=True, ondelete="restrict", index="btree_not_null")
    units = fields.Integer(readonly=True)

    _key_uniq = models.Constraint("UNIQUE(account_id, key)", "This row is recorded already.")

    @api.model
    def _create_new(self, sheet, vals_by_key):
        """Records of the keys that are not known yet.

        :param dict vals_by_key: ``{key: columns}``
        """
        warehouse = sheet.warehouse_id
        domain = [("account_id", "=", warehouse.account_id.id), ("key", "in", list(vals_by_key))]
        known = set(self.search_fetch(domain, ["key"]).mapped("key"))
        fresh = {key: vals for key, vals in vals_by_key.items() if key not in known}
        products = warehouse._get_fba_products({vals["msku"] for vals in fresh.values()})
        return self.create(
            [
                {
                    **vals,
                    "key": key,
                    "warehouse_id": warehouse.id,
                    "sheet_id": sheet.id,
                    "product_id": products[vals["msku"]].id if vals["msku"] in products else False,
                }
                for key, vals in fresh.items()
            ]
        )


class FbaBuyerReturn(models.Model):
    """Units that a buyer sent back to Amazon."""

    _name = "fba.buyer.return"
    _inherit = ["fba.buyer.record"]
    _description = "Return of a Buyer to Amazon"
    _order = "returned_at desc, id desc"

    plate = fields.Char("Licence Plate", readonly=True, index=True, help="Label of the units; the ledger may name it.")
    fnsku = fields.Char("FNSKU", readonly=True)
    returned_at = fields.Datetime("Returned On", required=True, readonly=True)
    disposition = fields.Char("Condition", readonly=True, help="As Amazon calls it.")
    reason = fields.Char(readonly=True, help="The buyer's, as Amazon calls it.")
    status = fields.Char(readonly=True, help="What Amazon did with the units.")
    comment = fields.Char("Buyer's Words", readonly=True)

    @api.model
    def _take(self, sheet, records):
        """Record returns, each once; the ledger then knows their orders, and the claims what came back.

        :param records: of :class:`~..connector.returns.BuyerReturn`
        :return: number of those that are new
        """
        created = self._create_new(sheet, {_get_return_key(record): _prepare_return_vals(record) for record in records})
        self.env["fba.ledger.row"].search(
            [
                ("warehouse_id", "=", sheet.warehouse_id.id),
                ("kind", "=", "return_unsourced"),
                ("reference", "in", [plate for plate in created.mapped("plate") if plate]),
            ]
        ).kind = "return_sourced"
        self.env["fba.claim"]._refresh(sheet.warehouse_id)
        return len(created)


class FbaBuyerRefund(models.Model):
    """Money that Amazon gave back to a buyer of an order that it shipped."""

    _name = "fba.buyer.refund"
    _inherit = ["fba.buyer.record"]
    _description = "Refund of Amazon to a Buyer"
    _order = "refunded_at desc, id desc"

    refunded_at = fields.Datetime("Refunded On", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True, help="What it changes in our balance at Amazon.")
    goods_amount = fields.Monetary(
        "For Goods",
        readonly=True,
        help="What the buyer got back for the goods. Units are only owed when their whole price was paid back. Zero "
        "where Amazon does not state it: then the units that it states count.",
    )

    @api.model
    def _take(self, sheet, records):
        """Record refunds, each once.

        :param records: of :class:`~..connector.refunds.BuyerRefund`
        :return: number of those that are new
        """
        currencies = self.env["fba.reimbursement"]._get_currencies({record.amount.currency for record in records})
        created = self._create_new(sheet, {record.key: _prepare_refund_vals(record, currencies) for record in records})
        self.env["fba.claim"]._refresh(sheet.warehouse_id)
        return len(created)

    def _get_sold(self):
        """``{(order number, MSKU): (units, Decimal price of one)}`` as the buyers paid, of orders that Odoo knows."""
        lines = (
            self.env["sale.order.line"]
            .sudo()
            .search_fetch(
                [
                    ("company_id", "in", self.company_id.ids),
                    ("order_id.marketplace_ref", "in", list(set(self.mapped("order_number")))),
                    ("marketplace_line_ref", "!=", False),
                ],
                ["order_id", "product_id", "product_uom_qty", "marketplace_charges", "marketplace_line_ref"],
            )
        )
        units, prices = defaultdict(float), defaultdict(Decimal)
        for item in lines.grouped(lambda line: (line.order_id, line.marketplace_line_ref)).values():
            price, currency = _get_goods_price(item[0])
            key = item[0].order_id.marketplace_ref, item[0].product_id, currency
            units[key] += sum(item.mapped("product_uom_qty"))
            prices[key] += price
        sold = {}
        for refund in self:
            key = refund.order_number, refund.product_id, refund.currency_id.name
            if units.get(key) and prices[key] > 0:
                coin = Decimal(1).scaleb(-refund.currency_id.decimal_places)
                price = (prices[key] / round(units[key])).quantize(coin, ROUND_DOWN)
                sold[refund.order_number, refund.msku] = (round(units[key]), price or coin)
        return sold


class FbaSheet(models.Model):
    _inherit = "fba.sheet"

    @api.model
    def _get_takers(self):
        """Override for what buyers sent back and got back."""
        return {
            **super()._get_takers(),
            "return": self.env["fba.buyer.return"]._take,
            "refund": self.env["fba.buyer.refund"]._take,
        }


class OverseasWarehouse(models.Model):
    _inherit = "overseas.warehouse"

    def _get_fba_knowledge(self, references):
        """Override to know the orders behind licence plates."""
        knowledge = super()._get_fba_knowledge(references)
        known = self.env["fba.buyer.return"].search_fetch(
            [("account_id", "=", self.account_id.id), ("plate", "in", [name for name in references if name])], ["plate"]
        )
        return replace(knowledge, orders=knowledge.orders | frozenset(known.mapped("plate")))

    def _find_fba_claims(self):
        """Override to claim what buyers were paid back for and never sent."""
        refunds = self.env["fba.buyer.refund"].search([("warehouse_id", "=", self.id)], order="refunded_at, id")
        fnskus = self._get_fba_fnskus(refunds.mapped("msku"))
        paid_back = [
            RefundedUnits(
                refund.order_number,
                fnskus.get(refund.msku, ""),
                refund.msku,
                refund.refunded_at.date(),
                refund.units,
                Decimal(str(refund.goods_amount)) if refund.goods_amount else None,
            )
            for refund in refunds
        ]
        return super()._find_fba_claims() + missing_returns(
            paid_back_whole(paid_back, refunds._get_sold()), self._get_fba_returned(refunds.mapped("order_number"))
        )

    def _get_fba_returned(self, numbers):
        """``{(order, MSKU): units that came back}``, by the report on returns or by the ledger where that names orders.

        Both tell of the same units, so that the larger number counts.
        """
        reported = self.env["fba.buyer.return"]._read_group(
            [("warehouse_id", "=", self.id), ("order_number", "in", numbers)], ["order_number", "msku"], ["units:sum"]
        )
        booked = self.env["fba.ledger.row"]._read_group(
            [("warehouse_id", "=", self.id), ("kind", "in", RETURN_KINDS), ("reference", "in", numbers)],
            ["reference", "msku"],
            ["units:sum"],
        )
        units = {}
        for number, msku, count in (*reported, *booked):
            units[number, msku] = max(count, units.get((number, msku), 0))
        return units


def _get_return_key(record):
    return "/".join((record.plate, record.order_id, record.msku, record.returned_at.isoformat()))


def _prepare_return_vals(record):
    return {
        "order_number": record.order_id,
        "msku": record.msku,
        "fnsku": record.fnsku,
        "units": record.units,
        "returned_at": record.returned_at.replace(tzinfo=None, microsecond=0),
        "disposition": record.disposition,
        "reason": record.reason,
        "status": record.status,
        "plate": record.plate,
        "comment": record.comment,
    }


def _prepare_refund_vals(record, currencies):
    return {
        "order_number": record.order_id,
        "msku": record.msku,
        "units": record.units,
        "refunded_at": record.refunded_at.replace(tzinfo=None, microsecond=0),
        "currency_id": currencies[record.amount.currency].id,
        "amount": float(record.amount.amount),
        "goods_amount": float(record.goods.amount) if record.goods else 0.0,
    }


def _get_goods_price(line):
    """What the goods of an order's item cost without tax, discounts taken off: no refund of them is less.

    :return: ``(Decimal, currency code)``
    """
    charges = [charge for charge in line.marketplace_charges or [] if charge["kind"] in _GOODS]
    price = sum((Decimal(charge["amount"]) for charge in charges), Decimal())
    included = [charge for charge in charges if charge["tax"] and charge["tax_treatment"] == "included"]
    return price - sum(Decimal(charge["tax"]) for charge in included), charges[0]["currency"] if charges else ""
